import { entryTimes, throwIfAborted } from '@remote-log/core'
import { type Anchor, nextSeqOf } from './anchor.ts'
import { checkCount } from './check-count.ts'
import type { LogContext } from './context.ts'
import { keptPage } from './locate.ts'
import { LogEntry } from './log-entry.ts'
import { headAsPage, type ReadPage } from './page-link.ts'
import type { PageRange } from './page-ranges.ts'
import { openPublished } from './payload-source.ts'
import type { OperationOptions } from './progress.ts'

export interface KeptOptions extends OperationOptions {
  /** First seq. Default 0. */
  readonly from?: number | undefined
  /** seq before which to stop. Default: after the last entry. */
  readonly to?: number | undefined
}

/**
 * Published entries whose pages this device keeps, in order, as of the trusted head: what is missing is left out, and
 * shows by its seq. Needs no network. @throws INVALID_ARGUMENT, LOCAL_DAMAGED, ABORTED
 */
export async function* keptEntries(
  context: LogContext,
  { from = 0, to = Number.MAX_SAFE_INTEGER, signal }: KeptOptions,
): AsyncGenerator<LogEntry, void, undefined> {
  checkCount(from, 'from')
  checkCount(to, 'to')
  const { anchor, damage } = context.state
  if (damage) throw damage
  if (!anchor || from >= Math.min(to, nextSeqOf(anchor.page))) return
  const open = openPublished(context)
  for await (const { outline, page } of keptPages(context, anchor, from)) {
    throwIfAborted(signal, 'reading')
    if (outline.firstSeq >= to) return
    if (outline.nextSeq <= from) continue
    const times = entryTimes(page)
    for (const [i, entry] of page.entries.entries())
      if (entry.seq >= from && entry.seq < to) yield new LogEntry(entry, times[i], true, open)
  }
}

async function* keptPages(
  context: LogContext,
  anchor: Anchor,
  from: number,
): AsyncGenerator<ReadPage, void, undefined> {
  for (const range of context.state.have.ranges) {
    const { sealedPages } = anchor.page.roots
    const end = Math.min(range.to, sealedPages)
    for (let index = await firstBehind(context, { from: range.from, to: end }, from); index < end; index++)
      yield await keptPage(context, index)
  }
  yield headAsPage(anchor)
}

/** The first page of a kept run that ends behind this seq. */
async function firstBehind(context: LogContext, run: PageRange, seq: number): Promise<number> {
  let low = run.from
  let high = run.to
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((await keptPage(context, middle)).outline.nextSeq <= seq) low = middle + 1
    else high = middle
  }
  return low
}
