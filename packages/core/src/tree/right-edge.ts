import { makeChunk } from '../bmt/make-chunk.ts'
import type { Chunk } from '../chunk.ts'
import { BRANCHES, CHUNK_BYTES } from '../limits.ts'
import { REFERENCE_BYTES, type Reference, referenceToBytes } from '../reference.ts'

interface Subtree {
  readonly reference: Reference
  readonly span: number
}

/**
 * The growing side of a Swarm file tree: for each level, the complete subtrees that are not yet part of a complete
 * parent. Everything left of it is final. (docs/spec.md section 4.)
 */
export class RightEdge {
  /** Level k holds references of subtrees of 4096 * 128^k bytes; 0 to 127 of them, the highest level at least one. */
  readonly #levels: Reference[][]

  constructor(levels: readonly (readonly Reference[])[] = []) {
    this.#levels = levels.map(level => [...level])
  }

  get levels(): readonly (readonly Reference[])[] {
    return this.#levels
  }

  /** Adds a full leaf. Returns the inner chunks that it completes, children first. */
  append(leaf: Reference): Chunk[] {
    const completed: Chunk[] = []
    let child = leaf
    for (let k = 0; ; k++) {
      if (k === this.#levels.length) this.#levels.push([])
      const level = this.#levels[k]!
      level.push(child)
      if (level.length < BRANCHES) return completed
      const parent = innerChunk(level, CHUNK_BYTES * BRANCHES ** (k + 1))
      completed.push(parent)
      child = parent.reference
      this.#levels[k] = []
    }
  }

  /**
   * The root as of now, with `rest` (a last leaf that is not full) behind the full ones, and the inner chunks that
   * only this root needs, children first. Undefined where there is nothing at all.
   */
  root(rest?: Subtree): { reference: Reference; chunks: Chunk[] } | undefined {
    const chunks: Chunk[] = []
    let right = rest
    for (const [k, level] of this.#levels.entries()) {
      if (level.length === 0) continue
      const full = CHUNK_BYTES * BRANCHES ** k
      const children = right ? [...level, right.reference] : level
      const span = level.length * full + (right?.span ?? 0)
      if (children.length === 1) {
        right = { reference: children[0]!, span }
      } else {
        const chunk = innerChunk(children, span)
        chunks.push(chunk)
        right = { reference: chunk.reference, span }
      }
    }
    return right && { reference: right.reference, chunks }
  }
}

function innerChunk(children: readonly Reference[], span: number): Chunk {
  const payload = new Uint8Array(REFERENCE_BYTES * children.length)
  for (const [i, child] of children.entries()) payload.set(referenceToBytes(child), REFERENCE_BYTES * i)
  return makeChunk(payload, span)
}
