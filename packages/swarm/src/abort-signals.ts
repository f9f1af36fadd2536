import { AbortedError } from '@remote-log/core'

const listeners = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls back when the signal fires; returns how to stop waiting for it. However many requests wait on one signal, it
 * has one listener: an EventTarget looks through its whole list for each listener added.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let waiting = listeners.get(signal)
  if (!waiting) {
    waiting = new Set()
    const all = waiting
    listeners.set(signal, all)
    signal.addEventListener('abort', () => [...all].forEach(call), { once: true })
  }
  waiting.add(callback)
  const all = waiting
  return () => void all.delete(callback)
}

function call(callback: () => void): void {
  callback()
}

/** The error for a signal that fired. */
export function aborted(signal: AbortSignal, operation: string): AbortedError {
  return new AbortedError(`${operation} was aborted`, { operation }, signal.reason)
}

/** Waits so many milliseconds. @throws ABORTED */
export function pause(ms: number, signal: AbortSignal | undefined, operation: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted(signal, operation))
    const timer = setTimeout(() => {
      leave?.()
      resolve()
    }, ms)
    const leave =
      signal &&
      onAbort(signal, () => {
        clearTimeout(timer)
        reject(aborted(signal, operation))
      })
  })
}
