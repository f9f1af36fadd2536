import {
  CHUNK_BYTES,
  decodePage,
  HistoryWalker,
  isRangeReader,
  type LogHash,
  makeChunk,
  type Reference,
  RemoteLogError,
} from '@remote-log/core'
import type { HeadPage } from './anchor.ts'
import { descend } from './descend.ts'
import type { ReadPage } from './page-link.ts'
import type { PageRange } from './page-ranges.ts'
import { countTo, cutPages, inOrder } from './pipeline.ts'
import type { Reader } from './reader.ts'

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

/** The sealed pages below one head page, fetched and verified against its history. */
export class SealedPages {
  readonly log: LogHash
  readonly walker: HistoryWalker
  readonly #root: Reference

  constructor(head: HeadPage) {
    this.walker = new HistoryWalker(head.roots.history, head.roots.sealedPages)
    this.log = head.log
    this.#root = head.roots.history
  }

  /** One page whose place in the history is known already. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, INVALID_PAGE, ABORTED */
  async fetchKnown(reader: Reader, index: number): Promise<ReadPage> {
    return this.#decode(index, await reader.payload(this.walker.page(index)!))
  }

  /**
   * Yields the pages from `from` to before `to` in order, each verified and decoded: first the index level by level,
   * then the pages with many requests at once.
   * @throws NOT_FOUND, UNAVAILABLE, CORRUPT, INVALID_PAGE, ABORTED: for the first page that can't be had
   */
  async *fetch(
    reader: Reader,
    { from, to }: PageRange,
    { reverse = false, ranges = true }: FetchOptions = {},
  ): AsyncGenerator<ReadPage, void, undefined> {
    if (from >= to) return
    await descend(reader, this.walker, [{ from, to }])
    reader.tally.round()
    if (!ranges || to - from < SEGMENT_PAGES || !isRangeReader(reader.store)) {
      yield* inOrder(countTo(from, to, reverse), PAGES_AHEAD, index => this.fetchKnown(reader, index))
      return
    }
    const starts = [...countTo(0, Math.ceil((to - from) / SEGMENT_PAGES), reverse)].map(
      i => from + i * SEGMENT_PAGES,
    )
    const segment = (start: number) => this.#segment(reader, start, Math.min(start + SEGMENT_PAGES, to))
    for await (const pages of inOrder(starts, SEGMENTS_AHEAD, segment))
      yield* reverse ? pages.reverse() : pages
  }

  /**
   * One stretch by a single range request, verified page by page. From the first page on that is cut, forged or
   * missing, the rest is asked for chunk by chunk: a lying range costs time, never correctness.
   */
  async #segment(reader: Reader, from: number, to: number): Promise<ReadPage[]> {
    const pages: ReadPage[] = []
    try {
      for await (const bytes of this.#range(reader, from, to)) {
        const index = from + pages.length
        if (makeChunk(bytes).reference !== this.walker.page(index)) break
        reader.tally.chunk(bytes.length)
        pages.push(this.#decode(index, bytes))
      }
    } catch (error) {
      const passing = ['UNAVAILABLE', 'NOT_FOUND', 'REFUSED']
      if (!(error instanceof RemoteLogError) || !passing.includes(error.code)) throw error
    }
    const rest = [...countTo(from + pages.length, to)].map(index => this.fetchKnown(reader, index))
    return [...pages, ...(await Promise.all(rest))]
  }

  #range(reader: Reader, from: number, to: number): AsyncIterable<Uint8Array> {
    if (!isRangeReader(reader.store)) throw new TypeError('the store has no ranges')
    const length = (to - from) * CHUNK_BYTES
    return cutPages(reader.store.readRangeUnverified(this.#root, from * CHUNK_BYTES, length, reader.call))
  }

  #decode(index: number, bytes: Uint8Array): ReadPage {
    const reference = this.walker.page(index)!
    return {
      index,
      reference,
      bytes,
      page: decodePage(bytes, { kind: 'sealed', log: this.log, reference, index }),
    }
  }
}
