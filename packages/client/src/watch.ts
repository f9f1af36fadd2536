import { type MessageId, RemoteLogError } from '@remote-log/core'
import { nextSeqOf } from './anchor.ts'
import { checkCount } from './check-count.ts'
import type { LogContext } from './context.ts'
import type { LogEntry } from './log-entry.ts'
import type { OperationOptions } from './progress.ts'

export interface WatchOptions extends OperationOptions {
  /** Time between two questions to the name system, in milliseconds. Default 4,000. */
  readonly intervalMs?: number | undefined
  /** seq of the first entry to give. Default: the first one published after the call. */
  readonly from?: number | undefined
  /**
   * Give entries that are in the feed alone, too (`anchored` false), from `from` on; each comes once more when the chain
   * has it, which may then have others in their place. Default: false.
   */
  readonly provisional?: boolean | undefined
  /** Told of failures to ask or read that may pass (`UNAVAILABLE`, `NOT_FOUND`, `STALE`): the watch goes on. */
  readonly onTrouble?: ((error: RemoteLogError) => void) | undefined
}

export const DEFAULT_INTERVAL_MS = 4000
/** What may be another answer the next time. */
export const PASSING: readonly string[] = ['UNAVAILABLE', 'NOT_FOUND', 'STALE']

/** What a watch needs of its log. */
export interface Watched {
  follow(options: OperationOptions): Promise<void>
  read(
    options: OperationOptions & { from: number; publishedOnly: true; provisional?: boolean },
  ): AsyncIterable<LogEntry>
}

/** How far a watch has come: carried from look to look by a program that opens the log for each of them anew. */
export interface WatchPosition extends Pick<WatchOptions, 'provisional'> {
  /** seq of the next entry to give. Undefined: after what is published at the first look. */
  from?: number | undefined
  /** Entries from `from` on that were given and that the chain did not have. */
  shown?: Map<number, MessageId> | undefined
}

/**
 * Yields published entries as they come. Ends without an error when the signal fires.
 * @throws INVALID_ARGUMENT, LOCAL_DAMAGED; REORG, REWRITTEN, ROLLBACK, CORRUPT, INVALID_PAGE: what does not pass by itself
 */
export async function* watch(
  context: LogContext,
  log: Watched,
  options: WatchOptions,
): AsyncGenerator<LogEntry, void, undefined> {
  const { signal, from, provisional, intervalMs = DEFAULT_INTERVAL_MS, onTrouble } = options
  checkCount(from, 'from')
  checkCount(intervalMs, 'intervalMs')
  const position: WatchPosition = { from, provisional }
  while (!signal?.aborted) {
    try {
      yield* look(context, log, position, signal)
    } catch (error) {
      if (!(error instanceof RemoteLogError)) throw error
      if (error.code === 'ABORTED' && signal?.aborted) return
      if (!PASSING.includes(error.code)) throw error
      onTrouble?.(error)
    }
    await pause(intervalMs, signal)
  }
}

/** Yields what is new since the position, and moves it on with each entry. @throws as {@link watch}, and what may pass */
export async function* look(
  context: LogContext,
  log: Watched,
  position: WatchPosition,
  signal: AbortSignal | undefined,
): AsyncGenerator<LogEntry, void, undefined> {
  checkCount(position.from, 'from')
  await log.follow({ signal })
  const published = context.state.anchor ? nextSeqOf(context.state.anchor.page) : 0
  position.from ??= published
  if (position.from < published) {
    for await (const entry of log.read({ from: position.from, publishedOnly: true, signal })) {
      position.from = entry.seq + 1
      yield entry
    }
  }
  if (!position.provisional) return
  position.shown ??= new Map()
  const ahead = log.read({ from: position.from, publishedOnly: true, provisional: true, signal })
  yield* notShown(ahead, position.shown, position.from)
}

/** Entries that the chain does not have and that were not given at their place. */
async function* notShown(
  entries: AsyncIterable<LogEntry>,
  shown: Map<number, MessageId>,
  from: number,
): AsyncGenerator<LogEntry, void, undefined> {
  for (const seq of shown.keys()) if (seq < from) shown.delete(seq)
  for await (const entry of entries) {
    if (entry.anchored || shown.get(entry.seq) === entry.id) continue
    shown.set(entry.seq, entry.id)
    yield entry
  }
}

/** Resolves after `ms`, or at once when the signal fires. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
  })
}
