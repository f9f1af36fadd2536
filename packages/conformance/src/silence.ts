import { AbortedError, throwIfAborted } from '@remote-log/core'

/** Never answers; ends only with the caller's signal. @throws ABORTED */
export function silence(operation: string, signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    try {
      throwIfAborted(signal, operation)
    } catch (error) {
      reject(error)
    }
    const stop = () => reject(new AbortedError(`${operation} was aborted`, { operation }, signal?.reason))
    signal?.addEventListener('abort', stop, { once: true })
  })
}
