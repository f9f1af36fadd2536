import { formatBzz, type Lifetime, type PostageQuote } from '@remote-log/client'
import type { Command } from 'commander'
import { confirm } from '../confirm.ts'
import { counted } from '../counted.ts'
import { withLog } from '../open-log.ts'
import { parseAmount, parseUrl } from '../parse-option.ts'
import type { PasswordOptions } from '../password.ts'
import { openOwn } from '../postage/open-own.ts'
import { openPostage, type PostageOptions } from '../postage/open-postage.ts'
import { type Seller, sellerOf } from '../postage/seller.ts'
import { costLine, quoteJson } from '../postage/show-postage.ts'
import { startProgress } from '../progress.ts'
import type { Runtime } from '../runtime.ts'
import { lifetimeJson, showLifetimes } from '../show-lifetimes.ts'

interface Options extends PostageOptions, PasswordOptions {
  readonly days: number
  readonly yes?: boolean
}

const SECONDS_PER_DAY = 86_400

export function addRenew(program: Command, runtime: Runtime): void {
  program
    .command('renew')
    .description('Top up every postage batch that pays for this log, so that all of it lasts so many days.')
    .requiredOption('--days <n>', 'how long, from now, all of it is to last', parseAmount)
    .option('--bee <url>', 'Bee node that pays (default: the configured one)', parseUrl)
    .option('--block-time <seconds>', 'seconds a block (default: measured, else 5 as on Gnosis)', parseAmount)
    .option('--yes', 'spend without asking')
    .addHelpText('after', HELP)
    .option(
      '--password-file <file>',
      'file with the password of the key file, where this device stamps (else REMOTE_LOG_PASSWORD or a prompt)',
    )
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const options: Options = command.optsWithGlobals()
      const open = await openPostage(runtime, options)
      const { stdout, signal } = runtime
      await withLog(runtime, options, async (log, { stamps }) => {
        const own = stamps && (await openOwn(runtime, options, false))
        const unlock = async () => (await openOwn(runtime, options, true)).postage
        const seller = sellerOf(open, own, unlock)
        await seller.finish(signal)
        const before = await log.lifetimes(seller, { signal })
        const due = await quoteAll(seller, before, options.days, signal)
        if (!options.json)
          for (const { batch, quote } of due) await stdout.line(`${batch}: ${costLine(quote)}`)
        if (due.length > 0) {
          await confirm(runtime, options.yes, `${counted(due.length, 'top-up')} for ${totalBzz(due)} BZZ`)
          await topUpAll(runtime, seller, due)
        }
        const parts = await log.lifetimes(seller, { signal })
        if (options.json) {
          const renewed = due.map(({ batch, quote }) => ({ batch, quote: quoteJson(quote) }))
          return stdout.json({ renewed, parts: parts.map(lifetimeJson) })
        }
        if (due.length === 0)
          await stdout.line(`nothing to pay: what can be renewed lasts ${options.days} days`)
        await showLifetimes(stdout, parts, Date.now())
      })
    })
}

interface Due {
  readonly batch: string
  readonly quote: PostageQuote
}

/** The batches that end too soon, each with what the rest of the time costs. */
async function quoteAll(
  seller: Seller,
  lifetimes: readonly Lifetime[],
  days: number,
  signal: AbortSignal,
): Promise<Due[]> {
  const expires = new Map(
    lifetimes.flatMap(({ batch, expires }) =>
      batch === undefined || expires === undefined ? [] : [[batch, expires]],
    ),
  )
  const due: Due[] = []
  for (const [batch, ends] of expires) {
    const missing = days - (ends - Date.now()) / 1000 / SECONDS_PER_DAY
    if (missing > 0) due.push({ batch, quote: await seller.quoteTopUp(batch, missing, { signal }) })
  }
  return due
}

async function topUpAll(runtime: Runtime, seller: Seller, due: readonly Due[]): Promise<void> {
  const progress = startProgress(runtime, 'the chain is at work')
  try {
    for (const [i, { batch, quote }] of due.entries()) {
      progress.update(`topping up batch ${i + 1} of ${due.length}`)
      await seller.topUp(batch, quote, runtime.signal)
    }
  } finally {
    progress.stop()
  }
}

function totalBzz(due: readonly Due[]): string {
  return formatBzz(due.reduce((sum, { quote }) => sum + quote.costPlur, 0n))
}

const HELP = `
Renews the batches that this device knows to pay for the log (remote-log status lists them) and that end earlier. Shows
the costs and asks before it spends. The node pays; for a batch that this device stamps for, the key does. A batch that ran out can't be topped up: audit and repair with another.

Examples:
  $ remote-log renew --days 365
  $ remote-log renew --days 90 --yes --json
`
