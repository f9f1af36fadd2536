import { LocalDamagedError } from '@remote-log/core'
import { BUCKETS } from './stamp.ts'

/**
 * Where a stamper keeps what must survive a crash: records, numbered from 0. Whoever makes one sees to it that no two
 * stampers use the same at a time.
 */
export interface StampStorage {
  /** All records in the order of their numbers. @throws LOCAL_DAMAGED, UNAVAILABLE */
  records(): AsyncIterable<Uint8Array>

  /** Resolves when the record is on disk (fsync). A record of the same number is replaced. @throws UNAVAILABLE */
  put(number: number, record: Uint8Array): Promise<void>

  /** Lets another stamper have it. */
  close(): Promise<void>
}

/** A chunk and its slot. */
export interface KeptSlot {
  readonly address: Uint8Array
  readonly slot: number
}

/** Chunks that got slots, and the Unix time in nanoseconds that all stamps so far are before. */
export interface SlotsRecord {
  readonly kind: 'slots'
  readonly before: bigint
  readonly slots: readonly KeptSlot[]
}

/** How many slots of each bucket others used. */
export interface UsedRecord {
  readonly kind: 'used'
  readonly used: Uint32Array
}

const SLOTS = 1
const USED = 2
const SLOTS_HEAD_BYTES = 9
const SLOT_BYTES = 36

/** kind 1; before 8, then address 32 and slot 4 a chunk; or 65,536 counts of 4. Big endian. */
export function encodeStampRecord(record: SlotsRecord | UsedRecord): Uint8Array {
  if (record.kind === 'used') {
    const bytes = new Uint8Array(1 + 4 * BUCKETS)
    const view = new DataView(bytes.buffer)
    bytes[0] = USED
    for (const [bucket, used] of record.used.entries()) view.setUint32(1 + 4 * bucket, used)
    return bytes
  }
  const bytes = new Uint8Array(SLOTS_HEAD_BYTES + SLOT_BYTES * record.slots.length)
  const view = new DataView(bytes.buffer)
  bytes[0] = SLOTS
  view.setBigUint64(1, record.before)
  for (const [i, { address, slot }] of record.slots.entries()) {
    bytes.set(address, SLOTS_HEAD_BYTES + SLOT_BYTES * i)
    view.setUint32(SLOTS_HEAD_BYTES + SLOT_BYTES * i + 32, slot)
  }
  return bytes
}

/** @throws LOCAL_DAMAGED */
export function decodeStampRecord(bytes: Uint8Array, number: number): SlotsRecord | UsedRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes[0] === USED && bytes.length === 1 + 4 * BUCKETS) {
    return { kind: 'used', used: Uint32Array.from({ length: BUCKETS }, (_, i) => view.getUint32(1 + 4 * i)) }
  }
  const count = (bytes.length - SLOTS_HEAD_BYTES) / SLOT_BYTES
  if (bytes[0] !== SLOTS || !Number.isInteger(count) || count < 0) {
    throw new LocalDamagedError(
      `record ${number} of the slots in use is damaged: stamps would be issued twice`,
      {
        record: number,
      },
    )
  }
  const slots = Array.from({ length: count }, (_, i) => {
    const at = SLOTS_HEAD_BYTES + SLOT_BYTES * i
    return { address: bytes.subarray(at, at + 32), slot: view.getUint32(at + 32) }
  })
  return { kind: 'slots', before: view.getBigUint64(1), slots }
}
