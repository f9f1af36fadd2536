import {
  ASSUMED_LATENCY_MS,
  ENOUGH_SAMPLES,
  FIRST_HEDGE_MS,
  LATENCY_SAMPLES,
  LATENCY_WEIGHT,
  LEAST_HEDGE_MS,
  LEAST_PATIENCE_MS,
  MOST_HEDGE_MS,
  PATIENCE,
} from './limits.ts'

/** How long one gateway takes to answer, from what was seen of it. Milliseconds. */
export class Latency {
  readonly #samples: number[] = []
  #next = 0
  #average: number | undefined
  #p95: number | undefined

  /** An answer came after so long. */
  answered(ms: number): void {
    this.#learn(ms)
    this.#samples[this.#next] = ms
    this.#next = (this.#next + 1) % LATENCY_SAMPLES
    this.#p95 = undefined
  }

  /** No answer had come after so long: at least that is known. */
  unanswered(ms: number): void {
    if (ms > this.average) this.#learn(ms)
  }

  /** Exponentially weighted moving average. */
  get average(): number {
    return this.#average ?? ASSUMED_LATENCY_MS
  }

  /** Whether there was an answer. */
  get known(): boolean {
    return this.#samples.length > 0
  }

  /** The 95th percentile of the newest answers; undefined while there are too few. */
  get p95(): number | undefined {
    const { length } = this.#samples
    if (length < ENOUGH_SAMPLES) return undefined
    this.#p95 ??= this.#samples.toSorted((a, b) => a - b)[Math.ceil(0.95 * length) - 1]!
    return this.#p95
  }

  /** Silence after which another gateway is asked as well. */
  get hedgeMs(): number {
    return Math.min(MOST_HEDGE_MS, Math.max(LEAST_HEDGE_MS, this.p95 ?? FIRST_HEDGE_MS))
  }

  /** Silence after which the request is taken away. */
  get patienceMs(): number {
    return Math.max(LEAST_PATIENCE_MS, PATIENCE * this.hedgeMs)
  }

  #learn(ms: number): void {
    this.#average = this.#average === undefined ? ms : this.#average + LATENCY_WEIGHT * (ms - this.#average)
  }
}
