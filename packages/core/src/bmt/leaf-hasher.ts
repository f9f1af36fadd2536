import { LEAF_RECORD_BYTES, recordAddress, recordAt, recordLeaf } from '../leaf-record.ts'
import { CHUNK_BYTES, SPAN_BYTES } from '../limits.ts'
import { bmtAddress } from './bmt.ts'
import { HashQueue } from './hash-queue.ts'
import { hashWorker } from './hash-worker.ts'

/** Leaves under way to the worker from which on this thread hashes too: a tenth of a second of work. */
const MOST_WAITING = 2048

let waiting = 0
let queue: HashQueue | undefined

/**
 * Fills in the addresses in records of full leaves, which stand one behind the other: in a worker where there is one
 * that keeps up, so that this thread can read on, else at once on this thread. The caller hands the buffer over: what it
 * may use is what comes back.
 * @param turn of several that wait, the one with the smallest goes first
 * @throws UNAVAILABLE (the worker died, and the leaves with it)
 */
export function hashLeaves(records: Uint8Array<ArrayBuffer>, turn: number): Uint8Array | Promise<Uint8Array> {
  const worker = waiting < MOST_WAITING ? hashWorker() : undefined
  if (!worker) return addressed(records)
  const count = records.length / LEAF_RECORD_BYTES
  waiting += count
  queue ??= new HashQueue(worker)
  return queue.hash(records, turn).finally(() => {
    waiting -= count
  })
}

const FULL_SPAN = new Uint8Array(SPAN_BYTES)
new DataView(FULL_SPAN.buffer).setUint32(0, CHUNK_BYTES, true)

function addressed(records: Uint8Array): Uint8Array {
  for (let i = 0; i < records.length / LEAF_RECORD_BYTES; i++) {
    const record = recordAt(records, i)
    recordAddress(record).set(bmtAddress(FULL_SPAN, recordLeaf(record)))
  }
  return records
}
