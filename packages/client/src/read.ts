import { type Entry, entryTimes, throwIfAborted } from '@remote-log/core'
import { type Anchor, nextSeqOf } from './anchor.ts'
import { checkCount } from './check-count.ts'
import type { LogContext } from './context.ts'
import { announcedOf } from './feed/announced-head.ts'
import { follow } from './follow.ts'
import type { QueueSnapshot } from './local-log.ts'
import { keptPage, locate } from './locate.ts'
import { LogEntry } from './log-entry.ts'
import { checkLink, headAsPage, type ReadPage } from './page-link.ts'
import type { PageRange } from './page-ranges.ts'
import { openPublished, openStaged } from './payload-source.ts'
import { countTo } from './pipeline.ts'
import type { OperationOptions } from './progress.ts'
import type { Reader } from './reader.ts'
import { SealedPages } from './sealed-pages.ts'

export interface ReadOptions extends OperationOptions {
  /** First seq. Default 0. */
  readonly from?: number | undefined
  /** seq before which to stop. Default: after the last entry. */
  readonly to?: number | undefined
  /** Newest first. */
  readonly reverse?: boolean | undefined
  /** Leave out entries that are only on this device. */
  readonly publishedOnly?: boolean | undefined
  /** Also what the feed says to come behind the trusted head (`anchored` false), as of the last look. Default: false. */
  readonly provisional?: boolean | undefined
}

/** The published part of a log, as of one head. */
export interface View {
  readonly anchor: Anchor
  readonly sealed: SealedPages
  /** Entries below the trusted head. */
  readonly anchored: number
}

/**
 * Makes sure that there is a head to read under: the trusted one, or on first use what the name system states. A
 * writer's device that has only unsent entries can be read without network. Returns whether the name system was asked.
 */
export async function ensureView(context: LogContext, reader: Reader): Promise<boolean> {
  const { alone, settings, state } = context
  throwIfAborted(reader.call.signal, 'reading')
  if (state.damage) throw state.damage
  if (state.anchor || (settings.writable && state.unsent.next > state.unsent.first)) return false
  await alone.run('reading the head', reader.call.signal, async () => {
    if (!state.anchor) await follow(context, reader)
  })
  return true
}

/** The trusted head, or the one ahead of it; undefined where there is none. */
export function viewOf({ state }: LogContext, provisional = false): View | undefined {
  const anchored = state.anchor ? nextSeqOf(state.anchor.page) : 0
  const anchor = (provisional ? state.ahead?.anchor : undefined) ?? state.anchor
  return anchor && { anchor, sealed: new SealedPages(anchor.page), anchored }
}

/**
 * Yields entries in order, each verified: published ones as of the trusted head, then those that are only here, both
 * as they were when the first was asked for. Pages kept on this device need no network; others are fetched as the
 * consumer goes, in bounded memory. Leaving the loop early ends what is under way.
 * @throws INVALID_ARGUMENT, NOT_FOUND, UNAVAILABLE, CORRUPT, INVALID_PAGE, LOCAL_DAMAGED, ABORTED
 */
export async function* read(
  context: LogContext,
  reader: Reader,
  options: ReadOptions,
): AsyncGenerator<LogEntry, void, undefined> {
  const {
    from = 0,
    to = Number.MAX_SAFE_INTEGER,
    reverse = false,
    publishedOnly = false,
    provisional = false,
  } = options
  checkCount(from, 'from')
  checkCount(to, 'to')
  await ensureView(context, reader)
  // Nothing may come between this and the snapshot of the queue.
  while (context.state.moving) await context.state.moving
  const view = viewOf(context, provisional)
  const published = view ? nextSeqOf(view.anchor.page) : 0
  const { first, next } = context.state.unsent
  const announced = first + (announcedOf(context)?.entries ?? 0)
  const low = first + Math.max(0, from - published)
  const last = publishedOnly ? (provisional ? announced : low) : next
  const high = Math.min(last, first + Math.max(0, to - published))
  const queue = context.local.unsent(low, high, reverse)
  const unsent = () => readUnsent(context, reader, queue, published - first, announced)
  try {
    if (reverse) yield* unsent()
    if (view && from < Math.min(to, published)) {
      yield* readPublished(context, reader, view, { from, to: Math.min(to, published) }, reverse)
    }
    if (!reverse) yield* unsent()
  } finally {
    await queue.close()
  }
}

async function* readUnsent(
  context: LogContext,
  reader: Reader,
  queue: QueueSnapshot,
  offset: number,
  announced: number,
): AsyncGenerator<LogEntry, void, undefined> {
  for await (const { ordinal, entry } of queue) {
    throwIfAborted(reader.call.signal, 'reading')
    const { staging } = entry
    const open = staging === undefined ? openPublished(context) : openStaged(context, staging)
    yield new LogEntry({ ...entry, seq: offset + ordinal }, undefined, ordinal < announced, open, false)
  }
}

async function* readPublished(
  context: LogContext,
  reader: Reader,
  view: View,
  seqs: PageRange,
  reverse: boolean,
): AsyncGenerator<LogEntry, void, undefined> {
  const open = openPublished(context)
  const wanted = ({ seq }: Entry) => seq >= seqs.from && seq < seqs.to
  for await (const { page } of pages(context, reader, view, seqs, reverse)) {
    throwIfAborted(reader.call.signal, 'reading')
    const times = entryTimes(page)
    const entries = page.entries.filter(wanted)
    for (const entry of reverse ? entries.reverse() : entries) {
      const time = times[entry.seq - page.firstSeq]
      yield new LogEntry(entry, time, true, open, entry.seq < view.anchored)
    }
  }
}

/** The pages that hold the seqs [from, to), sealed ones and the head page, each linked to the one before it. */
async function* pages(
  context: LogContext,
  reader: Reader,
  { anchor, sealed }: View,
  seqs: PageRange,
  reverse: boolean,
): AsyncGenerator<ReadPage, void, undefined> {
  const { sealedPages } = anchor.page.roots
  const find = async (seq: number) => {
    if (seq >= anchor.page.firstSeq) return sealedPages
    return seq === 0 ? 0 : (await locate(context, reader, anchor, sealed, { seq })).index
  }
  const first = await find(seqs.from)
  const last = await find(seqs.to - 1)
  const head = headAsPage(anchor)
  let neighbour: ReadPage | undefined
  const linked = (page: ReadPage): ReadPage => {
    if (neighbour) checkLink(reverse ? page : neighbour, reverse ? neighbour : page)
    neighbour = page
    return page
  }
  if (reverse && last === sealedPages) yield linked(head)
  const range = { from: first, to: Math.min(last + 1, sealedPages) }
  for await (const page of sealedRun(context, reader, sealed, range, reverse)) yield linked(page)
  if (!reverse && last === sealedPages) yield linked(head)
}

/** A run of sealed pages, from this device where kept, else from the store. */
async function* sealedRun(
  context: LogContext,
  reader: Reader,
  sealed: SealedPages,
  { from, to }: PageRange,
  reverse: boolean,
): AsyncGenerator<ReadPage, void, undefined> {
  if (from >= to) return
  const { have } = context.state
  const gaps = have.missing(from, to)
  const bounds = [...new Set([from, ...gaps.flatMap(gap => [gap.from, gap.to]), to])]
  const runs = bounds.slice(1).map((end, i) => ({ from: bounds[i]!, to: end }))
  for (const run of reverse ? runs.reverse() : runs) {
    if (!have.has(run.from)) yield* sealed.fetch(reader, run, { reverse, ranges: context.settings.ranges })
    else
      for (const index of countTo(run.from, run.to, reverse))
        yield await pageOf(context, reader, sealed, index)
  }
}

/** A page that was kept when the read began; it may have been forgotten since. */
function pageOf(context: LogContext, reader: Reader, sealed: SealedPages, index: number): Promise<ReadPage> {
  return context.state.have.has(index) ? keptPage(context, index) : sealed.find(reader, index)
}
