import type { BeePostage, KeyPostage } from '@remote-log/client'
import { NotFoundError, RemoteLogError, UnavailableError } from '@remote-log/core'
import { patiently } from './patience.ts'

/** The postage batch that pays for writing: while it lasts, the network keeps what was written. */
export interface BatchStatus {
  /** 64 hex digits. */
  readonly id: string
  /** Whether chunks can be stamped with it. */
  readonly usable: boolean
  /** Time until it runs out at today's price, in seconds; -1 where storage costs nothing. */
  readonly ttlSeconds: number
  /** How full the fullest of its buckets is, from 0 to 1; undefined where this device stamps, which no node knows. */
  readonly fill?: number
  /** An immutable batch refuses chunks when full; a mutable one lets go of its oldest. */
  readonly immutable: boolean
}

/**
 * Asks the Bee nodes for the batch, all at once: one of them owns it.
 * @param nodes by their URLs
 * @throws NOT_FOUND (all answer, none owns it), UNAVAILABLE, ABORTED
 */
export async function askNodes(
  nodes: ReadonlyMap<string, Pick<BeePostage, 'list'>>,
  id: string,
  signal: AbortSignal,
): Promise<BatchStatus> {
  const answers = await Promise.allSettled(
    [...nodes].map(([url, postage]) =>
      patiently(url, signal, async call => (await postage.list(call)).find(batch => batch.id === id)),
    ),
  )
  signal.throwIfAborted()
  const [own] = answers.flatMap(answer => (answer.status === 'fulfilled' && answer.value) || [])
  if (own) {
    const { usable, ttlSeconds, utilization, slots, immutable } = own
    return { id, usable, ttlSeconds, fill: utilization / slots, immutable }
  }
  const [failed] = answers.flatMap(answer => (answer.status === 'rejected' ? [answer.reason] : []))
  if (!failed) throw new NotFoundError(`${[...nodes.keys()].join(', ')}: none owns the batch`, { batch: id })
  if (failed instanceof RemoteLogError && failed.code !== 'UNAVAILABLE') {
    throw new UnavailableError(failed.message, failed.details, failed)
  }
  throw failed
}

/** Asks the contract for a batch that this device stamps for. @throws NOT_FOUND, UNAVAILABLE, ABORTED */
export async function askContract(
  postage: Pick<KeyPostage, 'batch'>,
  id: string,
  signal: AbortSignal,
): Promise<BatchStatus> {
  const { seconds, immutable } = await patiently('the chain', signal, call => postage.batch(id, call))
  return { id, usable: seconds !== 0, ttlSeconds: seconds ?? -1, immutable }
}

/** One line for people. */
export function describeBatch({ usable, ttlSeconds, fill, immutable }: BatchStatus): string {
  const days = ttlSeconds / 86_400
  const left =
    ttlSeconds < 0
      ? 'no end'
      : `${days < 2 ? `${(days * 24).toFixed(1)} hours` : `${days.toFixed(0)} days`} left`
  const full = fill === undefined ? 'stamped here' : `${(fill * 100).toFixed(1)} % full`
  return `${usable ? 'usable' : 'NOT USABLE'}, ${left}, ${full}${immutable ? '' : ' (mutable: drops its oldest chunks when full)'}`
}
