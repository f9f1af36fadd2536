import { keccak_256 } from '@noble/hashes/sha3.js'

/** keccak256 of the parts, one after the other. */
export function keccak(...parts: readonly Uint8Array[]): Buffer {
  return Buffer.from(keccak_256(parts.length === 1 ? parts[0]! : Buffer.concat(parts)))
}
