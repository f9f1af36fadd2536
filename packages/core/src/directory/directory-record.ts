import { CorruptError } from '../errors.ts'
import { DIRECTORY_BRANCHES, DIRECTORY_RECORD_BYTES } from '../limits.ts'
import { REFERENCE_BYTES, type Reference, referenceFromBytes, referenceToBytes } from '../reference.ts'

/**
 * What the directory says of a sealed page, or of the first page below a node of its own (docs/spec.md section 5).
 * 48 bytes: reference (32), firstSeq and time (uint64, big endian).
 */
export interface DirectoryRecord {
  readonly reference: Reference
  /** seq of the first entry of the page. */
  readonly firstSeq: number
  /** The page's base timestamp: the running maximum of all timestamps before its first entry, in ms; 0 in page 0. */
  readonly time: number
}

/** How many records each level of the right edge of a directory of so many pages has: digits to the base 85. */
export function directoryEdgeCounts(pages: number): number[] {
  const counts: number[] = []
  for (let rest = pages; rest > 0; rest = Math.floor(rest / DIRECTORY_BRANCHES))
    counts.push(rest % DIRECTORY_BRANCHES)
  return counts
}

/** Whether `next` may stand behind `previous`: first seq strictly rising, time not falling; the first of all at 0, 0. */
export function mayFollow(previous: DirectoryRecord | undefined, next: DirectoryRecord): boolean {
  if (!previous) return next.firstSeq === 0 && next.time === 0
  return next.firstSeq > previous.firstSeq && next.time >= previous.time
}

export function encodeRecords(records: readonly DirectoryRecord[]): Uint8Array {
  const bytes = new Uint8Array(DIRECTORY_RECORD_BYTES * records.length)
  const view = new DataView(bytes.buffer)
  for (const [i, { reference, firstSeq, time }] of records.entries()) {
    const at = DIRECTORY_RECORD_BYTES * i
    bytes.set(referenceToBytes(reference), at)
    view.setBigUint64(at + REFERENCE_BYTES, BigInt(firstSeq))
    view.setBigUint64(at + REFERENCE_BYTES + 8, BigInt(time))
  }
  return bytes
}

/** The record at this index of encoded records. @throws CORRUPT if a number is above 2^53-1 */
export function decodeRecord(bytes: Uint8Array, index: number): DirectoryRecord {
  const at = DIRECTORY_RECORD_BYTES * index
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, DIRECTORY_RECORD_BYTES)
  const firstSeq = Number(view.getBigUint64(REFERENCE_BYTES))
  const time = Number(view.getBigUint64(REFERENCE_BYTES + 8))
  if (!Number.isSafeInteger(firstSeq) || !Number.isSafeInteger(time)) {
    throw new CorruptError(`directory record ${index} has numbers out of range`, { index, firstSeq, time })
  }
  return { reference: referenceFromBytes(bytes.subarray(at, at + REFERENCE_BYTES)), firstSeq, time }
}
