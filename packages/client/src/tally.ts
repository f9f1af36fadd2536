/** What an operation cost. */
export interface Costs {
  /** Length of the longest chain of requests of which each needs the answer before: the number of round trips. */
  readonly rounds: number
  /** Chunks read from the store. */
  readonly chunks: number
  /** Bytes of these chunks, spans included, transport headers not. */
  readonly bytes: number
}

/** Counts costs while an operation runs. */
export class Tally {
  #rounds = 0
  #chunks = 0
  #bytes = 0

  /** The next requests depend on answers to the ones before. */
  round(): void {
    this.#rounds++
  }

  get rounds(): number {
    return this.#rounds
  }

  chunk(bytes: number): void {
    this.#chunks++
    this.#bytes += bytes
  }

  costs(): Costs {
    return { rounds: this.#rounds, chunks: this.#chunks, bytes: this.#bytes }
  }
}
