import { type Entry, entryTimes, NotFoundError } from '@remote-log/core'
import { nextSeqOf } from './anchor.ts'
import type { LogContext } from './context.ts'
import { follow } from './follow.ts'
import { locate } from './locate.ts'
import { LogEntry } from './log-entry.ts'
import { openPublished } from './payload-source.ts'
import { ensureView, read, type View, viewOf } from './read.ts'
import type { Reader } from './reader.ts'

/**
 * One entry by its seq. Where this device does not know of it, the name system is asked.
 * @throws NOT_FOUND where the log has no such entry, and as `read`
 */
export async function entryAt(context: LogContext, reader: Reader, seq: number): Promise<LogEntry> {
  const found = await orNewer(context, reader, () => bySeq(context, reader, seq))
  if (found) return found
  throw new NotFoundError(`the log has no entry ${seq}`, { seq, head: context.state.anchor?.head })
}

/**
 * The first entry at which the running maximum of timestamps reaches `time` (ms); undefined where none does yet. Where
 * this device does not know of one, the name system is asked. @throws as `read`
 */
export function entryByTime(
  context: LogContext,
  reader: Reader,
  time: number,
): Promise<LogEntry | undefined> {
  return orNewer(context, reader, () => byTime(context, reader, time))
}

/** Looks under the trusted head, and once more under the newest. */
async function orNewer(
  context: LogContext,
  reader: Reader,
  find: () => Promise<LogEntry | undefined>,
): Promise<LogEntry | undefined> {
  const asked = await ensureView(context, reader)
  const found = await find()
  if (found || asked) return found
  await context.alone.run('reading the head', reader.call.signal, () => follow(context, reader))
  return await find()
}

async function bySeq(context: LogContext, reader: Reader, seq: number): Promise<LogEntry | undefined> {
  const view = viewOf(context)
  if (!view || seq >= nextSeqOf(view.anchor.page)) {
    for await (const entry of read(context, reader, { from: seq, to: seq + 1 })) return entry
    return undefined
  }
  const { anchor, sealed } = view
  const inHead = seq >= anchor.page.firstSeq
  const page = inHead ? anchor.page : (await locate(context, reader, anchor, sealed, { seq })).page
  const at = seq - page.firstSeq
  return new LogEntry(page.entries[at]!, entryTimes(page)[at], true, openPublished(context))
}

async function byTime(context: LogContext, reader: Reader, time: number): Promise<LogEntry | undefined> {
  const view = viewOf(context)
  const found = view && (await publishedByTime(context, reader, view, time))
  // All before it were below `time`: its own timestamp is the maximum.
  if (found) return new LogEntry(found, found.timestamp, true, openPublished(context))
  for await (const entry of read(context, reader, { from: view ? nextSeqOf(view.anchor.page) : 0 })) {
    if (entry.timestamp >= time) return entry
  }
  return undefined
}

/** The first published entry at which the running maximum reaches `time`; asks nobody for a newer head. */
export async function publishedByTime(
  context: LogContext,
  reader: Reader,
  { anchor, sealed }: View,
  time: number,
): Promise<Entry | undefined> {
  const inHead = anchor.page.roots.sealedPages === 0 || anchor.page.baseTimestamp < time
  const page = inHead ? anchor.page : (await locate(context, reader, anchor, sealed, { time })).page
  return page.entries.find(entry => entry.timestamp >= time)
}
