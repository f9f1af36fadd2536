import type { BatchWish } from '@remote-log/client'
import type { WishOptions } from '../commands/postage.ts'
import { readConfig, replaceBatch } from '../config.ts'
import { confirm } from '../confirm.ts'
import { startProgress } from '../progress.ts'
import type { Runtime } from '../runtime.ts'
import type { OpenPostage } from './open-postage.ts'
import { demandSamePlace, dropPending, keepPending, type NodeOrder, readPending } from './pending-order.ts'
import { costLine, quoteJson, until } from './show-postage.ts'

/** Shows the costs, has them confirmed, buys, and waits. What an earlier command began is finished instead. */
export async function buy(
  runtime: Runtime,
  open: OpenPostage,
  options: WishOptions,
  wish: BatchWish,
): Promise<void> {
  const { home, bee, postage } = open
  // Better now than when it is paid.
  if (options.use) await readConfig(home)
  if (await finish(runtime, open, options)) return
  const quote = await postage.quote(wish, runtime)
  if (!options.json) await runtime.stdout.line(`depth ${quote.depth}: ${costLine(quote)}`)
  await confirm(runtime, options.yes, `a batch for ${quote.costBzz} BZZ`)
  const order = await postage.order(quote, { immutable: options.mutable !== true, signal: runtime.signal })
  const pending = { kind: 'buy', bee, order } as const
  await keepPending(home, pending)
  await carryOut(runtime, open, options, pending, { quote: quoteJson(quote) })
}

/** Shows the costs, has them confirmed and tops up. What an earlier command began is finished instead. */
export async function topUp(
  runtime: Runtime,
  open: OpenPostage,
  options: WishOptions,
  batch: string,
  days: number,
): Promise<void> {
  const { home, bee, postage } = open
  if (await finish(runtime, open, options)) return
  const quote = await postage.quoteTopUp(batch, days, runtime)
  if (!options.json) await runtime.stdout.line(`${batch}: ${costLine(quote)}`)
  await confirm(runtime, options.yes, `a top-up for ${quote.costBzz} BZZ`)
  const order = await postage.orderTopUp(batch, quote, runtime)
  const pending = { kind: 'topup', bee, order } as const
  await keepPending(home, pending)
  await carryOut(runtime, open, options, pending, { quote: quoteJson(quote) })
}

/** Whether something was left unfinished, which is done now. */
async function finish(runtime: Runtime, open: OpenPostage, options: WishOptions): Promise<boolean> {
  const pending = await readPending(open.home)
  if (pending === undefined) return false
  demandSamePlace(open.home, pending, open)
  if (!options.json) await runtime.stdout.line(`finishing the ${pending.kind} that was begun before`)
  await carryOut(runtime, open, options, pending as NodeOrder, { resumed: true })
  return true
}

async function carryOut(
  runtime: Runtime,
  { home, postage }: OpenPostage,
  { json, use, wait }: WishOptions,
  pending: NodeOrder,
  told: { readonly resumed?: true; readonly quote?: object },
): Promise<void> {
  const progress = startProgress(runtime, 'the chain is at work')
  try {
    if (pending.kind === 'topup') {
      const expiry = await postage.topUp(pending.order, runtime)
      await dropPending(home)
      progress.stop()
      if (json) return await runtime.stdout.json({ ...expiry, ...told })
      return await runtime.stdout.line(`${expiry.batch} now lasts ${until(expiry.seconds, expiry.expires)}`)
    }
    const { id } = await postage.buy(pending.order, runtime)
    if (use) await replaceBatch(home, id)
    await dropPending(home)
    const onProgress = (blocks: number, of: number) => progress.update(`${blocks} of ${of} blocks`)
    if (wait !== false) await postage.waitUsable(id, { signal: runtime.signal, onProgress })
    progress.stop()
    if (json) await runtime.stdout.json({ batch: id, usable: wait !== false, ...told })
    else await runtime.stdout.line(wait === false ? `${id}\n  usable after ten blocks` : `${id}\n  usable`)
  } catch (error) {
    if (isRefusal(error) && !told.resumed) await dropPending(home)
    throw error
  } finally {
    progress.stop()
  }
}

/** Nothing was paid by this attempt, and the same again is refused again; of an earlier one it says nothing. */
function isRefusal(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'REFUSED'
}
