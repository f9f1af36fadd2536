import type { SyncAllOptions } from '@remote-log/client'
import { startProgress } from './progress.ts'
import type { Runtime } from './runtime.ts'

/** Runs a sync of several logs, with its progress shown and the command's signal. `what`: e.g. `logs`. */
export async function syncingAll<T>(
  runtime: Runtime,
  what: string,
  sync: (options: Pick<SyncAllOptions, 'signal' | 'onProgress'>) => Promise<T>,
): Promise<T> {
  const shown = startProgress(runtime, 'syncing')
  try {
    return await sync({
      signal: runtime.signal,
      onProgress: ({ phase, done, total }) => shown.update(`syncing: ${phase} (${done} of ${total} ${what})`),
    })
  } finally {
    shown.stop()
  }
}
