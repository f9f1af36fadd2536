import { CHUNK_BYTES } from './limits.ts'
import { REFERENCE_BYTES } from './reference.ts'

/** A full leaf behind its address: address (32 bytes) ‖ leaf (4,096 bytes). */
export const LEAF_RECORD_BYTES = REFERENCE_BYTES + CHUNK_BYTES

/** The address in a leaf's record, as a view. */
export function recordAddress(record: Uint8Array): Uint8Array {
  return record.subarray(0, REFERENCE_BYTES)
}

/** The leaf in its record, as a view. */
export function recordLeaf(record: Uint8Array): Uint8Array {
  return record.subarray(REFERENCE_BYTES)
}

/** How many records stand one behind the other here. */
export function countRecords(records: Uint8Array): number {
  return records.length / LEAF_RECORD_BYTES
}

/** Records that stand one behind the other, each as a view. */
export function* recordsIn(records: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let n = 0; n < countRecords(records); n++) yield recordAt(records, n)
}

/** The addresses in records that stand one behind the other, 32 bytes each. */
export function addressesIn(records: Uint8Array): Uint8Array {
  const count = countRecords(records)
  const addresses = new Uint8Array(REFERENCE_BYTES * count)
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < REFERENCE_BYTES; i++) {
      addresses[REFERENCE_BYTES * n + i] = records[LEAF_RECORD_BYTES * n + i]!
    }
  }
  return addresses
}

/** The nth of records that stand one behind the other, as a view. */
export function recordAt(records: Uint8Array, n: number): Uint8Array {
  return records.subarray(LEAF_RECORD_BYTES * n, LEAF_RECORD_BYTES * (n + 1))
}
