import { type Entry, NotFoundError } from '@remote-log/core'
import { type Anchor, nextSeqOf } from './anchor.ts'
import type { LogContext } from './context.ts'
import { follow } from './follow.ts'
import { keptPage, locate, type Target } from './locate.ts'
import { LogEntry } from './log-entry.ts'
import { checkLink, type ReadPage } from './page-link.ts'
import type { PageRange } from './page-ranges.ts'
import type { ChunkSource } from './payload.ts'
import { countTo } from './pipeline.ts'
import type { OperationOptions } from './progress.ts'
import { Reader } from './reader.ts'
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
}

/** The head to read under: the trusted one, or on first use what the name system states. */
export async function trustedView(
  context: LogContext,
  reader: Reader,
): Promise<{ readonly anchor: Anchor; readonly sealed: SealedPages } | undefined> {
  const { state } = context
  if (state.anchor) return { anchor: state.anchor, sealed: new SealedPages(state.anchor.page) }
  if (context.settings.writable && state.unsent.next > state.unsent.first) return undefined
  const { sealed } = await follow(context, reader)
  return state.anchor && sealed ? { anchor: state.anchor, sealed } : undefined
}

/**
 * Yields entries in order, each verified: published ones as of the trusted head, then those that are only here. Pages
 * kept on this device need no network; others are fetched as the consumer goes, in bounded memory.
 * @throws NOT_FOUND, UNAVAILABLE, CORRUPT, INVALID_PAGE, LOCAL_DAMAGED, ABORTED
 */
export async function* read(
  context: LogContext,
  reader: Reader,
  { from = 0, to = Number.MAX_SAFE_INTEGER, reverse = false, publishedOnly = false }: ReadOptions,
): AsyncGenerator<LogEntry, void, undefined> {
  const view = await trustedView(context, reader)
  const published = view ? nextSeqOf(view.anchor.page) : 0
  const wanted = (entry: Entry) => entry.seq >= from && entry.seq < to
  const unsent = () => (publishedOnly ? [] : readUnsent(context, published, from, to, reverse))
  if (reverse) yield* unsent()
  if (view && from < Math.min(to, published)) {
    const open = openStored(context)
    for await (const { page } of pages(
      context,
      reader,
      view,
      { from, to: Math.min(to, published) },
      reverse,
    )) {
      const entries = page.entries.filter(wanted)
      for (const entry of reverse ? entries.reverse() : entries) yield new LogEntry(entry, true, open)
    }
  }
  if (!reverse) yield* unsent()
}

/** The pages that hold the seqs [from, to), sealed ones and the head page, each linked to the one before it. */
async function* pages(
  context: LogContext,
  reader: Reader,
  { anchor, sealed }: { readonly anchor: Anchor; readonly sealed: SealedPages },
  seqs: PageRange,
  reverse: boolean,
): AsyncGenerator<ReadPage, void, undefined> {
  const { sealedPages } = anchor.page.roots
  const find = async (seq: number) =>
    seq >= anchor.page.firstSeq
      ? sealedPages
      : seq === 0
        ? 0
        : (await locate(context, reader, anchor, sealed, { seq })).index
  const first = await find(seqs.from)
  const last = await find(seqs.to - 1)
  const head: ReadPage = {
    index: sealedPages,
    reference: anchor.head,
    bytes: anchor.bytes,
    page: anchor.page,
  }
  let neighbour: ReadPage | undefined
  const linked = (page: ReadPage): ReadPage => {
    if (neighbour) checkLink(reverse ? page : neighbour, reverse ? neighbour : page)
    neighbour = page
    return page
  }
  if (reverse && last === sealedPages) yield linked(head)
  for await (const page of sealedRun(
    context,
    reader,
    sealed,
    { from: first, to: Math.min(last + 1, sealedPages) },
    reverse,
  )) {
    yield linked(page)
  }
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
    else for (const index of countTo(run.from, run.to, reverse)) yield await keptPage(context, index)
  }
}

async function* readUnsent(
  context: LogContext,
  published: number,
  from: number,
  to: number,
  reverse: boolean,
): AsyncGenerator<LogEntry, void, undefined> {
  const { local, state } = context
  const { first, next } = state.unsent
  const low = Math.max(first, first + from - published)
  const high = Math.min(next, first + to - published)
  for (const ordinal of countTo(low, high, reverse)) {
    const unsent = await local.unsentAt(ordinal)
    if (unsent === undefined) continue
    const { timestamp, id, content, staging } = unsent
    const entry: Entry = { seq: published + ordinal - first, timestamp, id, content }
    yield new LogEntry(
      entry,
      false,
      staging === undefined ? openStored(context) : openStaged(context, staging),
    )
  }
}

/** Payload chunks from the store. */
export function openStored({ store }: LogContext): (options: OperationOptions) => ChunkSource {
  return options => {
    const reader = new Reader(store, options)
    return { signal: options.signal, chunk: reference => reader.chunk(reference) }
  }
}

/** Payload chunks that wait for upload; from the store where they were published in the meantime. */
function openStaged(context: LogContext, staging: number): (options: OperationOptions) => ChunkSource {
  return options => {
    const stored = openStored(context)(options)
    return {
      signal: options.signal,
      chunk: async reference =>
        (await context.local.stagedChunk(staging, reference)) ?? stored.chunk(reference),
    }
  }
}

/**
 * One entry by its seq. Where the trusted head does not have it, the name system is asked once more.
 * @throws NOT_FOUND where the log has no such entry, and as {@link read}
 */
export async function entryAt(context: LogContext, reader: Reader, seq: number): Promise<LogEntry> {
  const asked = context.state.anchor === undefined
  const found = await entryInView(context, reader, seq)
  if (found) return found
  if (!asked) await follow(context, reader)
  const late = asked ? undefined : await entryInView(context, reader, seq)
  if (late) return late
  throw new NotFoundError(`the log has no entry ${seq}`, { seq, head: context.state.anchor?.head })
}

async function entryInView(context: LogContext, reader: Reader, seq: number): Promise<LogEntry | undefined> {
  const view = await trustedView(context, reader)
  if (!view || seq >= nextSeqOf(view.anchor.page)) {
    for await (const entry of read(context, reader, { from: seq, to: seq + 1 })) return entry
    return undefined
  }
  const { anchor, sealed } = view
  const inHead = seq >= anchor.page.firstSeq
  const page = inHead ? anchor.page : (await locate(context, reader, anchor, sealed, { seq })).page
  return new LogEntry(page.entries[seq - page.firstSeq]!, true, openStored(context))
}

/** The first entry at which the running maximum of timestamps reaches `time` (ms); undefined where none does yet. */
export async function entryByTime(
  context: LogContext,
  reader: Reader,
  time: number,
): Promise<LogEntry | undefined> {
  const view = await trustedView(context, reader)
  const open = openStored(context)
  if (view) {
    const { anchor, sealed } = view
    const { sealedPages } = anchor.page.roots
    const target: Target = { time }
    const inHead = sealedPages === 0 || anchor.page.baseTimestamp < time
    const page = inHead ? anchor.page : (await locate(context, reader, anchor, sealed, target)).page
    const found = page.entries.find(entry => entry.timestamp >= time)
    if (found) return new LogEntry(found, true, open)
  }
  for await (const entry of read(context, reader, { from: view ? nextSeqOf(view.anchor.page) : 0 })) {
    if (entry.timestamp >= time) return entry
  }
  return undefined
}
