import { NotFoundError, RefusedError, UnavailableError } from '@remote-log/core'
import { refused } from '../answer-error.ts'
import type { BeeNode } from '../bee-node.ts'
import { demandTime } from '../postage/batch-state.ts'
import { readBuckets, readChainBatch } from '../postage/postage-node.ts'
import type { ChainBatch } from '../postage/stamp-record.ts'
import { BatchSlots } from './batch-slots.ts'
import { BUCKETS } from './stamp.ts'

/**
 * The slots of a node's own batch as they are now (2 to 3 MB of JSON); undefined where it does not tell, which costs
 * room, nothing else. @throws ABORTED
 */
export async function nodeSlots(
  node: BeeNode,
  batch: string,
  depth: number,
  signal: AbortSignal | undefined,
): Promise<BatchSlots | undefined> {
  try {
    const { taken } = await readBuckets(node, batch, signal)
    const slots = new BatchSlots(batch, depth, 1)
    for (const [bucket, used] of taken.entries()) slots.skip(bucket, used)
    return slots
  } catch (error) {
    if (error instanceof RefusedError || error instanceof UnavailableError) return undefined
    throw error
  }
}

/** As full as it can be where the fullest bucket is known alone. */
export function slotsAtMost(batch: string, depth: number, utilization: number): BatchSlots {
  const slots = new BatchSlots(batch, depth)
  for (let bucket = 0; bucket < BUCKETS; bucket++) slots.skip(bucket, utilization)
  return slots
}

/**
 * Checks that the chain has a batch whose owner stamps elsewhere, that it is as deep as is believed here (stamps for slots
 * beyond its depth are taken by nodes and dropped by the network), and that it lasts. Only where the node can tell: Bee
 * from 2.8.1 on, if its gateway lets the question through.
 * @throws REFUSED (`batch-unknown`, `depth-mismatch`, `batch-expired`, `batch-expiring`), ABORTED
 */
export async function demandOnChain(
  node: BeeNode,
  { batch, depth: believed }: { readonly batch: string; readonly depth: number },
  minimumSeconds: number | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  let found: ChainBatch
  try {
    found = await readChainBatch(node, batch, signal)
  } catch (error) {
    if (error instanceof NotFoundError)
      throw refused('batch-unknown', error.message, { ...error.details, batch })
    if (error instanceof RefusedError || error instanceof UnavailableError) return
    throw error
  }
  const { depth, ttlSeconds } = found
  const origin = { url: node.connection.shownUrl, route: '/batches' }
  demandTime({ id: batch, ttlSeconds }, origin, minimumSeconds)
  if (depth >= believed) return
  const what = `postage batch ${batch} has depth ${depth} on the chain, not ${believed}`
  throw refused('depth-mismatch', what, { ...origin, batch, depth, believed })
}
