import { AbortedError, BudgetExceededError } from '@remote-log/core'
import type { Clock } from './clock.ts'
import type { PageRange } from './page-ranges.ts'

/** Of the time given, what is spent on reading: the rest is for the local database and whoever gave it. */
const USED = 0.95
/** Of the time that is left, what one slice may take: when its pace turns out worse, there is room. */
const OF_WHAT_IS_LEFT = 0.5
/** Pages of a first slice, while nothing is known of the pace; later ones are at most twice the one before. */
const FIRST_SLICE = 16

export interface WindowOptions {
  readonly signal?: AbortSignal | undefined
  readonly timeBudgetMs?: number | undefined
}

/** The time that one operation may take. To be closed when it has ended. */
export class SyncWindow {
  /** Fires with the caller's, or when the time is up. */
  readonly signal: AbortSignal | undefined
  readonly #clock: Clock
  readonly #began: number
  readonly #end: number
  readonly #caller: AbortSignal | undefined
  readonly #callOff: () => void
  #over = false

  constructor(clock: Clock, { signal, timeBudgetMs }: WindowOptions) {
    this.#clock = clock
    this.#began = clock.now()
    this.#caller = signal
    if (timeBudgetMs === undefined) {
      this.#end = Number.POSITIVE_INFINITY
      this.signal = signal
      this.#callOff = () => {}
      return
    }
    const own = new AbortController()
    this.#end = this.#began + USED * timeBudgetMs
    this.signal = signal ? AbortSignal.any([signal, own.signal]) : own.signal
    this.#callOff = clock.after(USED * timeBudgetMs, () => {
      this.#over = true
      own.abort(new DOMException('the time budget is used up', 'TimeoutError'))
    })
  }

  /** Whether time is limited at all. */
  get limited(): boolean {
    return this.#end < Number.POSITIVE_INFINITY
  }

  /** Milliseconds that are left. */
  get left(): number {
    return this.#over ? 0 : Math.max(0, this.#end - this.#clock.now())
  }

  /** Whether an error is no more than the end of this window. */
  ended(error: unknown): boolean {
    return this.#over && !this.#caller?.aborted && error instanceof AbortedError
  }

  /** What to throw where an operation ended with this error. */
  asThrown(error: unknown): unknown {
    if (!this.ended(error)) return error
    return new BudgetExceededError('the time budget ended before the head was read', {}, error)
  }

  close(): void {
    this.#callOff()
  }

  /**
   * Cuts ranges into slices from the end of the first on, each so long that it is expected to be had in half of the time
   * that is left; ends when there is none for a page more. Each slice must be had before the next is asked for.
   * @param rounds requests after each other that were made so far
   */
  *slices(ranges: readonly PageRange[], rounds: number): Generator<PageRange, void, undefined> {
    let pagesPerMs = Math.max(1, rounds) / (this.#clock.now() - this.#began)
    let longest = FIRST_SLICE
    for (const { from, to } of ranges) {
      for (let end = to; end > from; ) {
        const pages = Math.min(end - from, longest, Math.floor(OF_WHAT_IS_LEFT * this.left * pagesPerMs))
        if (!(pages >= 1)) return
        const began = this.#clock.now()
        yield { from: end - pages, to: end }
        const ms = this.#clock.now() - began
        if (ms > 0) pagesPerMs = pages / ms
        longest = 2 * pages
        end -= pages
      }
    }
  }
}
