import { BRANCHES, CHUNK_BYTES, type Chunk, chunkSpan } from '@remote-log/core'
import type { Puts } from './puts.ts'

/**
 * Sealed pages on their way up, gathered to stretches that are files of their own: up to 128 from an index that is
 * divisible by 128 on, with the history's inner chunk above them. What is no such stretch goes chunk by chunk. Pages
 * always go before what stands above them.
 */
export class Stretches {
  readonly #puts: Puts
  #pages: Chunk[] = []

  constructor(puts: Puts) {
    this.#puts = puts
  }

  /** @param page the index of a sealed page; undefined for any other chunk */
  async add(chunk: Chunk, page?: number): Promise<void> {
    if (page === undefined) return this.#close(chunk)
    if (!this.#puts.takesFiles || (this.#pages.length === 0 && page % BRANCHES !== 0)) {
      return this.#puts.add(chunk)
    }
    // Another chunk came in between only where directory nodes are full; the pages stay together.
    this.#pages.push(chunk)
  }

  async flush(): Promise<void> {
    const pages = this.#pages
    this.#pages = []
    for (const page of pages) await this.#puts.add(page)
  }

  async #close(chunk: Chunk): Promise<void> {
    const leaves = this.#pages
    // No node of the directory has such a span: its span is its payload's length.
    if (leaves.length < 2 || chunkSpan(chunk.bytes) !== leaves.length * CHUNK_BYTES) {
      return this.#puts.addLater(chunk)
    }
    this.#pages = []
    await this.#puts.addFile(leaves, chunk)
  }
}
