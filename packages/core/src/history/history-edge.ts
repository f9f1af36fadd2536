import { CorruptError } from '../errors.ts'
import { BRANCHES, MAX_SEALED_PAGES } from '../limits.ts'
import { REFERENCE_BYTES, type Reference, referenceFromBytes, referenceToBytes } from '../reference.ts'

/**
 * The right edge of a history of so many sealed pages (docs/spec.md section 6). `levels[k]` holds, oldest first, the
 * references of the subtrees of 128^k pages that are complete but not part of a complete parent; how many these are
 * follows from `pages`: its digits to the base 128. No level where `pages` is 0; the highest level is never empty.
 */
export interface HistoryEdge {
  readonly pages: number
  readonly levels: readonly (readonly Reference[])[]
}

/** How many references each level of the edge of so many pages has. */
export function historyEdgeCounts(pages: number): number[] {
  const counts: number[] = []
  for (let rest = pages; rest > 0; rest = Math.floor(rest / BRANCHES)) counts.push(rest % BRANCHES)
  return counts
}

/** @throws RangeError unless the levels have the shape that `pages` demands, with at most 2^32-1 pages */
export function checkHistoryEdge(edge: HistoryEdge): void {
  const counts = historyEdgeCounts(edge.pages)
  const fits = counts.length === edge.levels.length && counts.every((n, k) => edge.levels[k]!.length === n)
  if (!isPageCount(edge.pages) || !fits) throw new RangeError(`no edge of ${edge.pages} pages has this shape`)
}

/** Whether two edges are of the same pages: byte for byte the same history. */
export function sameEdge(a: HistoryEdge, b: HistoryEdge): boolean {
  return (
    a.pages === b.pages &&
    a.levels.length === b.levels.length &&
    a.levels.every((level, k) => {
      const other = b.levels[k]!
      return level.length === other.length && level.every((reference, i) => reference === other[i])
    })
  )
}

/** The edge as bytes: pages (uint64, big endian), then the references, level 0 first. For local storage. */
export function encodeHistoryEdge(edge: HistoryEdge): Uint8Array {
  checkHistoryEdge(edge)
  const references = edge.levels.flat()
  const bytes = new Uint8Array(8 + REFERENCE_BYTES * references.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(edge.pages))
  for (const [i, reference] of references.entries())
    bytes.set(referenceToBytes(reference), 8 + REFERENCE_BYTES * i)
  return bytes
}

/** Reads what {@link encodeHistoryEdge} writes, and nothing else. @throws CORRUPT */
export function decodeHistoryEdge(bytes: Uint8Array): HistoryEdge {
  const pages = readPageCount(bytes)
  const counts = historyEdgeCounts(pages)
  const total = counts.reduce((sum, n) => sum + n, 0)
  if (bytes.length !== 8 + REFERENCE_BYTES * total) {
    throw new CorruptError(`the edge of ${pages} pages can't have ${bytes.length} bytes`, {
      pages,
      length: bytes.length,
    })
  }
  let at = 8
  const next = (): Reference => {
    at += REFERENCE_BYTES
    return referenceFromBytes(bytes.subarray(at - REFERENCE_BYTES, at))
  }
  return { pages, levels: counts.map(n => Array.from({ length: n }, next)) }
}

/** The number of pages at the front of an encoded edge (uint64, big endian). @throws CORRUPT */
export function readPageCount(bytes: Uint8Array): number {
  if (bytes.length < 8)
    throw new CorruptError('an edge without its number of pages', { length: bytes.length })
  const pages = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0))
  if (!isPageCount(pages)) throw new CorruptError(`an edge can't have ${pages} pages`, { pages })
  return pages
}

/** Whether a head page can count so many sealed pages. */
export function isPageCount(pages: number): boolean {
  return Number.isInteger(pages) && pages >= 0 && pages <= MAX_SEALED_PAGES
}
