import { CorruptError } from '../errors.ts'
import { isPageCount, readPageCount } from '../history/history-edge.ts'
import { DIRECTORY_RECORD_BYTES } from '../limits.ts'
import {
  type DirectoryRecord,
  decodeRecord,
  directoryEdgeCounts,
  encodeRecords,
  mayFollow,
} from './directory-record.ts'

/**
 * The right edge of a directory of so many sealed pages (docs/spec.md section 5). `levels[0]` holds the records of the
 * pages, `levels[k]` those of complete nodes of level k-1, that are not yet part of a complete node, oldest first.
 * How many these are follows from `pages`: its digits to the base 85.
 */
export interface DirectoryEdge {
  readonly pages: number
  readonly levels: readonly (readonly DirectoryRecord[])[]
}

/** @throws RangeError unless the levels have the shape that `pages` demands and their records are in order */
export function checkDirectoryEdge(edge: DirectoryEdge): void {
  const counts = directoryEdgeCounts(edge.pages)
  const fits = counts.length === edge.levels.length && counts.every((n, k) => edge.levels[k]!.length === n)
  if (!isPageCount(edge.pages) || !fits || !inOrder(edge.levels)) {
    throw new RangeError(`no directory edge of ${edge.pages} pages is like this`)
  }
}

/** The youngest record of an edge: that of the last page, or of the last node where that is complete. */
export function lastRecord(levels: readonly (readonly DirectoryRecord[])[]): DirectoryRecord | undefined {
  return levels.find(level => level.length > 0)?.at(-1)
}

/** The edge as bytes: pages (uint64, big endian), then the records, level 0 first. For local storage. */
export function encodeDirectoryEdge(edge: DirectoryEdge): Uint8Array {
  checkDirectoryEdge(edge)
  const records = encodeRecords(edge.levels.flat())
  const bytes = new Uint8Array(8 + records.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(edge.pages))
  bytes.set(records, 8)
  return bytes
}

/** Reads what {@link encodeDirectoryEdge} writes, and nothing else. @throws CORRUPT */
export function decodeDirectoryEdge(bytes: Uint8Array): DirectoryEdge {
  const pages = readPageCount(bytes)
  const counts = directoryEdgeCounts(pages)
  const total = counts.reduce((sum, n) => sum + n, 0)
  if (bytes.length !== 8 + DIRECTORY_RECORD_BYTES * total) {
    throw new CorruptError(`the directory edge of ${pages} pages can't have ${bytes.length} bytes`, {
      pages,
      length: bytes.length,
    })
  }
  let at = 0
  const records = bytes.subarray(8)
  const levels = counts.map(n => Array.from({ length: n }, () => decodeRecord(records, at++)))
  if (!inOrder(levels)) throw new CorruptError('the records of a directory edge are not in order', { pages })
  return { pages, levels }
}

function inOrder(levels: readonly (readonly DirectoryRecord[])[]): boolean {
  const oldestFirst = levels.toReversed().flat()
  return oldestFirst.every((record, i) => mayFollow(oldestFirst[i - 1], record))
}
