import { CHUNK_BYTES, SPAN_BYTES } from '../limits.ts'
import { type BlockHasher, sharedBlockHasher } from './block-hasher.ts'

/** Computes the address of the chunk with this span (8 bytes) and payload (0 to 4,096 bytes). */
export type BmtAddress = (span: Uint8Array, payload: Uint8Array) => Uint8Array

/**
 * The address of a content-addressed chunk (Bee: `pkg/bmt`): keccak256(span ‖ root), where root is the binary Merkle
 * root with keccak256 over the payload, padded with zeros to 4,096 bytes, in 128 segments of 32 bytes.
 */
export function bmtWith(hasher: BlockHasher): BmtAddress {
  const { buffer } = hasher
  return (span, payload) => {
    buffer.set(payload)
    buffer.fill(0, payload.length, CHUNK_BYTES)
    for (let nodes = CHUNK_BYTES / 64; nodes >= 1; nodes /= 2) hasher.hash(nodes, 64)
    buffer.copyWithin(SPAN_BYTES, 0, 32)
    buffer.set(span)
    hasher.hash(1, 40)
    return buffer.slice(0, 32)
  }
}

let shared: BmtAddress | undefined

/** {@link bmtWith} the fastest hasher that works here, made at the first call. */
export function bmtAddress(span: Uint8Array, payload: Uint8Array): Uint8Array {
  shared ??= bmtWith(sharedBlockHasher())
  return shared(span, payload)
}
