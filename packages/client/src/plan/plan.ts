import { CHUNK_BYTES, type HistoryWalker, SPAN_BYTES } from '@remote-log/core'
import type { PageRange } from '../page-ranges.ts'
import type { Costs } from '../tally.ts'
import { type IndexCost, indexCost } from './index-cost.ts'
import type { LinkEstimate } from './link-estimate.ts'
import { costOf, type PlannedStretch, planStretch } from './stretch.ts'

/**
 * What a sync is about to spend, told before it does. Where nothing fails, its costs are `spent` and this together, to
 * the byte; where something does, requests come on top, and bytes of forged leaves, of the inner chunks by which these
 * are found, and the 8 of a span for each page of a range that had to be asked for alone.
 */
export interface SyncPlan {
  /** Sealed pages of the log, and how many of them this device lacks. */
  readonly sealedPages: number
  readonly missingPages: number
  /**
   * Pages that the sync will fetch: all that are missing, or as many as the byte budget pays for, the newest ones. Where
   * time is limited, at most so many.
   */
  readonly pages: number
  /** Newest first, as they are fetched. */
  readonly stretches: readonly PlannedStretch[]
  /** Bytes of chunks: pages and the inner chunks that lead to them. */
  readonly bytes: number
  /** Requests to the store. */
  readonly requests: number
  /** Requests that wait for each other. */
  readonly rounds: number
  /** What was spent already, to read the head and check that it extends the trusted one. */
  readonly spent: Costs
}

export interface PlanOptions {
  readonly walker: HistoryWalker
  /** Pages that this device lacks, in order. */
  readonly missing: readonly PageRange[]
  readonly link: LinkEstimate
  /** Whether ranges may be used, and whether they prove groups by themselves. */
  readonly ranged: boolean
  readonly provesGroups: boolean
  readonly spent: Costs
  /** Bytes of chunks that the whole sync may read. */
  readonly byteBudget: number
}

/** Plans the fetch of what is missing, from the newest page back as far as the budget reaches. */
export function planSync(options: PlanOptions): SyncPlan {
  const { walker, missing, spent } = options
  const missingPages = count(missing)
  const wanted = affordable(options)
  const stretches = stretchesOf(options, wanted)
  const index = indexOf(options, stretches)
  const costs = stretches.map(costOf)
  return {
    sealedPages: walker.pages,
    missingPages,
    pages: count(wanted),
    stretches,
    bytes: costs.reduce((all, { bytes }) => all + bytes, index.bytes),
    requests: costs.reduce((all, { requests }) => all + requests, index.requests),
    rounds: index.rounds + (wanted.length > 0 ? 1 : 0),
    spent,
  }
}

/** The last pages of these ranges that so many bytes pay for, with the inner chunks to them; newest range first. */
function affordable(options: PlanOptions): PageRange[] {
  const { missing, byteBudget, spent } = options
  const paid = (pages: number) => {
    const index = indexOf(options, stretchesOf(options, last(missing, pages)))
    return spent.bytes + pages * (SPAN_BYTES + CHUNK_BYTES) + index.bytes <= byteBudget
  }
  let [low, high] = [0, count(missing)]
  if (paid(high)) return last(missing, high)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (paid(middle)) low = middle
    else high = middle
  }
  return last(missing, low)
}

function stretchesOf({ link, ranged }: PlanOptions, ranges: readonly PageRange[]): PlannedStretch[] {
  return ranges.map(range => planStretch(range, link, ranged))
}

function indexOf({ walker, provesGroups }: PlanOptions, stretches: readonly PlannedStretch[]): IndexCost {
  return indexCost(
    walker,
    stretches.map(({ from, to, way }) => ({ from, to, aboveGroups: provesGroups && way === 'ranges' })),
  )
}

function last(ranges: readonly PageRange[], pages: number): PageRange[] {
  const part: PageRange[] = []
  let left = pages
  for (const { from, to } of ranges.toReversed()) {
    if (left === 0) break
    const start = Math.max(from, to - left)
    part.push({ from: start, to })
    left -= to - start
  }
  return part
}

function count(ranges: readonly PageRange[]): number {
  return ranges.reduce((all, { from, to }) => all + to - from, 0)
}
