import {
  LocalDamagedError,
  LockedError,
  type LogHash,
  RemoteLogError,
  UnavailableError,
} from '@remote-log/core'

/**
 * What a failure of the local database means (codes of `abstract-level` and `classic-level`): LOCKED where another
 * process holds it, LOCAL_DAMAGED where it says that its files are, else UNAVAILABLE (disk full, closed, no permission).
 */
export function localFailure(cause: unknown, did: string, log: LogHash | undefined): RemoteLogError {
  if (cause instanceof RemoteLogError) return cause
  const errors = [cause, (cause as { cause?: unknown } | undefined)?.cause] as (
    | { code?: unknown }
    | undefined
  )[]
  const codes = errors.map(error => error?.code)
  if (codes.includes('LEVEL_LOCKED')) {
    return new LockedError('another process has this local log open', { log }, cause)
  }
  if (codes.includes('LEVEL_CORRUPTION') || errors.some(isFileMissing)) {
    return new LocalDamagedError(
      `the local database is damaged: it could not be ${did}`,
      { log, record: '*' },
      cause,
    )
  }
  return new UnavailableError(`the local database could not be ${did}`, { log }, cause)
}

/** LevelDB makes what a new folder needs: what it misses then was named by a file that is damaged, or is gone. */
function isFileMissing(error: unknown): boolean {
  return error instanceof Error && /\/(?!LOCK:)[^/]*: No such file or directory$/.test(error.message)
}
