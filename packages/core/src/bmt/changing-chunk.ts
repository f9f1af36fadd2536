import { CHUNK_BYTES, SPAN_BYTES } from '../limits.ts'
import { sharedBlockHasher } from './block-hasher.ts'

/** Bytes of a node of a chunk's hash tree. */
const NODE_BYTES = 32
/** Two of them, which are hashed to the one above. */
const BLOCK_BYTES = 64

/**
 * A chunk of which the same few bytes change again and again: only the nodes above them are hashed anew, 8 hashes
 * instead of 128 (`bmt.ts`).
 */
export class ChangingChunk {
  /** span ‖ payload, as of the last change. */
  readonly bytes: Uint8Array
  readonly #at: number
  readonly #length: number
  /** The hash tree, level by level: the 128 segments first, the root last. */
  readonly #levels: Uint8Array[]

  /**
   * @param bytes span ‖ payload; kept and changed
   * @param at where in the payload the changing bytes begin
   * @param length how many they are. @throws RangeError unless the payload has them
   */
  constructor(bytes: Uint8Array, at: number, length: number) {
    if (at < 0 || length < 1 || SPAN_BYTES + at + length > bytes.length) {
      throw new RangeError(`a chunk of ${bytes.length} bytes has no ${length} bytes at ${at}`)
    }
    this.bytes = bytes
    this.#at = at
    this.#length = length
    const segments = new Uint8Array(CHUNK_BYTES)
    segments.set(bytes.subarray(SPAN_BYTES))
    this.#levels = [segments]
    for (let size = CHUNK_BYTES / 2; size >= NODE_BYTES; size /= 2) this.#levels.push(new Uint8Array(size))
    this.#hash(0, CHUNK_BYTES)
  }

  /** Sets the changing bytes; returns the chunk's address, 32 bytes. */
  with(changed: Uint8Array): Uint8Array {
    if (changed.length !== this.#length) {
      throw new RangeError(`${this.#length} bytes change, not ${changed.length}`)
    }
    this.bytes.set(changed, SPAN_BYTES + this.#at)
    this.#levels[0]!.set(changed, this.#at)
    this.#hash(this.#at, this.#at + this.#length)
    const hasher = sharedBlockHasher()
    hasher.buffer.set(this.bytes.subarray(0, SPAN_BYTES))
    hasher.buffer.set(this.#levels.at(-1)!, SPAN_BYTES)
    hasher.hash(1, 40)
    return hasher.buffer.slice(0, NODE_BYTES)
  }

  /**
   * The addresses with one and with another value of the changing bytes, for the price of one: two blocks are hashed at
   * a time. The chunk stays as it is.
   * @throws RangeError where the changing bytes are not all in one block of 64
   */
  either(one: Uint8Array, other: Uint8Array): readonly [Uint8Array, Uint8Array] {
    let block = Math.floor(this.#at / BLOCK_BYTES)
    if (this.#at + this.#length > BLOCK_BYTES * (block + 1)) {
      throw new RangeError(`${this.#length} bytes at ${this.#at} are not in one block`)
    }
    const hasher = sharedBlockHasher()
    const { buffer } = hasher
    const bytes = this.#levels[0]!.subarray(BLOCK_BYTES * block, BLOCK_BYTES * (block + 1))
    for (const [i, changed] of [one, other].entries()) {
      buffer.set(bytes, BLOCK_BYTES * i)
      buffer.set(changed, BLOCK_BYTES * i + (this.#at % BLOCK_BYTES))
    }
    hasher.hash(2, BLOCK_BYTES)
    for (let k = 1; k < this.#levels.length - 1; k++) {
      // Of the two nodes below the next one, this one is its left or its right child.
      const right = block % 2
      const beside = NODE_BYTES * (block + 1 - 2 * right)
      const sibling = this.#levels[k]!.subarray(beside, beside + NODE_BYTES)
      buffer.copyWithin(BLOCK_BYTES + NODE_BYTES * right, NODE_BYTES, BLOCK_BYTES)
      if (right) buffer.copyWithin(NODE_BYTES, 0, NODE_BYTES)
      buffer.set(sibling, NODE_BYTES - NODE_BYTES * right)
      buffer.set(sibling, BLOCK_BYTES + NODE_BYTES - NODE_BYTES * right)
      hasher.hash(2, BLOCK_BYTES)
      block >>= 1
    }
    const span = this.bytes.subarray(0, SPAN_BYTES)
    buffer.copyWithin(2 * SPAN_BYTES + NODE_BYTES, NODE_BYTES, BLOCK_BYTES)
    buffer.copyWithin(SPAN_BYTES, 0, NODE_BYTES)
    buffer.set(span)
    buffer.set(span, SPAN_BYTES + NODE_BYTES)
    hasher.hash(2, 40)
    return [buffer.slice(0, NODE_BYTES), buffer.slice(NODE_BYTES, BLOCK_BYTES)]
  }

  /** Hashes what stands above the bytes `from` to before `to` of the lowest level. */
  #hash(from: number, to: number): void {
    const hasher = sharedBlockHasher()
    let first = Math.floor(from / (2 * NODE_BYTES))
    let last = Math.floor((to - 1) / (2 * NODE_BYTES))
    for (let k = 1; k < this.#levels.length; k++) {
      const count = last - first + 1
      const below = this.#levels[k - 1]!
      hasher.buffer.set(below.subarray(2 * NODE_BYTES * first, 2 * NODE_BYTES * (last + 1)))
      hasher.hash(count, 64)
      this.#levels[k]!.set(hasher.buffer.subarray(0, NODE_BYTES * count), NODE_BYTES * first)
      first >>= 1
      last >>= 1
    }
  }
}
