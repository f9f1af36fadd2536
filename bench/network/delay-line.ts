/** Delivers what is pushed into it in order, each piece `delay` milliseconds after it came. */
export class DelayLine {
  readonly #waiting: { due: number; deliver: () => void }[] = []
  #timer: NodeJS.Timeout | undefined
  #lastDue = 0

  /** `notBefore` is a moment of `performance.now()` that delivery waits for in any case. */
  push(deliver: () => void, delay: number, notBefore = 0): void {
    const due = Math.max(performance.now() + delay, notBefore, this.#lastDue)
    this.#lastDue = due
    this.#waiting.push({ due, deliver })
    if (this.#timer === undefined) this.#arm()
  }

  #arm(): void {
    const next = this.#waiting[0]
    if (next === undefined) return
    // Whole milliseconds, rounded up: a link is never faster than stated.
    this.#timer = setTimeout(() => this.#deliver(), Math.max(0, Math.ceil(next.due - performance.now())))
  }

  #deliver(): void {
    this.#timer = undefined
    const now = performance.now()
    let ready = 0
    while (ready < this.#waiting.length && this.#waiting[ready]!.due <= now) ready++
    for (const { deliver } of this.#waiting.splice(0, ready)) deliver()
    this.#arm()
  }
}
