import type { ExpirySource, KeyPostage, PostageQuote } from '@remote-log/client'
import { RefusedError } from '@remote-log/core'
import type { OpenOwn } from './open-own.ts'
import type { OpenPostage } from './open-postage.ts'
import { payOwn } from './pay-own.ts'
import {
  begunElsewhere,
  demandSamePlace,
  dropPending,
  keepPending,
  type PendingOrder,
  readPending,
} from './pending-order.ts'

/** Tops up batches: the own key those that this device stamps for, the Bee node all others. */
export interface Seller extends ExpirySource {
  quoteTopUp(batch: string, days: number, call: { readonly signal: AbortSignal }): Promise<PostageQuote>
  /** The order is kept until it is known to be done, so that nothing is paid twice. */
  topUp(batch: string, quote: PostageQuote, signal: AbortSignal): Promise<void>
  /** A top-up that was cut off is finished first: it counts for what is missing. @throws INVALID_ARGUMENT */
  finish(signal: AbortSignal): Promise<void>
}

/** @param unlock the own key's postage with the key, asked for when it has to pay */
export function sellerOf(
  open: OpenPostage,
  own: OpenOwn | undefined,
  unlock: () => Promise<KeyPostage>,
): Seller {
  const { home } = open
  const who = (batch: string) => (own && own.batch === batch ? own.postage : open.postage)
  const carryOut = async (pending: PendingOrder, signal: AbortSignal, resumed: boolean) => {
    if (pending.kind === 'own-topup') await payOwn(home, await unlock(), pending, signal, resumed)
    if (pending.kind === 'topup') {
      await open.postage.topUp(pending.order, { signal }).catch(async error => {
        if (error instanceof RefusedError && !resumed) await dropPending(home)
        throw error
      })
    }
    await dropPending(home)
  }
  return {
    expiry: (batch, call) => who(batch).expiry(batch, call),
    quoteTopUp: (batch, days, call) => who(batch).quoteTopUp(batch, days, call),
    async topUp(batch, quote, signal) {
      const { bee, postage } = open
      const pending: PendingOrder =
        own && own.batch === batch
          ? {
              kind: 'own-topup',
              chainId: own.postage.chainId,
              contract: own.postage.contract,
              order: await own.postage.orderTopUp(batch, quote, { signal }),
            }
          : { kind: 'topup', bee, order: await postage.orderTopUp(batch, quote, { signal }) }
      await keepPending(home, pending)
      await carryOut(pending, signal, false)
    },
    async finish(signal) {
      const pending = await readPending(home)
      if (pending === undefined) return
      if (pending.kind === 'own-topup' && own) demandSamePlace(home, pending, own.postage)
      else if (pending.kind === 'topup') demandSamePlace(home, pending, open)
      else throw begunElsewhere(home, pending)
      await carryOut(pending, signal, true)
    },
  }
}
