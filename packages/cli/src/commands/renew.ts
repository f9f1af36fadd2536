import { type BeePostage, formatBzz, type Lifetime, type PostageQuote } from '@remote-log/client'
import { InvalidArgumentError, RefusedError } from '@remote-log/core'
import type { Command } from 'commander'
import { confirm } from '../confirm.ts'
import { counted } from '../counted.ts'
import { withLog } from '../open-log.ts'
import { parseAmount, parseUrl } from '../parse-option.ts'
import { type OpenPostage, openPostage, type PostageOptions } from '../postage/open-postage.ts'
import { dropPending, keepPending, type PendingOrder, readPending } from '../postage/pending-order.ts'
import { costLine, quoteJson } from '../postage/show-postage.ts'
import { startProgress } from '../progress.ts'
import type { Runtime } from '../runtime.ts'
import { lifetimeJson, showLifetimes } from '../show-lifetimes.ts'

interface Options extends PostageOptions {
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
    .action(async (_own: unknown, command: Command) => {
      const options: Options = command.optsWithGlobals()
      const open = await openPostage(runtime, options)
      const { stdout, signal } = runtime
      await finishPending(open, signal)
      await withLog(runtime, options, async log => {
        const before = await log.lifetimes(open.postage, { signal })
        const due = await quoteAll(open.postage, before, options.days, signal)
        if (!options.json)
          for (const { batch, quote } of due) await stdout.line(`${batch}: ${costLine(quote)}`)
        if (due.length > 0) {
          await confirm(runtime, options.yes, `${counted(due.length, 'top-up')} for ${totalBzz(due)} BZZ`)
          await topUpAll(runtime, open, due)
        }
        const parts = await log.lifetimes(open.postage, { signal })
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
  postage: BeePostage,
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
    if (missing > 0) due.push({ batch, quote: await postage.quoteTopUp(batch, missing, { signal }) })
  }
  return due
}

/** Each order is kept until it is known to be done, so that nothing is paid twice. */
async function topUpAll(runtime: Runtime, open: OpenPostage, due: readonly Due[]): Promise<void> {
  const progress = startProgress(runtime, 'the chain is at work')
  try {
    for (const [i, { batch, quote }] of due.entries()) {
      progress.update(`topping up batch ${i + 1} of ${due.length}`)
      const order = await open.postage.orderTopUp(batch, quote, runtime)
      const pending = { kind: 'topup', bee: open.bee, order } as const
      await keepPending(open.home, pending)
      await carryOut(open, pending, runtime.signal)
    }
  } finally {
    progress.stop()
  }
}

async function carryOut(
  { home, postage }: OpenPostage,
  { order }: PendingOrder & { readonly kind: 'topup' },
  signal: AbortSignal,
): Promise<void> {
  try {
    await postage.topUp(order, { signal })
  } catch (error) {
    if (error instanceof RefusedError) await dropPending(home)
    throw error
  }
  await dropPending(home)
}

/** A top-up that was cut off is finished first: it counts for what is missing. */
async function finishPending(open: OpenPostage, signal: AbortSignal): Promise<void> {
  const pending = await readPending(open.home)
  if (pending === undefined) return
  if (pending.kind === 'topup' && pending.bee === open.bee) return carryOut(open, pending, signal)
  throw new InvalidArgumentError(
    `a ${pending.kind} was begun at ${pending.bee} and may have been paid: finish it first, by remote-log postage ${pending.kind} --bee ${pending.bee}`,
    { bee: pending.bee },
  )
}

function totalBzz(due: readonly Due[]): string {
  return formatBzz(due.reduce((sum, { quote }) => sum + quote.costPlur, 0n))
}

const HELP = `
Renews the batches that this device knows to pay for the log (remote-log status lists them) and that end earlier. Shows
the costs and asks before it spends. A batch that ran out can't be topped up: audit and repair with another.

Examples:
  $ remote-log renew --days 365
  $ remote-log renew --days 90 --yes --json
`
