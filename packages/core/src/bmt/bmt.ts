import { keccak_256 } from '@noble/hashes/sha3.js'
import { CHUNK_BYTES, SPAN_BYTES } from '../limits.ts'

/**
 * The address of a content-addressed chunk (Bee: `pkg/bmt`): keccak256(span ‖ root), where root is the binary Merkle
 * root with keccak256 over the payload, padded with zeros to 4,096 bytes, in 128 segments of 32 bytes.
 * `bytes` is span ‖ payload, 8 to 4,104 bytes.
 */
export function bmtAddress(bytes: Uint8Array): Uint8Array {
  let level = new Uint8Array(CHUNK_BYTES)
  level.set(bytes.subarray(SPAN_BYTES))
  while (level.length > 32) {
    const next = new Uint8Array(level.length / 2)
    for (let at = 0; at < level.length; at += 64) next.set(keccak_256(level.subarray(at, at + 64)), at / 2)
    level = next
  }
  const top = new Uint8Array(SPAN_BYTES + 32)
  top.set(bytes.subarray(0, SPAN_BYTES))
  top.set(level, SPAN_BYTES)
  return keccak_256(top)
}
