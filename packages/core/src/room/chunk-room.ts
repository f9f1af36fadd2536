import type { RefusedError } from '../errors.ts'

/**
 * Where chunks must find room by their addresses, as in the buckets of a postage batch: there the first 16 bits of the
 * address say which bucket a chunk falls into, and each bucket holds as many as any other.
 */
export interface ChunkRoom {
  /** How many salts a page is tried with: each costs about as much as 10 hashes. 1 to 2^32. */
  readonly maxSalts: number
  /** Of how many salts the one with the least crowding is taken; behind them the first that finds room. From 1 on. */
  readonly choices: number

  /**
   * How crowded it is where chunks with these addresses (32 bytes each) would go, all of them together: less is better,
   * and Infinity where they don't all find room. One address more never makes it less, but for one that has its room
   * already: pages that were placed before are to come to the same place.
   */
  crowding(addresses: readonly Uint8Array[]): number

  /** Takes that room. Chunks that have theirs already take none. */
  take(addresses: readonly Uint8Array[]): void

  /** The error for so many chunks that depend on each other and found no room with any salt. */
  full(chunks: number): RefusedError
}
