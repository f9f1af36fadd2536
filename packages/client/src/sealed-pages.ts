import {
  BudgetExceededError,
  CHUNK_BYTES,
  type ContentStore,
  HistoryWalker,
  isRangeReader,
  type LeafGroups,
  type LogHash,
  type Reference,
  recordAddress,
  recordLeaf,
  referenceFromBytes,
  SPAN_BYTES,
  type TreeNode,
} from '@remote-log/core'
import type { HeadPage } from './anchor.ts'
import { descend, type Hole, holeOf, tryDescend } from './descend.ts'
import type { Fetched } from './fetched.ts'
import { leafRun } from './leaf-run.ts'
import { asMissed } from './missed.ts'
import { type ReadPage, SealedPage } from './page-link.ts'
import type { PageRange } from './page-ranges.ts'
import { countTo, inOrder } from './pipeline.ts'
import { estimateOf } from './plan/link-estimate.ts'
import { type PlannedStretch, planStretch, SEGMENTS_AHEAD, segmentsOf } from './plan/stretch.ts'
import type { Reader } from './reader.ts'
import { subSignal } from './sub-signal.ts'

/** Pages asked for ahead of the one that is consumed; the store bounds what is really in flight. */
const PAGES_AHEAD = 512
/** Most pages that are fetched before they are asked for. */
const MOST_EARLY = 128
/** Runs of which ranges brought next to nothing, after which this store is asked for no more of them. */
const USELESS_RUNS = 2

export interface FetchOptions {
  /** Newest first. */
  readonly reverse?: boolean | undefined
  /** Long stretches by range requests, where the store can. Default true. */
  readonly ranges?: boolean | undefined
}

/** The sealed pages below one head page, fetched and verified against its history. */
export class SealedPages {
  readonly log: LogHash
  readonly walker: HistoryWalker
  readonly #root: Reference
  /** Pages under way or fetched before they were asked for, by index. */
  readonly #ahead = new Map<number, Promise<Fetched>>()
  #stopAhead = () => {}
  /** Inner chunks under way that ranges turned out to need, by their first page. */
  readonly #groups = new Map<number, Promise<void>>()
  #uselessRuns = 0

  constructor(head: HeadPage) {
    this.walker = new HistoryWalker(head.roots.history, head.roots.sealedPages)
    this.log = head.log
    this.#root = head.roots.history
  }

  /** Begins to fetch a short run of pages whose places are known. {@link stop} ends what is under way. */
  fetchAhead(reader: Reader, { from, to }: PageRange): void {
    const { signal, stop } = subSignal(reader.call.signal)
    this.#stopAhead = stop
    for (const index of countTo(from, Math.min(to, from + MOST_EARLY))) {
      const page = this.#tryPage(reader.within(signal), index, [])
      page.catch(() => undefined)
      this.#ahead.set(index, page)
    }
  }

  /** Ends what {@link fetchAhead} began. */
  stop(): void {
    this.#stopAhead()
    this.#ahead.clear()
  }

  /** One page whose place is known. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, INVALID_PAGE, ABORTED */
  async page(reader: Reader, index: number): Promise<ReadPage> {
    return had(await (this.#ahead.get(index) ?? this.#tryPage(reader, index, [])))
  }

  /** One page, and the part of the index that leads to it. @throws as {@link page} */
  async find(reader: Reader, index: number): Promise<ReadPage> {
    await descend(reader, this.walker, [{ from: index, to: index + 1 }])
    reader.tally.round()
    return await this.page(reader, index)
  }

  /** A page whose reference is known from elsewhere. @throws as {@link page} */
  async decoded(reader: Reader, index: number, reference: Reference): Promise<ReadPage> {
    return new SealedPage(this.log, index, reference, await reader.page(reference))
  }

  /**
   * Yields the pages from `from` to before `to` in order, each verified and decoded: first the index level by level,
   * then the pages with many requests at once. Leaving the loop early ends what is under way.
   * @throws NOT_FOUND, UNAVAILABLE, CORRUPT, INVALID_PAGE, ABORTED: for the first page that can't be had
   */
  async *fetch(
    reader: Reader,
    range: PageRange,
    options: FetchOptions = {},
  ): AsyncGenerator<ReadPage, void, undefined> {
    for await (const page of this.tryFetch(reader, range, options)) yield had(page)
  }

  /** As {@link fetch}, but goes on behind pages that can't be had. @throws INVALID_PAGE, ABORTED */
  async *tryFetch(
    reader: Reader,
    range: PageRange,
    { reverse = false, ranges = true }: FetchOptions = {},
  ): AsyncGenerator<Fetched, void, undefined> {
    if (range.from >= range.to) return
    const stretch = planStretch(range, estimateOf(reader.store), ranges && isRangeReader(reader.store))
    const holes = await this.prepare(reader, [stretch])
    for await (const pages of this.tryStretch(reader, stretch, holes, reverse)) yield* pages
  }

  /** Reads the part of the index that leads to these pages; the round of the pages themselves is counted too. */
  async prepare(reader: Reader, stretches: readonly PlannedStretch[]): Promise<Hole[]> {
    const proves = provesGroups(reader.store)
    const wanted = stretches.map(({ from, to, way }) => ({
      from,
      to,
      aboveGroups: proves && way === 'ranges',
    }))
    const holes = await tryDescend(reader, this.walker, wanted)
    if (stretches.some(({ from }) => !this.#ahead.has(from))) reader.tally.round()
    return holes
  }

  /** Pages in order, as they come, in the way that was planned, after {@link prepare}. @throws INVALID_PAGE, ABORTED */
  async *tryStretch(
    reader: Reader,
    stretch: PlannedStretch,
    holes: readonly Hole[],
    reverse = false,
  ): AsyncGenerator<readonly Fetched[], void, undefined> {
    const { from, to, way } = stretch
    const { signal } = reader.call
    const underWay = this.#ahead.has(from) && this.#ahead.has(to - 1)
    if (way === 'chunks' || underWay) {
      yield* inOrder(countTo(from, to, reverse), PAGES_AHEAD, signal, async (index, signal) => [
        await (this.#ahead.get(index) ?? this.#tryPage(reader.within(signal), index, holes)),
      ])
      return
    }
    const segments = segmentsOf(stretch)
    const fetched = inOrder(
      reverse ? segments.reverse() : segments,
      SEGMENTS_AHEAD,
      signal,
      (range, signal) => this.#segment(reader.within(signal), range.from, range.to, holes),
    )
    for await (const pages of fetched) yield reverse ? pages.reverse() : pages
  }

  async #tryPage(reader: Reader, index: number, holes: readonly Hole[]): Promise<Fetched> {
    const hole = holeOf(holes, index)
    if (hole) return { index, missed: hole.error }
    try {
      if (this.walker.page(index) === undefined) await this.#fetchGroup(reader, index)
      return await this.decoded(reader, index, this.walker.page(index)!)
    } catch (error) {
      return { index, missed: asMissed(error) }
    }
  }

  /**
   * The inner chunk above a page, which was not planned, once for all pages that wait for it.
   * @throws BUDGET_EXCEEDED, NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED
   */
  async #fetchGroup(reader: Reader, page: number): Promise<void> {
    const { from } = this.walker.group(page)!
    let fetching = this.#groups.get(from)
    if (!fetching) {
      if (!reader.tally.takeSpare(CHUNK_BYTES + SPAN_BYTES)) throw noSpare(page)
      fetching = descend(reader, this.walker, [{ from, to: from + 1 }]).finally(() =>
        this.#groups.delete(from),
      )
      this.#groups.set(from, fetching)
    }
    await fetching
  }

  async #segment(reader: Reader, from: number, to: number, holes: readonly Hole[]): Promise<Fetched[]> {
    const { store } = reader
    const alone = (index: number) => this.#tryPage(reader, index, holes)
    const known = !holes.some(({ node }) => holds(node, from, to))
    if (!known || this.#uselessRuns >= USELESS_RUNS || !isRangeReader(store)) {
      return await Promise.all([...countTo(from, to)].map(alone))
    }
    const expected = (page: number) => this.walker.page(page)
    const { pages, useful } = await leafRun(
      reader,
      store,
      { from, to },
      {
        root: this.#root,
        expected,
        groups: provesGroups(store) ? this.#leafGroups(reader) : undefined,
        decode: (page, record) => {
          const reference = referenceFromBytes(recordAddress(record))
          return new SealedPage(this.log, page, reference, recordLeaf(record), record)
        },
        alone,
      },
    )
    if (!useful) this.#uselessRuns++
    return pages
  }

  #leafGroups(reader: Reader): LeafGroups {
    return {
      around: page => this.walker.group(page) ?? { from: page, to: page + 1 },
      offer: (group, addresses) => this.walker.offer(group, addresses),
      fetch: group => this.#fetchGroup(reader, group.from),
    }
  }
}

function noSpare(index: number): BudgetExceededError {
  return new BudgetExceededError('the byte budget does not cover the chunk that tells which page is wrong', {
    index,
  })
}

/** Whether ranges of this store need no inner chunks right above pages. */
export function provesGroups(store: ContentStore): boolean {
  return isRangeReader(store) && store.provesGroups === true
}

function holds({ offset, span }: TreeNode, from: number, to: number): boolean {
  return offset < to * CHUNK_BYTES && from * CHUNK_BYTES < offset + span
}

function had(fetched: Fetched): ReadPage {
  if ('missed' in fetched) throw fetched.missed
  return fetched
}
