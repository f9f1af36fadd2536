import { RemoteLogError } from '@remote-log/core'
import { checkCount } from '../check-count.ts'
import type { OperationOptions } from '../progress.ts'
import { DEFAULT_INTERVAL_MS, PASSING, pause } from '../watch.ts'
import type { Group } from './group.ts'
import type { GroupEntry } from './group-entry.ts'
import type { GroupPosition } from './group-view.ts'

export interface GroupWatchOptions extends OperationOptions {
  /** Time between two syncs, in milliseconds. Default 4,000. */
  readonly intervalMs?: number | undefined
  /** What was read before. Default: all that has its place when this is called. */
  readonly after?: GroupPosition | undefined
  /** Told of failures that may pass, and of what is wrong with single logs: the watch goes on. */
  readonly onTrouble?: ((error: RemoteLogError) => void) | undefined
}

/** Ends without an error when the signal fires. */
export async function* watchGroup(
  group: Group,
  options: GroupWatchOptions,
): AsyncGenerator<GroupEntry, void, undefined> {
  const { signal, intervalMs = DEFAULT_INTERVAL_MS, onTrouble } = options
  checkCount(intervalMs, 'intervalMs')
  const read: Record<string, number> = { ...(options.after ?? group.position()) }
  while (!signal?.aborted) {
    try {
      const { logs } = await group.sync({ signal })
      for (const { error } of logs) if (error) onTrouble?.(error)
      for await (const entry of group.entries({ after: read, publishedOnly: true, signal })) {
        read[entry.log] = entry.seq + 1
        yield entry
      }
    } catch (error) {
      if (!(error instanceof RemoteLogError)) throw error
      if (error.code === 'ABORTED' && signal?.aborted) return
      if (!PASSING.includes(error.code)) throw error
      onTrouble?.(error)
    }
    await pause(intervalMs, signal)
  }
}
