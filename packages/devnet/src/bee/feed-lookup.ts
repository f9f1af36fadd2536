import { keccak } from './keccak.ts'
import { type SwarmChunk, singleOwnerAddress, singleOwnerParts } from './swarm-chunk.ts'

/** Bee's finder probes up to 2^8 - 1 updates ahead at once (`pkg/feeds/sequence`). */
const LEVELS = 8

/** The newest update of a sequence feed. */
export interface FeedUpdate {
  readonly index: number
  readonly signature: Buffer
  /** The wrapped chunk: its address and bytes (span ‖ payload). */
  readonly wrapped: SwarmChunk
}

/**
 * Finds the newest update the way Bee does: index 0 first, then base + 2^k - 1 for falling k, each find becoming the
 * next base. Updates behind a gap are found or not by the luck of these probes, as with Bee.
 * Undefined where index 0 is not to be had.
 */
export function newestUpdate(
  owner: Buffer,
  topic: Buffer,
  get: (address: Buffer) => SwarmChunk | undefined,
): FeedUpdate | undefined {
  const at = (index: number) => update(get(feedAddress(owner, topic, index)), index)
  let found = at(0)
  let level = LEVELS
  while (found) {
    const base: number = found.index
    const hits = Array.from({ length: level }, (_, i) => level - i)
      .map(k => ({ k, hit: at(base + 2 ** k - 1) }))
      .filter(({ hit }) => hit)
    const highest = hits[0]
    if (!highest?.hit) return found
    found = highest.hit
    // Inside an interval, what lies one beyond its highest probe was already missed.
    if (highest.k === level && level < LEVELS) return found
    level = highest.k
  }
  return undefined
}

/** Where update `index` lives: id = keccak256(topic ‖ index), as uint64 big endian. */
export function feedAddress(owner: Buffer, topic: Buffer, index: number): Buffer {
  return singleOwnerAddress(keccak(topic, feedIndex(index)), owner)
}

export function feedIndex(index: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(index))
  return bytes
}

function update(chunk: SwarmChunk | undefined, index: number): FeedUpdate | undefined {
  if (!chunk?.version) return undefined
  const { signature, wrapped } = singleOwnerParts(chunk.bytes)
  return { index, signature, wrapped: { address: chunk.version, bytes: wrapped } }
}
