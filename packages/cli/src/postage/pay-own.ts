import type { BatchWish, KeyPostage } from '@remote-log/client'
import { RefusedError } from '@remote-log/core'
import { readConfig, replaceBatch } from '../config.ts'
import { confirm } from '../confirm.ts'
import type { Home } from '../home.ts'
import { startProgress } from '../progress.ts'
import type { Runtime } from '../runtime.ts'
import type { OpenOwn } from './open-own.ts'
import { rememberOwnBatch } from './own-batches.ts'
import { demandSamePlace, dropPending, keepPending, type OwnOrder, readPending } from './pending-order.ts'
import { costLine, quoteJson, until } from './show-postage.ts'

export interface PayOptions {
  readonly json?: boolean
  readonly yes?: boolean
  readonly mutable?: boolean
  readonly use?: boolean
}

/** Shows the costs, has them confirmed and buys. What an earlier command began is finished instead. */
export async function buyOwn(
  runtime: Runtime,
  open: OpenOwn,
  options: PayOptions,
  wish: BatchWish,
): Promise<void> {
  const { home, postage } = open
  // Better now than when it is paid.
  if (options.use) await readConfig(home)
  if (await finishOwn(runtime, open, options)) return
  const quote = await postage.quote(wish, runtime)
  if (!options.json) await runtime.stdout.line(`depth ${quote.depth}: ${costLine(quote)}`)
  await confirm(runtime, options.yes, `a batch for ${quote.costBzz} BZZ`)
  const order = await postage.order(quote, { immutable: options.mutable !== true })
  await begin(runtime, open, options, { kind: 'own-buy', order }, { quote: quoteJson(quote) })
}

/** Shows the costs, has them confirmed and tops up. What an earlier command began is finished instead. */
export async function topUpOwn(
  runtime: Runtime,
  open: OpenOwn,
  options: PayOptions,
  { batch, days }: { readonly batch: string; readonly days: number },
): Promise<void> {
  const { postage } = open
  if (await finishOwn(runtime, open, options)) return
  const quote = await postage.quoteTopUp(batch, days, runtime)
  if (!options.json) await runtime.stdout.line(`${batch}: ${costLine(quote)}`)
  await confirm(runtime, options.yes, `a top-up for ${quote.costBzz} BZZ`)
  const order = await postage.orderTopUp(batch, quote, runtime)
  await begin(runtime, open, options, { kind: 'own-topup', order }, { quote: quoteJson(quote) })
}

async function begin(
  runtime: Runtime,
  open: OpenOwn,
  options: PayOptions,
  what: Pick<OwnOrder, 'kind' | 'order'>,
  told: { readonly quote: object },
): Promise<void> {
  const { chainId, contract } = open.postage
  const pending = { ...what, chainId, contract } as OwnOrder
  await keepPending(open.home, pending)
  await carryOut(runtime, open, options, pending, told)
}

async function finishOwn(runtime: Runtime, open: OpenOwn, options: PayOptions): Promise<boolean> {
  const pending = await readPending(open.home)
  if (pending === undefined) return false
  const { chainId, contract } = open.postage
  demandSamePlace(open.home, pending, { chainId, contract })
  if (!options.json) await runtime.stdout.line(`finishing the ${pending.kind.slice(4)} that was begun before`)
  await carryOut(runtime, open, options, pending as OwnOrder, { resumed: true })
  return true
}

async function carryOut(
  runtime: Runtime,
  open: OpenOwn,
  options: PayOptions,
  pending: OwnOrder,
  told: { readonly resumed?: true; readonly quote?: object },
): Promise<void> {
  const { home, postage } = open
  const progress = startProgress(runtime, 'the chain is at work')
  try {
    const batch = await payOwn(home, postage, pending, runtime.signal, told.resumed === true)
    if (pending.kind === 'own-buy') {
      await rememberOwnBatch(home, batch.id)
      if (options.use || open.config?.ownStamps) await useOwn(open, batch)
    }
    await dropPending(home)
    progress.stop()
    const { id, seconds, expires } = batch
    if (options.json) return await runtime.stdout.json({ batch: id, seconds: seconds ?? null, ...told })
    const line = pending.kind === 'own-buy' ? `${id}\n  usable after ten blocks; ` : `${id} now `
    await runtime.stdout.line(`${line}lasts ${until(seconds, expires)}`)
  } finally {
    progress.stop()
  }
}

/** An order that is refused was not paid and is dropped; one that was begun before may have been, and is kept. */
export async function payOwn(
  home: Home,
  postage: KeyPostage,
  pending: OwnOrder,
  signal: AbortSignal,
  resumed: boolean,
) {
  try {
    return pending.kind === 'own-buy'
      ? await postage.buy(pending.order, { signal })
      : await postage.topUp(pending.order, { signal })
  } catch (error) {
    if (error instanceof RefusedError && !resumed) await dropPending(home)
    throw error
  }
}

/** From now on this device stamps for the batch. */
export async function useOwn(
  { home, postage, rpc }: Pick<OpenOwn, 'home' | 'postage' | 'rpc'>,
  { id, depth }: { readonly id: string; readonly depth: number },
): Promise<void> {
  const { chainId, contract } = postage
  await replaceBatch(home, id, { batch: id, depth, chainId, contract, ...(rpc !== undefined && { rpc }) })
}
