import {
  BudgetExceededError,
  CHUNK_BYTES,
  type ContentStore,
  type LeafGroups,
  type RangeReader,
  type Reference,
  RemoteLogError,
  recordsIn,
  SPAN_BYTES,
} from '@remote-log/core'
import type { Fetched } from './fetched.ts'
import { asMissed, type Missed } from './missed.ts'
import type { PageRange } from './page-ranges.ts'
import { countTo } from './pipeline.ts'
import type { Reader } from './reader.ts'

/** Leaves that a range must deliver so that its failure does not speak against ranges. */
const FAIR_LEAVES = 8
/** Failures without so many leaves, after which the rest is asked for chunk by chunk. */
const MOST_STRIKES = 2

/** What a run of pages by range needs of whoever asks. */
export interface LeafRunParts {
  readonly root: Reference
  /** The page's reference, from the verified history; undefined where its group is still to prove itself. */
  readonly expected: (page: number) => Reference | undefined
  readonly groups: LeafGroups | undefined
  /** A page that came and is the one expected. */
  readonly decode: (page: number, record: Uint8Array) => Fetched
  /** The page by a request of its own. */
  readonly alone: (page: number) => Promise<Fetched>
}

/**
 * A run of pages by range. A range that was cut is taken up at the first page that is missing; a forged page is asked
 * for alone, which goes elsewhere where there is an elsewhere, and the range goes on behind it. Where ranges fail
 * without getting on, the rest comes chunk by chunk. `useful` is false where ranges brought next to nothing.
 */
export async function leafRun(
  reader: Reader,
  store: ContentStore & RangeReader,
  { from, to }: PageRange,
  { root, expected, groups, decode, alone }: LeafRunParts,
): Promise<{ pages: Fetched[]; useful: boolean }> {
  const pages: Fetched[] = []
  let strikes = 0
  let ranged = 0
  while (pages.length < to - from && strikes < MOST_STRIKES) {
    const before = pages.length
    try {
      reader.tally.request()
      const range = { from: from + before, to }
      const options = { ...reader.call, groups, buffers: reader.buffers }
      for await (const records of store.readLeaves(root, range, expected, options)) {
        for (const record of recordsIn(records)) {
          reader.tally.chunk(CHUNK_BYTES)
          pages.push(decode(from + pages.length, record))
        }
      }
    } catch (error) {
      const { code } = asPassing(error)
      const brought = pages.length - before
      if (brought < FAIR_LEAVES) strikes++
      if (code === 'NOT_FOUND' || code === 'REFUSED') strikes = MOST_STRIKES
      if (code === 'CORRUPT') {
        reader.tally.discarded(CHUNK_BYTES)
        const index = from + pages.length
        pages.push(reader.tally.takeSpare(CHUNK_BYTES + SPAN_BYTES) ? await alone(index) : leftOut(index))
      }
    }
    ranged += pages.length - before
  }
  const rest = [...countTo(from + pages.length, to)].map(alone)
  return {
    pages: [...pages, ...(await Promise.all(rest))],
    useful: ranged >= FAIR_LEAVES || ranged === to - from,
  }
}

/** The forged leaf was paid for; the budget does not cover the page once more. */
function leftOut(index: number): Fetched {
  const missed = new BudgetExceededError('it came forged, and the byte budget does not cover it twice', {
    index,
  })
  return { index, missed }
}

/** A refused range says nothing of the pages in it. */
function asPassing(error: unknown): Missed {
  if (error instanceof RemoteLogError && error.code === 'REFUSED') return error
  return asMissed(error)
}
