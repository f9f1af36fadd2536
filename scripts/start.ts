/**
 * `npm start [-- FILE…]`: Alice writes a log and goes offline; Bob, another process with no key, reads and checks it.
 * Everything below happens through the command `remote-log`, as it would on two devices.
 */
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { CommandFailed, CommandLine, collect, type Device, endProcess } from './start/cli.ts'
import type { Appended, Initialised, Synced, Verified } from './start/results.ts'
import { Fingerprint, findSources, hashedLines, type Source } from './start/sources.ts'

const PASSWORD = 'only-for-the-demonstration'

const say = (text: string) => process.stdout.write(`${text}\n`)
const count = (n: number) => n.toLocaleString('en-US')
const plural = (n: number, one: string, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`

async function main(cli: CommandLine, named: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'remote-log-'))
  const network = join(folder, 'network')
  const alice: Device = { name: 'Alice', home: join(folder, 'alice'), env: { REMOTE_LOG_PASSWORD: PASSWORD } }
  const bob: Device = { name: 'Bob', home: join(folder, 'bob'), env: {} }
  const sources = await findSources(named, folder)

  say('\nTwo devices that are never online together: Alice writes a log, Bob reads it later.\n')
  const devnet = await startNetwork(cli, network)
  const written = await write(cli, alice, network, sources)
  await read(cli, bob, network, written)
  await endProcess(devnet)
  say(farewell(folder))
}

async function startNetwork(cli: CommandLine, folder: string) {
  const devnet = cli.start(['devnet', '--folder', folder, '--json'])
  const errors = collect(devnet.stderr)
  const ready = once(createInterface({ input: devnet.stdout }), 'line')
  const ended = once(devnet, 'exit').then(([code]) => {
    throw new CommandFailed('devnet', `ended with ${code}`, errors())
  })
  const [line] = await Promise.race([ready, ended])
  ended.catch(() => {})
  const { rpcUrl, beeUrl, registry } = JSON.parse(String(line)) as Record<string, string>
  say(`1. A network of their own, on this machine:
     an Ethereum chain at ${rpcUrl}, with the registry of heads at ${registry};
     a Swarm node at ${beeUrl}, which keeps data in chunks of at most 4,096 bytes.\n`)
  return devnet
}

interface Written {
  readonly log: string
  readonly entries: number
  readonly bytes: number
  readonly sha256: string
}

async function write(
  cli: CommandLine,
  alice: Device,
  network: string,
  sources: readonly Source[],
): Promise<Written> {
  const init = ['init', '--devnet', network, '--devnet-account', '0', '--topic', 'start']
  const { log } = await cli.json<Initialised>(alice, init)
  say('2. Alice writes. Each line is an entry; only she has the key to this log.')
  const fingerprint = new Fingerprint()
  let entries = 0
  for (const { title, file } of sources) {
    const before = fingerprint.bytes
    const appended = await cli.json<Appended>(alice, ['append', '--publish'], hashedLines(file, fingerprint))
    entries += appended.entries
    say(
      `     ${title}: ${plural(appended.entries, 'entry', 'entries')}, ${count(fingerprint.bytes - before)} bytes`,
    )
    const { publish } = appended
    if (!publish || publish.unchanged) continue
    say(`       ${plural(publish.chunks, 'chunk')} written to Swarm, then one transaction that names the newest of them
       in the registry: ${count(Number(publish.gasUsed))} gas, block ${publish.block.number}`)
  }
  say(`   The first publication costs most gas: the registry stores a head of hers for the first time.
   Her last process has ended: Alice is offline. Her log is
     ${log}\n`)
  return { log, entries, bytes: fingerprint.bytes, sha256: fingerprint.digest() }
}

async function read(cli: CommandLine, bob: Device, network: string, written: Written): Promise<void> {
  say('3. Bob reads. He has no key and no file of hers, only the name of the log.')
  await cli.json<Initialised>(bob, ['init', '--devnet', network, '--log', written.log])
  const { entries, costs, block } = await cli.json<Synced>(bob, ['sync'])
  say(`     Complete: ${plural(entries, 'entry', 'entries')}, as the registry has it at block ${block.number}.
     ${plural(costs.chunks, 'chunk')} read (${count(costs.bytes)} bytes) in ${plural(costs.rounds, 'round')} of requests:
     what does not depend on each other is asked for at once, however long the log.\n`)
  const checked = await cli.json<Verified>(bob, ['verify'])
  const fingerprint = new Fingerprint()
  await cli.run(bob, ['cat'], { take: piece => fingerprint.add(piece) })
  const sha256 = fingerprint.digest()
  say(`4. Is it what Alice wrote? Every chunk was checked against its hash, ${plural(checked.entries, 'entry', 'entries')} one by one.
     Alice wrote ${count(written.bytes)} bytes, SHA-256 ${written.sha256}
     Bob read    ${count(fingerprint.bytes)} bytes, SHA-256 ${sha256}`)
  if (sha256 !== written.sha256 || entries !== written.entries) {
    throw new CommandFailed('cat', 'printed something else than Alice wrote', '')
  }
  say('     The same, byte for byte.\n')
}

function farewell(folder: string): string {
  const at = (name: string) => join(folder, name)
  return `Nothing runs any more; the network is kept in ${at('network')}.
Three commands to try next, each in a terminal of its own, in this order:

  npx remote-log devnet --folder ${at('network')}
  npx remote-log tail --follow --home ${at('bob')}
  echo "Hello, Bob" | REMOTE_LOG_PASSWORD=${PASSWORD} npx remote-log append --publish --home ${at('alice')}
`
}

const cli = new CommandLine()
let interrupted: NodeJS.Signals | undefined
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    interrupted ??= name
    void cli.stop()
  })
}
try {
  await main(cli, process.argv.slice(2))
} catch (error) {
  if (interrupted === undefined)
    process.stderr.write(`\n${error instanceof CommandFailed ? error.message : String(error)}\n`)
  process.exitCode =
    interrupted === undefined ? 1 : { SIGINT: 130, SIGTERM: 143 }[interrupted as 'SIGINT' | 'SIGTERM']
} finally {
  await cli.stop()
}
