import type { KeyBatchStatus } from '@remote-log/client'
import { type Address, InvalidArgumentError, NotFoundError, parseAddress } from '@remote-log/core'
import type { Command } from 'commander'
import { confirm } from '../confirm.ts'
import { demandOwner } from '../own-stamps.ts'
import { parseAmount, parseBatch, parseBytes, parseCount, parseUrl } from '../parse-option.ts'
import { type OpenOwn, type OwnOptions, openOwn, ownBatchMeant } from '../postage/open-own.ts'
import { readOwnBatches, rememberOwnBatch } from '../postage/own-batches.ts'
import { buyOwn, type PayOptions, topUpOwn, useOwn } from '../postage/pay-own.ts'
import { costLine, date, quoteJson, until } from '../postage/show-postage.ts'
import { type Wish, wishOf } from '../postage/wish.ts'
import type { Runtime } from '../runtime.ts'

type Options = OwnOptions & PayOptions & Wish

interface Act {
  /** Whether a key is needed. */
  readonly pay?: boolean
  readonly run: (open: OpenOwn, options: Options, batch: string | undefined) => Promise<void>
}

export function addPostageOwn(postage: Command, runtime: Runtime): void {
  const { stdout } = runtime
  const own = postage
    .command('own')
    .description('Batches of the own key, at the PostageStamp contract, without a Bee node that pays.')
    .addHelpText('after', HELP)
  const add = (usage: string, description: string, { pay = false, run }: Act) => {
    const command = own.command(usage).description(description)
    command
      .option(
        '--rpc <url>',
        'RPC provider of the chain that sells postage (default: the configured one)',
        parseUrl,
      )
      .option(
        '--postage-contract <address>',
        'the PostageStamp contract (default: the configured one, the devnet’s, or Swarm’s on Gnosis and Sepolia)',
        (text: string): Address => parseAddress(text),
      )
      .option(
        '--block-time <seconds>',
        'seconds a block (default: Gnosis 5, Sepolia 12, else 5)',
        parseAmount,
      )
    if (pay) {
      command.option(
        '--password-file <file>',
        'file with the password of the key file (else REMOTE_LOG_PASSWORD or a prompt)',
      )
    }
    command.action(async () => {
      const options: Options = command.optsWithGlobals()
      const named = command.args[0] === undefined ? undefined : parseBatch(command.args[0])
      await run(await openOwn(runtime, options, pay), options, named)
    })
    return command
  }
  const wish = (command: Command) =>
    command
      .option('--size <bytes>', 'what has to find room, such as 500MB', parseBytes)
      .option('--depth <n>', 'log2 of the chunks paid for, 17 to 255, in place of --size', parseCount)
      .option('--days <n>', 'how long it is to last', parseAmount)

  wish(
    add('quote', 'Say what a new batch costs and until when it lasts.', {
      run: async ({ postage }, options) => {
        const quote = await postage.quote(wishOf(options), runtime)
        if (options.json) return stdout.json(quoteJson(quote))
        await stdout.line(`depth ${quote.depth}: ${costLine(quote)}`)
      },
    }),
  )
  wish(
    add('buy', 'Buy a batch, once: after a crash the same command finds it.', {
      pay: true,
      run: (open, options) => buyOwn(runtime, open, options, wishOf(options)),
    }),
  )
    .option('--yes', 'spend without asking')
    .option('--mutable', 'one in which older chunks may be displaced')
    .option('--use', 'stamp for it from now on (a log set up with init --own-stamps does)')
  add('list', 'List the batches that were bought here.', {
    run: async ({ postage, home }, { json }) => {
      const ids = await readOwnBatches(home)
      const found = await Promise.all(ids.map(id => statusOf(postage, id, runtime)))
      if (json) return stdout.json(found)
      if (ids.length === 0) return stdout.line('none was bought here: remote-log postage own buy')
      for (const status of found) await stdout.line(ownLine(status))
    },
  })
  add('show [batch]', 'Say of any batch what the contract knows.', {
    run: async (open, { json }, named) => {
      const status = describeOwn(await open.postage.batch(await ownBatchMeant(named, open), runtime))
      await (json ? stdout.json(status) : stdout.line(ownLine(status)))
    },
  })
  add('use <batch>', 'Stamp for this batch from now on, with the log’s key; any gateway takes it then.', {
    run: async (open, { json }, named) => {
      const status = await open.postage.batch(named!, runtime)
      demandOwner(status, open.config?.log.owner)
      await rememberOwnBatch(open.home, named!)
      await useOwn(open, status)
      await (json ? stdout.json({ batch: named }) : stdout.line(`this device stamps for ${named}`))
    },
  })
  add('topup [batch]', 'Let a batch, anybody’s, last longer.', {
    pay: true,
    run: async (open, options, named) => {
      const { days } = options
      if (days === undefined) throw new InvalidArgumentError('--days is missing: how much longer', {})
      await topUpOwn(runtime, open, options, { batch: await ownBatchMeant(named, open), days })
    },
  })
    .option('--days <n>', 'how much longer', parseAmount)
    .option('--yes', 'spend without asking')
  add('dilute [batch]', 'Give a batch room for more chunks, for less time.', {
    pay: true,
    run: async (open, { depth, yes, json }, named) => {
      if (depth === undefined) throw new InvalidArgumentError('--depth is missing: the new depth', {})
      const batch = await ownBatchMeant(named, open)
      await confirm(runtime, yes, `dilution of ${batch} to depth ${depth}: gas alone, and less time`)
      const status = await open.postage.dilute(batch, depth, runtime)
      if (open.batch === batch) await useOwn({ ...open, rpc: open.config?.stamps?.rpc }, status)
      const shown = describeOwn(status)
      await (json ? stdout.json(shown) : stdout.line(ownLine(shown)))
    },
  })
    .option('--depth <n>', 'the new depth: one more is twice the chunks for half the time', parseCount)
    .option('--yes', 'spend without asking')
}

type Shown = ReturnType<typeof describeOwn> | { readonly id: string; readonly gone: true }

async function statusOf(postage: OpenOwn['postage'], id: string, runtime: Runtime): Promise<Shown> {
  return postage.batch(id, runtime).then(describeOwn, error => {
    if (error instanceof NotFoundError) return { id, gone: true }
    throw error
  })
}

function describeOwn(batch: KeyBatchStatus) {
  const { id, owner, depth, immutable, seconds, expires, capacityBytes, remainingPlur } = batch
  return {
    id,
    owner,
    depth,
    immutable,
    remainingPlur: `${remainingPlur}`,
    seconds: seconds ?? null,
    expires: expires === undefined ? null : date(expires),
    capacityBytes,
  }
}

function ownLine(shown: Shown): string {
  if ('gone' in shown) return `${shown.id}\n  not at the contract: it ran out, or the chain is another`
  const { id, owner, depth, immutable, seconds, expires } = shown
  const lasts = until(seconds ?? undefined, expires === null ? undefined : Date.parse(expires))
  const kind = immutable ? 'immutable' : 'mutable'
  return `${id}\n  ${seconds === 0 ? 'RAN OUT' : lasts}\n  depth ${depth}, ${kind}\n  owner ${owner}`
}

const HELP = `
The key is the one in REMOTE_LOG_KEY, else the key file of the home folder. It pays in BZZ of that chain and in gas. What
was begun and cut off is finished by the next buy or topup. A batch that is used here is stamped for here: nobody else, no
node and no other device, may stamp for it.

Examples:
  $ remote-log postage own quote --rpc https://rpc.gnosischain.com --depth 20 --days 90
  $ remote-log postage own buy --depth 20 --days 90 --use
  $ remote-log postage own topup --days 30 --yes
  $ remote-log postage own show 1130bea8…
`
