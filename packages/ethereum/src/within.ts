import { AbortedError, throwIfAborted, UnavailableError } from '@remote-log/core'

/** Waits for `work`, but no longer than until `signal` fires. The work itself goes on unheard. @throws ABORTED */
export async function unlessAborted<T>(
  what: string,
  signal: AbortSignal | undefined,
  work: Promise<T>,
): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const abort = () =>
    aborted.reject(new AbortedError(`${what} was aborted`, { operation: what }, signal?.reason))
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/**
 * Waits for `work`, but no longer than until `signal` fires (ABORTED) or `timeoutMs` have passed (UNAVAILABLE). The
 * signal that `work` gets fires in both cases; work that ignores it goes on unheard.
 */
export async function within<T>(
  what: string,
  limits: { readonly signal?: AbortSignal | undefined; readonly timeoutMs: number },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, timeoutMs } = limits
  throwIfAborted(signal, what)
  const stop = new AbortController()
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new UnavailableError(`${what}: no answer within ${timeoutMs} ms`, { timeoutMs })),
    timeoutMs,
  )
  try {
    return await unlessAborted(what, signal, Promise.race([work(stop.signal), late.promise]))
  } finally {
    clearTimeout(timer)
    stop.abort()
  }
}

/** Waits `ms` milliseconds. @throws ABORTED */
export async function pause(what: string, ms: number, signal: AbortSignal | undefined): Promise<void> {
  const done = Promise.withResolvers<void>()
  const timer = setTimeout(done.resolve, ms)
  try {
    await unlessAborted(what, signal, done.promise)
  } finally {
    clearTimeout(timer)
  }
}
