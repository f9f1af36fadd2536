/** A signal that fires with the caller's, or when the work it stops is no longer wanted. */
export interface SubSignal {
  readonly signal: AbortSignal
  readonly stop: () => void
}

export function subSignal(outer: AbortSignal | undefined): SubSignal {
  const own = new AbortController()
  const signal = outer ? AbortSignal.any([outer, own.signal]) : own.signal
  return { signal, stop: () => own.abort(new DOMException('no longer wanted', 'AbortError')) }
}
