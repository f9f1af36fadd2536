import type { CallOptions, ContentStore } from './content-store.ts'
import type { RecordBuffers } from './record-buffers.ts'
import type { Reference } from './reference.ts'

/** Leaves of a file from number `from` to before number `to`; each holds 4,096 bytes of it. */
export interface LeafRange {
  readonly from: number
  readonly to: number
}

/**
 * Leaves of which only the inner chunk right above is known by reference. They prove themselves: the chunk made of their
 * addresses must have that reference. What is in it need not be fetched but to find out which of them is wrong.
 */
export interface LeafGroups {
  /** All leaves below the inner chunk that is right above this one. */
  around(leaf: number): LeafRange
  /** Takes the addresses of a group's leaves, 32 bytes each. Returns whether they are right; then `expected` knows them. */
  offer(group: LeafRange, addresses: Uint8Array): boolean
  /** Fetches the inner chunk; then `expected` knows the group. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED */
  fetch(group: LeafRange): Promise<void>
}

export interface LeafOptions extends CallOptions {
  /** For leaves that `expected` does not know; only for a store that {@link RangeReader.provesGroups}. */
  readonly groups?: LeafGroups | undefined
  /** Where records come from, and may go back to; without it each array is a new one. */
  readonly buffers?: RecordBuffers | undefined
}

/** An optional ability of a {@link ContentStore}: a long stretch of a file in one request, verified leaf by leaf. */
export interface RangeReader {
  /** Whether it takes {@link LeafGroups}; otherwise `expected` has to know every leaf. */
  readonly provesGroups?: boolean

  /**
   * Streams leaves of the file with this root, in order, as records (`leaf-record.ts`) that the caller may keep: the
   * address of each, 32 bytes, and behind it its 4,096; records that come at once stand one behind the other in one
   * array. They are handed on as soon as they came and the BMT hash of each was found to be `expected(leaf)`. So the
   * caller has to know the part of the file's tree that leads to them (`TreeWalker`), and none of them may be a short
   * last leaf. Leaves of a group are handed on when all of it came; where it is not what it should be, or is cut, they
   * are told apart by its inner chunk, which is fetched then. What came before an error stands: `details.leaf` of every
   * error is the first leaf that was not delivered, from which a caller may go on. Leaving the loop early ends the request.
   * @throws CORRUPT (forged, reordered, shifted: `details` name the chunk and, where there is one, the gateway's url),
   * UNAVAILABLE (cut, silent, no answer), NOT_FOUND, REFUSED (the other side says that the file ends before), ABORTED;
   * RangeError, at once, for leaves that are no range
   */
  readLeaves(
    root: Reference,
    leaves: LeafRange,
    expected: (leaf: number) => Reference | undefined,
    options?: LeafOptions,
  ): AsyncIterable<Uint8Array>
}

/** Whether a store has the ability. */
export function isRangeReader(store: ContentStore): store is ContentStore & RangeReader {
  return 'readLeaves' in store && typeof store.readLeaves === 'function'
}
