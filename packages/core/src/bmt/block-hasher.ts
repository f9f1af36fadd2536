import { keccak_256 } from '@noble/hashes/sha3.js'
import { CHUNK_BYTES } from '../limits.ts'
import { keccakModule, ROUND_CONSTANTS_AT, roundConstants } from './keccak-module.ts'

/** Hashes blocks in place with keccak256. */
export interface BlockHasher {
  /** Where blocks are put and digests found; at least a chunk's payload long. */
  readonly buffer: Uint8Array
  /**
   * Replaces `count` blocks of `length` bytes (40 or 64), one behind the other at the front of `buffer`, by their
   * digests of 32 bytes. What stands behind the last digest is undefined afterwards.
   */
  hash(count: number, length: 40 | 64): void
}

/** In WebAssembly, the faster one. Throws where the platform has none, no 128-bit SIMD, or a policy forbids it. */
export function wasmBlockHasher(): BlockHasher {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(keccakModule()))
  const { memory, run } = instance.exports as {
    memory: WebAssembly.Memory
    run: (end: number, length: number) => void
  }
  const constants = new DataView(memory.buffer, ROUND_CONSTANTS_AT)
  for (const [i, constant] of roundConstants().entries()) constants.setBigUint64(8 * i, constant, true)
  return {
    buffer: new Uint8Array(memory.buffer, 0, CHUNK_BYTES),
    hash: (count, length) => run(count * length, length),
  }
}

/** In JavaScript, for everywhere else. */
export function jsBlockHasher(): BlockHasher {
  const buffer = new Uint8Array(CHUNK_BYTES)
  return {
    buffer,
    hash: (count, length) => {
      for (let i = 0; i < count; i++) {
        buffer.set(keccak_256(buffer.subarray(i * length, (i + 1) * length)), 32 * i)
      }
    },
  }
}

/** The fastest that works here. */
export function createBlockHasher(): BlockHasher {
  try {
    return wasmBlockHasher()
  } catch {
    return jsBlockHasher()
  }
}

let shared: BlockHasher | undefined

/** {@link createBlockHasher}'s, made at the first call. Its buffer is everybody's: nothing stays there between calls. */
export function sharedBlockHasher(): BlockHasher {
  shared ??= createBlockHasher()
  return shared
}
