import { makeChunk } from '../bmt/make-chunk.ts'
import type { Chunk } from '../chunk.ts'
import { CHUNK_BYTES } from '../limits.ts'
import type { Reference } from '../reference.ts'
import { RightEdge } from './right-edge.ts'

/** What a file became: its root, its length in bytes, and the last chunks. */
export interface SplitFile {
  readonly root: Reference
  readonly length: number
  readonly chunks: Chunk[]
}

/**
 * Cuts a stream of bytes into the chunks of a Swarm file at redundancy level 0, as Bee's splitter does
 * (docs/spec.md section 4). Chunks come out, children first, as soon as they can't change any more; memory stays at
 * one chunk and one reference per open child.
 */
export class FileSplitter {
  readonly #edge = new RightEdge()
  readonly #leaf = new Uint8Array(CHUNK_BYTES)
  #filled = 0
  #length = 0
  #finished = false

  /** Adds any number of bytes. @throws TypeError after `finish`, RangeError if the file passes 2^53-1 bytes */
  push(data: Uint8Array): Chunk[] {
    if (this.#finished) throw new TypeError('the file is finished')
    if (this.#length + data.length > Number.MAX_SAFE_INTEGER) throw new RangeError('the file is too long')
    this.#length += data.length
    const chunks: Chunk[] = []
    for (let at = 0; at < data.length; ) {
      const part = data.subarray(at, at + CHUNK_BYTES - this.#filled)
      this.#leaf.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
      if (this.#filled === CHUNK_BYTES) {
        const leaf = makeChunk(this.#leaf)
        chunks.push(leaf, ...this.#edge.append(leaf.reference))
        this.#filled = 0
      }
    }
    return chunks
  }

  /** Ends the file. `chunks` are those that `push` did not return. @throws TypeError if called twice */
  finish(): SplitFile {
    if (this.#finished) throw new TypeError('the file is finished')
    this.#finished = true
    const last =
      this.#filled > 0 || this.#length === 0 ? makeChunk(this.#leaf.subarray(0, this.#filled)) : undefined
    const { reference, chunks } = this.#edge.root(last && { reference: last.reference, span: this.#filled })!
    return { root: reference, length: this.#length, chunks: last ? [last, ...chunks] : chunks }
  }
}
