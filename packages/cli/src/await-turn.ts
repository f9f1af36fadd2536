import { setTimeout as pause } from 'node:timers/promises'
import { LockedError, throwIfAborted } from '@remote-log/core'
import { describeHolder, readNote, type Shared } from './holder.ts'
import type { Runtime } from './runtime.ts'

/** What a command waits at most for another one that has the home folder: most are done in a moment. */
export const DEFAULT_WAIT_MS = 30_000

const AGAIN_MS = 25
/** When a wait is long enough to be told of. */
const TELL_MS = 1000

/**
 * Opens what one process at a time may have open, as soon as it is free.
 * @throws LOCKED (still not free after `waitMs`; names who has it), ABORTED, and what `open` throws
 */
export async function awaitTurn<T>(
  { signal, stderr }: Runtime,
  home: Shared,
  waitMs: number,
  open: () => Promise<T>,
): Promise<T> {
  const begun = performance.now()
  let told = false
  for (;;) {
    throwIfAborted(signal, 'waiting for the home folder')
    try {
      return await open()
    } catch (error) {
      if (!(error instanceof LockedError)) throw error
      const waited = performance.now() - begun
      if (waited >= waitMs) throw await lockedBy(home, waitMs, error)
      if (!told && waited >= TELL_MS) {
        told = true
        stderr.write(`waiting for ${describeHolder(await readNote(home))}, which uses ${home.folder}\n`)
      }
    }
    await pause(AGAIN_MS, undefined, { signal }).catch(() => undefined)
  }
}

async function lockedBy(home: Shared, waitMs: number, cause: LockedError): Promise<LockedError> {
  const holder = await readNote(home)
  return new LockedError(
    `${describeHolder(holder)} uses this home folder`,
    { home: home.folder, pid: holder?.pid, command: holder?.command, waitedMs: waitMs },
    cause,
  )
}
