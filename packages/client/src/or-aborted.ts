import { AbortedError } from '@remote-log/core'

/** Waits, but not longer than until the signal fires. What is waited for goes on unseen. @throws ABORTED */
export async function orAborted<R>(
  wait: Promise<R>,
  what: string,
  signal: AbortSignal | undefined,
): Promise<R> {
  if (signal === undefined) return await wait
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = () =>
    reject(new AbortedError(`${what} was aborted while waiting`, { operation: what }, signal.reason))
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    return await Promise.race([wait, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
