import { BRANCHES, CHUNK_BYTES, SPAN_BYTES } from '@remote-log/core'
import type { PageRange } from '../page-ranges.ts'
import type { LinkEstimate } from './link-estimate.ts'

/**
 * Range requests under way at once, 16 MiB of pages at most: enough to fill a link while the newest of them is worked
 * on. Requests cost both sides time, so there are no more than that; short stretches are cut into as many as arrive
 * side by side, of 512 KiB at least.
 */
export const SEGMENTS_AHEAD = 8
const SEGMENTS_OF_STRETCH = 16
const SEGMENT_PAGES = BRANCHES
const MOST_SEGMENT_PAGES = 512
/** Fewer pages never go by range: each chunk alone is cached, hedged and asked elsewhere by itself. */
const FEWEST_RANGED = 16
/** Requests in flight when a store is first used, which double each round trip: see RequestWindow in packages/swarm. */
const FIRST_WINDOW = 4
/** What a request costs both sides beside its bytes, as long as nobody measures it: of the order seen over loopback. */
const REQUEST_MS = 0.3
/** Bytes of heads of a request and its answer. */
const HEAD_BYTES = 500

/** Missing pages that follow each other, and how they are fetched. */
export interface PlannedStretch extends PageRange {
  /** Each page by its own request, or `segmentPages` of them by one range request. */
  readonly way: 'chunks' | 'ranges'
  /** Pages of one request: with ranges, from one multiple of it to the next, so that a request asks for whole groups. */
  readonly segmentPages: number
}

/** Chooses the way that is expected to be the faster one. */
export function planStretch({ from, to }: PageRange, link: LinkEstimate, ranged: boolean): PlannedStretch {
  const pages = to - from
  const segmentPages = segmentFor(pages)
  const byRange =
    ranged && pages >= FEWEST_RANGED && rangesMs(pages, segmentPages, link) < chunksMs(pages, link)
  return byRange ? { from, to, way: 'ranges', segmentPages } : { from, to, way: 'chunks', segmentPages: 1 }
}

/** Requests of a stretch, and bytes of its pages as `Costs` counts them: a range carries no spans. */
export function costOf(stretch: PlannedStretch): { requests: number; bytes: number } {
  const { from, to, way } = stretch
  const pageBytes = way === 'ranges' ? CHUNK_BYTES : SPAN_BYTES + CHUNK_BYTES
  return { requests: segmentsOf(stretch).length, bytes: (to - from) * pageBytes }
}

/** What each request of a stretch asks for, in order. */
export function segmentsOf({ from, to, segmentPages }: PlannedStretch): PageRange[] {
  const segments: PageRange[] = []
  for (let start = from; start < to; ) {
    const end = Math.min(to, (Math.floor(start / segmentPages) + 1) * segmentPages)
    segments.push({ from: start, to: end })
    start = end
  }
  return segments
}

/** Whole groups of pages. */
function segmentFor(pages: number): number {
  const groups = Math.ceil(pages / SEGMENTS_OF_STRETCH / SEGMENT_PAGES)
  return Math.min(MOST_SEGMENT_PAGES, SEGMENT_PAGES * groups)
}

function chunksMs(pages: number, { roundTripMs, bytesPerMs }: LinkEstimate): number {
  const rounds = Math.ceil(Math.log2(pages / FIRST_WINDOW + 1))
  return rounds * roundTripMs + pages * (REQUEST_MS + (CHUNK_BYTES + HEAD_BYTES) / bytesPerMs)
}

/** The other side goes through the file's tree to the first leaf: that counts as one round trip more. */
function rangesMs(pages: number, segmentPages: number, { roundTripMs, bytesPerMs }: LinkEstimate): number {
  const segments = Math.ceil(pages / segmentPages)
  const rounds = 1 + Math.ceil(Math.log2(segments / FIRST_WINDOW + 1))
  return rounds * roundTripMs + segments * REQUEST_MS + (pages * CHUNK_BYTES) / bytesPerMs
}
