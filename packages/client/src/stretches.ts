import { BRANCHES, CHUNK_BYTES, type Chunk, chunkSpan } from '@remote-log/core'
import type { Puts } from './puts.ts'

/**
 * Sealed pages on their way up, gathered to stretches that are files of their own: up to 128 from an index that is
 * divisible by 128 on, with the history's inner chunk above them. What is no such stretch goes chunk by chunk. What
 * stands above the pages always goes up behind them.
 */
export class Stretches {
  readonly #puts: Puts
  readonly #whole: boolean
  #pages: Chunk[] = []
  /** Chunks that stand behind the first of the pages gathered. */
  #behind: Chunk[] = []

  /** @param whole whether stretches may go up as files, where the store takes them */
  constructor(puts: Puts, whole: boolean) {
    this.#puts = puts
    this.#whole = whole && puts.takesFiles
  }

  /** @param page the index of a sealed page; undefined for any other chunk */
  async add(chunk: Chunk, page?: number): Promise<void> {
    const gathers = this.#pages.length > 0
    if (page !== undefined && this.#whole && (gathers || page % BRANCHES === 0)) {
      this.#pages.push(chunk)
    } else if (gathers && this.#isRoot(chunk)) {
      const [pages, behind] = this.#take()
      await this.#puts.addFile(pages, chunk)
      for (const one of behind) await this.#puts.add(one)
    } else if (gathers) {
      this.#behind.push(chunk)
    } else {
      await this.#puts.add(chunk)
    }
  }

  /** Hands over what is still gathered, chunk by chunk. */
  async flush(): Promise<void> {
    const [pages, behind] = this.#take()
    for (const chunk of [...pages, ...behind]) await this.#puts.add(chunk)
  }

  #take(): [readonly Chunk[], readonly Chunk[]] {
    const taken: [Chunk[], Chunk[]] = [this.#pages, this.#behind]
    this.#pages = []
    this.#behind = []
    return taken
  }

  /** No node of the directory has such a span: its span is the length of its payload. */
  #isRoot({ bytes }: Chunk): boolean {
    const leaves = this.#pages.length
    return leaves > 1 && chunkSpan(bytes) === leaves * CHUNK_BYTES
  }
}
