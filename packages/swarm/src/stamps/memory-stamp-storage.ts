import type { StampStorage } from './stamp-storage.ts'

/** For tests and throw-away batches: with the process goes the knowledge of which slots are in use. */
export class MemoryStampStorage implements StampStorage {
  readonly #records = new Map<number, Uint8Array>()

  async *records(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let n = 0; this.#records.has(n); n++) yield this.#records.get(n)!
  }

  async put(number: number, record: Uint8Array): Promise<void> {
    this.#records.set(number, record.slice())
  }

  async close(): Promise<void> {}
}
