import { HistoryWalker, isRangeReader, type LogHash, type Reference, RemoteLogError } from '@remote-log/core'
import type { HeadPage } from './anchor.ts'
import { descend, type Hole, holeOf, tryDescend } from './descend.ts'
import { asMissed, type Missed } from './missed.ts'
import { type ReadPage, SealedPage } from './page-link.ts'
import type { PageRange } from './page-ranges.ts'
import { countTo, inOrder } from './pipeline.ts'
import type { Reader } from './reader.ts'
import { subSignal } from './sub-signal.ts'

/** Pages asked for ahead of the one that is consumed; the store bounds what is really in flight. */
const PAGES_AHEAD = 512
/** Pages of one range request (512 KiB), and range requests under way at once: what a real Bee serves best. */
const SEGMENT_PAGES = 128
const SEGMENTS_AHEAD = 8

export interface FetchOptions {
  /** Newest first. */
  readonly reverse?: boolean | undefined
  /** Long stretches by range requests, where the store can. Default true. */
  readonly ranges?: boolean | undefined
}

/** A page, or why it can't be had now. */
export type Fetched = ReadPage | { readonly index: number; readonly missed: Missed }

/** The sealed pages below one head page, fetched and verified against its history. */
export class SealedPages {
  readonly log: LogHash
  readonly walker: HistoryWalker
  readonly #root: Reference
  /** Pages under way or fetched before they were asked for, by index. */
  readonly #ahead = new Map<number, Promise<Fetched>>()
  #stopAhead = () => {}

  constructor(head: HeadPage) {
    this.walker = new HistoryWalker(head.roots.history, head.roots.sealedPages)
    this.log = head.log
    this.#root = head.roots.history
  }

  /** Begins to fetch a short run of pages whose places are known. {@link stop} ends what is under way. */
  fetchAhead(reader: Reader, { from, to }: PageRange): void {
    const { signal, stop } = subSignal(reader.call.signal)
    this.#stopAhead = stop
    for (const index of countTo(from, Math.min(to, from + SEGMENT_PAGES))) {
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
    return this.#decode(index, reference, await reader.page(reference))
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
    { from, to }: PageRange,
    { reverse = false, ranges = true }: FetchOptions = {},
  ): AsyncGenerator<Fetched, void, undefined> {
    if (from >= to) return
    const { signal } = reader.call
    const holes = await tryDescend(reader, this.walker, [{ from, to }])
    if (!this.#ahead.has(from)) reader.tally.round()
    if (!ranges || to - from < SEGMENT_PAGES || !isRangeReader(reader.store)) {
      yield* inOrder(countTo(from, to, reverse), PAGES_AHEAD, signal, (index, signal) => {
        return this.#ahead.get(index) ?? this.#tryPage(reader.within(signal), index, holes)
      })
      return
    }
    const starts = [...countTo(0, Math.ceil((to - from) / SEGMENT_PAGES), reverse)].map(
      i => from + i * SEGMENT_PAGES,
    )
    const segments = inOrder(starts, SEGMENTS_AHEAD, signal, (start, signal) =>
      this.#segment(reader.within(signal), start, Math.min(start + SEGMENT_PAGES, to), holes),
    )
    for await (const pages of segments) yield* reverse ? pages.reverse() : pages
  }

  async #tryPage(reader: Reader, index: number, holes: readonly Hole[]): Promise<Fetched> {
    const hole = holeOf(holes, index)
    if (hole) return { index, missed: hole.error }
    try {
      return await this.decoded(reader, index, this.walker.page(index)!)
    } catch (error) {
      return { index, missed: asMissed(error) }
    }
  }

  /**
   * One stretch by a single range request, verified page by page. From the first page on that is cut, forged or
   * missing, the rest is asked for chunk by chunk: a lying range costs time, never correctness.
   */
  async #segment(reader: Reader, from: number, to: number, holes: readonly Hole[]): Promise<Fetched[]> {
    const pages: Fetched[] = []
    try {
      for await (const bytes of this.#range(reader, from, to)) {
        const index = from + pages.length
        reader.tally.chunk(bytes.length)
        pages.push(this.#decode(index, this.walker.page(index)!, bytes))
      }
    } catch (error) {
      if (!(error instanceof RemoteLogError) || error.code !== 'REFUSED') asMissed(error)
    }
    const rest = [...countTo(from + pages.length, to)].map(index => this.#tryPage(reader, index, holes))
    return [...pages, ...(await Promise.all(rest))]
  }

  #range(reader: Reader, from: number, to: number): AsyncIterable<Uint8Array> {
    if (!isRangeReader(reader.store)) throw new TypeError('the store has no ranges')
    return reader.store.readLeaves(this.#root, { from, to }, leaf => this.walker.page(leaf)!, reader.call)
  }

  #decode(index: number, reference: Reference, bytes: Uint8Array): ReadPage {
    return new SealedPage(this.log, index, reference, bytes)
  }
}

function had(fetched: Fetched): ReadPage {
  if ('missed' in fetched) throw fetched.missed
  return fetched
}
