import { AbortedError, throwIfAborted } from '../errors.ts'

/**
 * What an operation on an in-memory backend is preceded by. A hook may count, wait (latency), never resolve (a silent
 * backend) or throw (a backend that can't be reached). It stands where a real implementation sends its request.
 */
export type OnCall<Operation extends string> = (operation: Operation) => void | Promise<void>

/** Runs the hook, leaving it when the signal fires. @throws ABORTED, and what the hook throws */
export async function reach<Operation extends string>(
  hook: OnCall<Operation> | undefined,
  operation: Operation,
  signal: AbortSignal | undefined,
): Promise<void> {
  throwIfAborted(signal, operation)
  const pending = hook?.(operation)
  if (pending === undefined || signal === undefined) return pending
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => {
    aborted.reject(new AbortedError(`${operation} was aborted`, { operation }, signal.reason))
  }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([pending, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
