import { compareOrdered, type LogHash, type OrderedEntry, throwIfAborted } from '@remote-log/core'
import type { LogEntry } from '../log-entry.ts'
import { GroupEntry } from './group-entry.ts'
import type { GroupLog } from './group-log.ts'
import type { TailEntry } from './own-tail.ts'

/** How far a group was read: of each log (by its hash) so many entries, from its first. JSON, to be kept by the app. */
export type GroupPosition = Readonly<Record<string, number>>

/**
 * Entries in order, each with its content at hand: logs are read side by side, each from its first entry on.
 * @throws LOCAL_DAMAGED, ABORTED
 */
export async function* viewOf(
  ordered: readonly OrderedEntry[],
  tail: readonly TailEntry[],
  logs: ReadonlyMap<LogHash, GroupLog>,
  after: GroupPosition,
  signal: AbortSignal | undefined,
): AsyncGenerator<GroupEntry, void, undefined> {
  const runs = new Map<LogHash, AsyncIterator<LogEntry>>()
  const read = async ({ log, seq }: OrderedEntry): Promise<LogEntry> => {
    let run = runs.get(log)
    if (!run) {
      run = logs.get(log)!.source.kept({ from: seq, signal })[Symbol.asyncIterator]()
      runs.set(log, run)
    }
    return (await run.next()).value as LogEntry
  }
  let next = 0
  try {
    for (const place of ordered) {
      throwIfAborted(signal, 'reading')
      if (place.seq < (after[place.log] ?? 0)) continue
      for (; next < tail.length && compareOrdered(tail[next]!.ordered, place) < 0; next++)
        yield ownEntry(tail[next]!, logs)
      const log = logs.get(place.log)!
      yield new GroupEntry(log.source.id, place, await read(place), log.shapeOf(place.seq))
    }
    for (; next < tail.length; next++) yield ownEntry(tail[next]!, logs)
  } finally {
    for (const run of runs.values()) await run.return?.()
  }
}

function ownEntry(
  { ordered, entry, contentAt }: TailEntry,
  logs: ReadonlyMap<LogHash, GroupLog>,
): GroupEntry {
  return new GroupEntry(logs.get(ordered.log)!.source.id, ordered, entry, { contentAt, fault: undefined })
}
