import { AbortedError, UnavailableError } from '@remote-log/core'
import { pause } from './abort-signals.ts'
import { isSilence } from './gateway/taken.ts'
import { FIRST_PAUSE_MS, LAST_PAUSE_MS, UNANSWERED_ATTEMPTS } from './limits.ts'
import type { RequestOutcome } from './request-window.ts'

/** Whether asking again later may help: the error's `details.transient`. */
export function isTransient(error: unknown): error is UnavailableError {
  return error instanceof UnavailableError && error.details.transient === true
}

/** What the error of a request says about the other side's willingness. */
export function outcomeOf(error: unknown): RequestOutcome {
  if (isTransient(error) || isSilence(error)) return 'refused'
  return error instanceof AbortedError ? 'neither' : 'answered'
}

/**
 * Makes a request again while its error is transient: after a pause that doubles, shortened at random by up to a half
 * so that many do not come back at once, or for as long as the other side asks (`details.retryAfterMs`). Ends when
 * `retryMs` would be exceeded, or earlier where nobody answers.
 * @throws the last error; ABORTED
 */
export async function retrying<T>(
  operation: string,
  retryMs: number,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  const began = performance.now()
  for (let unanswered = 0, wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LAST_PAUSE_MS)) {
    let pauseMs: number
    try {
      return await attempt()
    } catch (error) {
      if (!isTransient(error)) throw error
      if (error.details.answered !== true && ++unanswered >= UNANSWERED_ATTEMPTS) throw error
      const asked = Number(error.details.retryAfterMs ?? 0)
      if (performance.now() - began + Math.max(wait, asked) > retryMs) throw error
      pauseMs = Math.max(wait * (1 - Math.random() / 2), asked)
    }
    await pause(pauseMs, signal, operation)
  }
}
