import type { CallOptions, ContentStore } from './content-store.ts'
import type { Reference } from './reference.ts'

/**
 * An optional ability of a {@link ContentStore}: a long stretch of a file in one request. UNLIKE `get`, NOTHING IS
 * VERIFIED HERE: the bytes are whatever the other side sent, and a gateway may lie. They may be handed on only after
 * each chunk of them was hashed and compared with its reference in the file's tree (`TreeWalker`, `verifyChunk`).
 */
export interface RangeReader {
  /**
   * Streams bytes `from` to `from + length - 1` of the file with this root, UNVERIFIED, in pieces of any size. Leaving
   * the loop early ends the request. What arrived before an error stands, so that a caller may go on from there.
   * @param from offset in bytes
   * @param length in bytes, at least 1; ends normally only after exactly so many
   * @throws NOT_FOUND, REFUSED (the other side says that the file ends before the range), UNAVAILABLE (also where the
   * stream was cut: `details.got` bytes had arrived), ABORTED
   */
  readRangeUnverified(
    root: Reference,
    from: number,
    length: number,
    options?: CallOptions,
  ): AsyncIterable<Uint8Array>
}

/** Whether a store has the ability. */
export function isRangeReader(store: ContentStore): store is ContentStore & RangeReader {
  return 'readRangeUnverified' in store && typeof store.readRangeUnverified === 'function'
}
