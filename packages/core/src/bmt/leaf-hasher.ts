import { CHUNK_BYTES, SPAN_BYTES } from '../limits.ts'
import { bmtAddress } from './bmt.ts'
import { hashWorker } from './hash-worker.ts'

/** Full leaves, one behind the other, and the address of each, 32 bytes, in the same order. */
export interface HashedLeaves {
  readonly leaves: Uint8Array<ArrayBuffer>
  readonly addresses: Uint8Array
}

/** Leaves under way to the worker from which on this thread hashes too: some milliseconds of work. */
const MOST_WAITING = 128

let waiting = 0

/**
 * Hashes full leaves, in a worker where there is one with little to do, else at once on this thread. The caller hands
 * the buffer over: what it may use is what comes back.
 * @throws UNAVAILABLE (the worker died, and the leaves with it)
 */
export function hashLeaves(leaves: Uint8Array<ArrayBuffer>): HashedLeaves | Promise<HashedLeaves> {
  const worker = waiting < MOST_WAITING ? hashWorker() : undefined
  if (!worker) return { leaves, addresses: addressesOf(leaves) }
  const count = leaves.length / CHUNK_BYTES
  waiting += count
  return worker.hash(leaves).finally(() => {
    waiting -= count
  })
}

const FULL_SPAN = new Uint8Array(SPAN_BYTES)
new DataView(FULL_SPAN.buffer).setUint32(0, CHUNK_BYTES, true)

function addressesOf(leaves: Uint8Array): Uint8Array {
  const count = leaves.length / CHUNK_BYTES
  const addresses = new Uint8Array(32 * count)
  for (let i = 0; i < count; i++) {
    addresses.set(bmtAddress(FULL_SPAN, leaves.subarray(CHUNK_BYTES * i, CHUNK_BYTES * (i + 1))), 32 * i)
  }
  return addresses
}
