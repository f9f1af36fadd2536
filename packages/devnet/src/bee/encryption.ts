import { randomBytes } from 'node:crypto'
import { CHUNK_BYTES, SPAN_BYTES } from '@remote-log/core'
import { keccak } from './keccak.ts'

export const KEY_BYTES = 32
/** Segments of a chunk: the span's counter follows theirs. */
const SPAN_COUNTER = CHUNK_BYTES / KEY_BYTES

/** A chunk (span ‖ payload) encrypted with a new key; the payload is filled up with noise (Bee: `pkg/encryption`). */
export function encryptChunk(bytes: Uint8Array): { key: Buffer; bytes: Buffer } {
  const key = randomBytes(KEY_BYTES)
  const noise = randomBytes(SPAN_BYTES + CHUNK_BYTES - bytes.length)
  return { key, bytes: Buffer.concat([transcrypt(bytes, key), noise]) }
}

/** Span ‖ payload in the clear, noise included. */
export function decryptChunk(bytes: Uint8Array, key: Uint8Array): Buffer {
  return transcrypt(bytes, key)
}

function transcrypt(bytes: Uint8Array, key: Uint8Array): Buffer {
  const out = Buffer.from(bytes)
  xor(out.subarray(0, SPAN_BYTES), segmentKey(key, SPAN_COUNTER))
  for (let at = SPAN_BYTES, i = 0; at < out.length; at += KEY_BYTES, i++) {
    xor(out.subarray(at, at + KEY_BYTES), segmentKey(key, i))
  }
  return out
}

/** Hashed twice, so that one segment's key can be told without the others'. */
function segmentKey(key: Uint8Array, counter: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(counter)
  return keccak(keccak(key, bytes))
}

function xor(bytes: Buffer, mask: Buffer): void {
  for (let i = 0; i < bytes.length; i++) bytes[i]! ^= mask[i]!
}
