import { throwIfAborted } from '@remote-log/core'
import type { BeeNode } from '../bee-node.ts'
import { type ChainState, listOwnBatches, readChainBatch } from './postage-node.ts'

/** Milliseconds a block on Gnosis. */
export const GNOSIS_BLOCK_MS = 5000
/** A time left shorter than this, in seconds, measures a block too coarsely. */
const LEAST_SECONDS = 10_000

export interface BlockTime {
  readonly ms: number
  /** Told by the caller; computed from what the node says of a batch; or assumed, that of Gnosis. */
  readonly from: 'option' | 'measured' | 'assumed'
}

/**
 * The block time by which a node reckons: the time left of a batch of its own, over the blocks that its value pays
 * for. Where there is none, or Bee is older than 2.8.1, that of Gnosis. @throws UNAVAILABLE, ABORTED
 */
export async function blockTimeOf(
  node: BeeNode,
  { totalPlur, pricePlur }: ChainState,
  option: number | undefined,
  signal: AbortSignal | undefined,
): Promise<BlockTime> {
  if (option !== undefined) return { ms: option, from: 'option' }
  const assumed = { ms: GNOSIS_BLOCK_MS, from: 'assumed' } as const
  const longest = [...(await listOwnBatches(node, signal))].sort((a, b) => b.ttlSeconds - a.ttlSeconds)[0]
  if (!longest || longest.ttlSeconds < LEAST_SECONDS || pricePlur === 0n) return assumed
  try {
    const { valuePlur, ttlSeconds } = await readChainBatch(node, longest.id, signal)
    const blocks = Number((valuePlur - totalPlur) / pricePlur)
    const ms = Math.round((ttlSeconds / blocks) * 100) * 10
    return blocks > 0 && ms >= 10 ? { ms, from: 'measured' } : assumed
  } catch {
    throwIfAborted(signal, 'measuring the block time')
    return assumed
  }
}
