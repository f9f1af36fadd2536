/** What an operation cost. */
export interface Costs {
  /** Length of the longest chain of requests of which each needs the answer before: the number of round trips. */
  readonly rounds: number
  /** Requests to the store: for a chunk, or for a range of them. */
  readonly requests: number
  /** Chunks read from the store. */
  readonly chunks: number
  /** Bytes of these chunks, spans included, transport headers not; and of forged leaves of ranges, which were dropped. */
  readonly bytes: number
}

/** Costs of operations together. Rounds are those of the longest: they ran beside each other. */
export function sumOf(...parts: readonly Costs[]): Costs {
  return {
    rounds: parts.reduce((most, { rounds }) => Math.max(most, rounds), 0),
    requests: parts.reduce((all, { requests }) => all + requests, 0),
    chunks: parts.reduce((all, { chunks }) => all + chunks, 0),
    bytes: parts.reduce((all, { bytes }) => all + bytes, 0),
  }
}

/** Counts costs while an operation runs. */
export class Tally {
  #rounds = 0
  #requests = 0
  #chunks = 0
  #bytes = 0
  #spare = Number.POSITIVE_INFINITY

  /** The next requests depend on answers to the ones before. */
  round(): void {
    this.#rounds++
  }

  request(): void {
    this.#requests++
  }

  get rounds(): number {
    return this.#rounds
  }

  chunk(bytes: number): void {
    this.#chunks++
    this.#bytes += bytes
  }

  /** Bytes came and were not what was asked for. */
  discarded(bytes: number): void {
    this.#bytes += bytes
  }

  /** What may be spent beyond what was planned, in bytes; without a limit until this is called. */
  limitSpare(bytes: number): void {
    this.#spare = Math.max(0, bytes)
  }

  /** Whether so many bytes beyond the plan are left; they are taken then. */
  takeSpare(bytes: number): boolean {
    if (bytes > this.#spare) return false
    this.#spare -= bytes
    return true
  }

  costs(): Costs {
    return { rounds: this.#rounds, requests: this.#requests, chunks: this.#chunks, bytes: this.#bytes }
  }
}
