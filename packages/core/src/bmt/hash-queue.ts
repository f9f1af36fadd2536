import type { HashWorker } from './hash-worker.ts'

/** Arrays of records at the worker: one that it works on, and one so that it need not wait. */
const MOST_AT_WORKER = 2

interface Waiting {
  readonly records: Uint8Array<ArrayBuffer>
  /** A smaller one goes first. */
  readonly turn: number
  readonly answer: PromiseWithResolvers<Uint8Array>
}

/**
 * What waits for a worker that hashes, by turn: of many reads at once, the one that began first gets on first, so that
 * what it brings is done with while the others still come.
 */
export class HashQueue {
  readonly #worker: HashWorker
  readonly #waiting: Waiting[] = []
  #atWorker = 0

  constructor(worker: HashWorker) {
    this.#worker = worker
  }

  /** As {@link HashWorker.hash}, when it is this one's turn. @throws UNAVAILABLE where the worker ends before it answers */
  hash(records: Uint8Array<ArrayBuffer>, turn: number): Promise<Uint8Array> {
    const answer = Promise.withResolvers<Uint8Array>()
    const behind = this.#waiting.findIndex(other => other.turn > turn)
    this.#waiting.splice(behind < 0 ? this.#waiting.length : behind, 0, { records, turn, answer })
    this.#next()
    return answer.promise
  }

  #next(): void {
    while (this.#atWorker < MOST_AT_WORKER) {
      const first = this.#waiting.shift()
      if (!first) return
      this.#atWorker++
      const { resolve, reject } = first.answer
      this.#worker
        .hash(first.records)
        .finally(() => {
          this.#atWorker--
          this.#next()
        })
        .then(resolve, reject)
    }
  }
}
