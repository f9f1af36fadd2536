import type { LogStatus, RemoteLog } from '@remote-log/client'
import type { BlockTag } from '@remote-log/core'
import { followProgress } from './follow-progress.ts'
import type { Runtime } from './runtime.ts'

/** Asks for the newest head and checks that it extends the one trusted before; fetches no pages. */
export async function refresh(
  runtime: Runtime,
  log: RemoteLog,
  at?: BlockTag | undefined,
): Promise<LogStatus> {
  const { signal } = runtime
  const { value } = await followProgress(runtime, 'asking for the newest head', onProgress =>
    log.refresh({ signal, onProgress, at }),
  )
  return value
}
