import type { ContentStore } from '@remote-log/core'

/** Weight of a new sample in the running means, as of round trips in TCP (RFC 6298). */
const WEIGHT = 1 / 8
/** What is assumed before anything was measured: a gateway across a continent, at 32 Mbit/s. */
const FIRST_ROUND_TRIP_MS = 50
const FIRST_BYTES_PER_MS = 4000
/** With more requests under way an answer's time says how long it waited for its turn. */
const MOST_IN_FLIGHT = 4

/** Latency and throughput of a store, as the requests made of it so far showed them. */
export class LinkEstimate {
  #roundTripMs: number | undefined
  #bytesPerMs: number | undefined
  #inFlight = 0

  get roundTripMs(): number {
    return this.#roundTripMs ?? FIRST_ROUND_TRIP_MS
  }

  get bytesPerMs(): number {
    return this.#bytesPerMs ?? FIRST_BYTES_PER_MS
  }

  /** Times a request for one chunk. */
  async timing<T>(request: () => Promise<T>): Promise<T> {
    const began = performance.now()
    const alone = ++this.#inFlight <= MOST_IN_FLIGHT
    try {
      const answer = await request()
      if (alone) this.#roundTripMs = mean(this.#roundTripMs, performance.now() - began)
      return answer
    } finally {
      this.#inFlight--
    }
  }

  /** So many bytes came in so many milliseconds, the wait for the first of them left out. */
  transferred(bytes: number, ms: number): void {
    if (ms > 0) this.#bytesPerMs = mean(this.#bytesPerMs, bytes / ms)
  }
}

function mean(before: number | undefined, sample: number): number {
  return before === undefined ? sample : before + WEIGHT * (sample - before)
}

const estimates = new WeakMap<ContentStore, LinkEstimate>()

/** The estimate that everybody who reads from this store shares. */
export function estimateOf(store: ContentStore): LinkEstimate {
  let estimate = estimates.get(store)
  if (!estimate) {
    estimate = new LinkEstimate()
    estimates.set(store, estimate)
  }
  return estimate
}
