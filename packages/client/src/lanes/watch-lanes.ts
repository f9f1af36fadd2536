import { type CallOptions, type LogId, logHash, RemoteLogError } from '@remote-log/core'
import { checkCount } from '../check-count.ts'
import type { OperationOptions } from '../progress.ts'
import { DEFAULT_INTERVAL_MS, PASSING, pause } from '../watch.ts'
import type { LaneCursor, LaneEntry, ReadLanesOptions } from './read-lanes.ts'
import type { LanesStatement } from './sync-lanes.ts'

export interface WatchLanesOptions extends OperationOptions {
  /** Time between two questions to the registry, in milliseconds. Default 4,000. */
  readonly intervalMs?: number | undefined
  /** Where to begin. Default: with what is published after the call. */
  readonly after?: LaneCursor | undefined
  /** Told of failures that may pass, of the list or of one lane, and of lanes that are wrong: the watch goes on. */
  readonly onTrouble?: ((error: RemoteLogError, lane: LogId | undefined) => void) | undefined
}

/** What a watch needs of its lanes. */
export interface WatchedLanes {
  sync(options: CallOptions): Promise<LanesStatement>
  cursor(): Promise<LaneCursor>
  read(options: ReadLanesOptions): AsyncIterable<LaneEntry>
}

/** Ends without an error when the signal fires. @throws what is wrong with the list and does not pass by itself */
export async function* watchLanes(
  lanes: WatchedLanes,
  options: WatchLanesOptions,
): AsyncGenerator<LaneEntry, void, undefined> {
  const { signal, intervalMs = DEFAULT_INTERVAL_MS, onTrouble } = options
  checkCount(intervalMs, 'intervalMs')
  let seen: Record<string, number> | undefined = options.after && { ...options.after }
  while (!signal?.aborted) {
    try {
      for (const { id, error } of (await lanes.sync({ signal })).lanes) if (error) onTrouble?.(error, id)
      seen ??= { ...(await lanes.cursor()) }
      const unread = () => {}
      for await (const item of lanes.read({
        after: { ...seen },
        publishedOnly: true,
        signal,
        onTrouble: unread,
      })) {
        seen[logHash(item.lane)] = item.entry.seq + 1
        yield item
      }
    } catch (error) {
      if (!(error instanceof RemoteLogError)) throw error
      if (error.code === 'ABORTED' && signal?.aborted) return
      if (!PASSING.includes(error.code)) throw error
      onTrouble?.(error, undefined)
    }
    await pause(intervalMs, signal)
  }
}
