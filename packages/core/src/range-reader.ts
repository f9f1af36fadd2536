import type { CallOptions, ContentStore } from './content-store.ts'
import type { Reference } from './reference.ts'

/** Leaves of a file from number `from` to before number `to`; each holds 4,096 bytes of it. */
export interface LeafRange {
  readonly from: number
  readonly to: number
}

/** An optional ability of a {@link ContentStore}: a long stretch of a file in one request, verified leaf by leaf. */
export interface RangeReader {
  /**
   * Streams leaves of the file with this root, in order. Each is handed on as soon as it came and its BMT hash was found
   * to be `expected(leaf)`, as 4,096 bytes that the caller may keep; so the caller has to know the part of the file's
   * tree that leads to them (`TreeWalker`), and none of them may be a short last leaf. What came before an error stands:
   * `details.leaf` of every error is the first leaf that was not delivered, from which a caller may go on. Leaving the
   * loop early ends the request.
   * @throws CORRUPT (forged, reordered, shifted: `details` name the chunk and, where there is one, the gateway's url),
   * UNAVAILABLE (cut, silent, no answer), NOT_FOUND, REFUSED (the other side says that the file ends before), ABORTED;
   * RangeError, at once, for leaves that are no range
   */
  readLeaves(
    root: Reference,
    leaves: LeafRange,
    expected: (leaf: number) => Reference,
    options?: CallOptions,
  ): AsyncIterable<Uint8Array>
}

/** Whether a store has the ability. */
export function isRangeReader(store: ContentStore): store is ContentStore & RangeReader {
  return 'readLeaves' in store && typeof store.readLeaves === 'function'
}
