/** Where a node's time and blocks come from. */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number
  /** Calls `action` once, `ms` milliseconds from now. Returns a function that calls it off. */
  after(ms: number, action: () => void): () => void
}

/** The machine's clock. Its timers don't keep a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now: number
  #timers: { at: number; action: () => void }[] = []

  /** @param start Unix time in milliseconds */
  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  after(ms: number, action: () => void): () => void {
    const timer = { at: this.#now + ms, action }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer)
    }
  }

  /** Moves time forward and runs what became due, in the order of their times. @throws RangeError for a negative step */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`time does not go back: ${ms} ms`)
    const end = this.#now + ms
    for (;;) {
      const due = this.#timers.filter(timer => timer.at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.#timers = this.#timers.filter(timer => timer !== due)
      this.#now = Math.max(this.#now, due.at)
      due.action()
    }
    this.#now = end
  }
}
