import type { RefusedError } from '../errors.ts'

/**
 * Where chunks must find room by their addresses, as in the buckets of a postage batch: there the first 16 bits of the
 * address say which bucket a chunk falls into, and each bucket holds as many as any other.
 */
export interface ChunkRoom {
  /** How many salts a page is tried with: each costs about as much as 10 hashes. 1 to 2^32. */
  readonly maxSalts: number

  /** Whether chunks with these addresses (32 bytes each) find room, all of them together. */
  fits(addresses: readonly Uint8Array[]): boolean

  /** Takes that room. Chunks that have theirs already take none. */
  take(addresses: readonly Uint8Array[]): void

  /** The error for so many chunks that depend on each other and found no room with any salt. */
  full(chunks: number): RefusedError
}
