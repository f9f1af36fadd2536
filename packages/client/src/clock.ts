/** Time that only goes forward, and a timer on it. */
export interface Clock {
  /** Milliseconds since any moment. */
  now(): number
  /** Calls `action` once, `ms` milliseconds from now. Returns a function that calls it off. */
  after(ms: number, action: () => void): () => void
}

/** Timers take no more (HTML standard, "timers": a 32-bit signed integer). */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The machine's monotonic clock. */
export const monotonicClock: Clock = {
  now: () => performance.now(),
  after(ms, action) {
    const timer = setTimeout(action, Math.min(ms, LONGEST_TIMER_MS))
    return () => clearTimeout(timer)
  },
}
