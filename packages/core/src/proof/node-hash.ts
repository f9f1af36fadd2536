import { sharedBlockHasher } from '../bmt/block-hasher.ts'
import { BRANCHES, CHUNK_BYTES } from '../limits.ts'
import { SEGMENT_BYTES } from './segments.ts'

/** Two nodes. */
const PAIR_BYTES = 64

/** keccak256 of two nodes of a chunk's hash tree, 32 bytes each: the node above them. */
export function nodeAbove(left: Uint8Array, right: Uint8Array): Uint8Array {
  const hasher = sharedBlockHasher()
  const { buffer } = hasher
  buffer.set(left)
  buffer.set(right, SEGMENT_BYTES)
  hasher.hash(1, PAIR_BYTES)
  return buffer.slice(0, SEGMENT_BYTES)
}

/** The nodes of a chunk's hash tree, level by level, from the 128 segments to the two below the root. */
export function nodeLevels(payload: Uint8Array): Uint8Array[] {
  const hasher = sharedBlockHasher()
  const { buffer } = hasher
  buffer.set(payload)
  buffer.fill(0, payload.length, CHUNK_BYTES)
  const levels = [buffer.slice(0, CHUNK_BYTES)]
  for (let nodes = BRANCHES / 2; nodes >= 2; nodes /= 2) {
    hasher.hash(nodes, PAIR_BYTES)
    levels.push(buffer.slice(0, nodes * SEGMENT_BYTES))
  }
  return levels
}
