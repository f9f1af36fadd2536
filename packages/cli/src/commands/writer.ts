import type { Signer, Writer } from '@remote-log/client'
import { type Address, InvalidArgumentError, type LogId, parseAddress, type Topic } from '@remote-log/core'
import type { Command } from 'commander'
import { readConfig, resolveNetwork } from '../config.ts'
import { homeAt } from '../home.ts'
import { unlockKey } from '../key.ts'
import { parseAmount } from '../parse-option.ts'
import type { PasswordOptions } from '../password.ts'
import type { GlobalOptions } from '../program.ts'
import type { Runtime } from '../runtime.ts'

interface Options extends GlobalOptions, PasswordOptions {
  readonly days?: number
  readonly everyTopic?: boolean
}

const SECONDS_A_DAY = 86_400

export function addWriter(program: Command, runtime: Runtime): void {
  const { stdout } = runtime
  const writer = program
    .command('writer')
    .description('Who else may publish to this log, with a key of their own.')
    .addHelpText('after', HELP)
  changing(writer.command('allow <address>').description('Let another key publish to this log, for so long.'))
    .option('--days <n>', 'how long, from now on', parseAmount)
    .action(async (named: string, _own: unknown, command: Command) => {
      const options: Options = command.optsWithGlobals()
      if (!options.days)
        throw new InvalidArgumentError('--days is missing: for how long', { option: '--days' })
      const expiry = Math.floor(Date.now() / 1000 + options.days * SECONDS_A_DAY)
      await changed(runtime, options, named, async (place, grant) => {
        const { authorizeWriter } = await import('@remote-log/client')
        const { transaction } = await authorizeWriter(place, { ...grant, expiry }, runtime)
        if (options.json) return stdout.json({ ...grant, until: isoOf(expiry), transaction })
        await stdout.line(
          `${grant.writer} may publish until ${isoOf(expiry)}; there: remote-log init --log … --as-writer`,
        )
      })
    })
  changing(writer.command('revoke <address>').description('Take that back, from the next block on.')).action(
    async (named: string, _own: unknown, command: Command) => {
      const options: Options = command.optsWithGlobals()
      await changed(runtime, options, named, async (place, grant) => {
        const { revokeWriter } = await import('@remote-log/client')
        const { transaction } = await revokeWriter(place, grant, runtime)
        if (options.json) return stdout.json({ ...grant, until: null, transaction })
        await stdout.line(`${grant.writer} may publish no more; what it published stays`)
      })
    },
  )
  writer
    .command('list')
    .description('Ask who may publish to this log, and until when.')
    .action(async (_own: unknown, command: Command) => {
      const options: Options = command.optsWithGlobals()
      const { log, place } = await placeOf(runtime, options)
      const { writersOf } = await import('@remote-log/client')
      const { block, writers } = await writersOf(place, log.owner, runtime)
      const ours = writers.filter(({ topic }) => topic === 'every' || topic === log.topic)
      const stated = ours.map(grant => statedOf(grant, block.timestamp))
      if (options.json) return stdout.json({ block, writers: stated })
      for (const { writer, topic, until, live } of stated) {
        const when = until === null ? 'revoked' : live ? `until ${until}` : `ended ${until}`
        await stdout.line(`${writer}  ${when}${topic === 'every' ? ', every topic' : ''}`)
      }
      if (stated.length === 0) await stdout.line('nobody but the owner: remote-log writer allow')
    })
}

function changing(command: Command): Command {
  return command
    .option('--every-topic', 'in all logs of this owner, also those to come')
    .option(
      '--password-file <file>',
      'file with the password of the key file (else REMOTE_LOG_PASSWORD or a prompt)',
    )
}

function statedOf({ writer, topic, expiry }: Writer, now: number) {
  return { writer, topic, until: expiry === 0 ? null : isoOf(expiry), live: expiry >= now }
}

interface Place {
  readonly provider: string
  readonly registry: Address
  readonly chainId: number
}

async function placeOf(runtime: Runtime, options: Options) {
  const home = homeAt(options.home, runtime.env)
  const config = await readConfig(home)
  const { registry, chainId } = config.log
  const place: Place = { provider: (await resolveNetwork(config)).rpc, registry, chainId }
  return { home, config, log: config.log, place }
}

async function changed(
  runtime: Runtime,
  options: Options,
  named: string,
  run: (
    place: Place & { readonly signer: Signer },
    grant: { readonly topic: Topic | 'every'; readonly writer: Address },
  ) => Promise<void>,
): Promise<void> {
  const writer = parseAddress(named)
  const { home, config, log, place } = await placeOf(runtime, options)
  const signer = await unlockKey(runtime, home, log.owner, { account: config.account, ...options })
  demandOwner(parseAddress(signer.address), log)
  await run({ ...place, signer }, { topic: options.everyTopic ? 'every' : log.topic, writer })
}

/** Anybody may authorize writers, but of their own logs alone: here that would look like success. */
function demandOwner(signs: Address, { owner }: LogId): void {
  if (signs === owner) return
  throw new InvalidArgumentError(`the key of ${signs} is not that of the log's owner ${owner}`, {
    signer: signs,
    owner,
  })
}

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

const HELP = `
A writer moves the log's head with its own key and pays for it. It can't authorize others, and what it published stays when
it is revoked. Better for devices that write much: a log for each of them (remote-log lane).

Examples:
  $ remote-log writer allow 0x… --days 90
  $ remote-log writer list
  $ remote-log writer revoke 0x…
`
