import { bytesToHex, type Chunk, type ChunkRoom, verifyChunk } from '@remote-log/core'
import type { BatchSlots } from './batch-slots.ts'
import { addressOf } from './stamp.ts'
import type { Stamper } from './stamper.ts'

/** What pays for the chunks of an upload. */
export interface ChunkPostage {
  /** The batch's id, 64 hex digits. */
  readonly batch: string
  /** Headers of the request that stores this chunk. @throws REFUSED (`batch-full`), UNAVAILABLE, CORRUPT, ABORTED */
  headersFor(chunk: Chunk, signal: AbortSignal | undefined): Promise<Readonly<Record<string, string>>>
  /** Headers of a request that stores a file whose chunks the node stamps; undefined where it can't. */
  readonly fileHeaders: Readonly<Record<string, string>> | undefined
  /** Slots that are free, at the most. */
  readonly free: number | undefined
  /** Where pages look for room; undefined where nobody knows, or there is plenty. */
  readonly room: ChunkRoom | undefined
}

/**
 * A batch of the node's own, which stamps.
 * @param slots how many slots of each bucket were in use when the upload began, where it matters
 * @param options `free`: slots, at the most; `keep` refuses a chunk whose bucket is full: the node of a mutable batch would let an older one go for it. Chunks
 * go one by one then, for each has to be counted.
 */
export function postageOfNode(
  batch: string,
  slots: BatchSlots | undefined,
  { keep = false, free }: { readonly keep?: boolean; readonly free?: number | undefined } = {},
): ChunkPostage {
  const headers = { 'swarm-postage-batch-id': batch }
  return {
    batch,
    room: slots,
    free,
    fileHeaders: keep ? undefined : headers,
    headersFor: async ({ reference }) => {
      const address = slots && [addressOf(reference)]
      if (keep && address) slots.take(address)
      // Whether a chunk that can't be salted finds room is for the node to say.
      if (address && slots.crowding(address) < Number.POSITIVE_INFINITY) slots.take(address)
      return headers
    },
  }
}

/** A batch whose owner's key is here. */
export function postageOfStamper(stamper: Stamper): ChunkPostage {
  return {
    batch: stamper.batch,
    room: stamper.room,
    free: stamper.free,
    fileHeaders: undefined,
    headersFor: async ({ reference, bytes }, signal) => {
      // A slot for a chunk that does not exist would be lost.
      verifyChunk(reference, bytes)
      const stamp = await stamper.stamp(reference, { signal })
      return { 'swarm-postage-stamp': bytesToHex(stamp) }
    },
  }
}
