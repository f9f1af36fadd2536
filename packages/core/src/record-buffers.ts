import { LEAF_RECORD_BYTES } from './leaf-record.ts'

/** Most arrays that wait to be used again: those of a read that has all its requests under way. */
const MOST_SPARE = 32

/**
 * Arrays for leaf records that are used again. A long read that leaves each of them to the garbage collector has it go
 * through the whole heap again and again, for the sake of memory that is not in that heap.
 */
export class RecordBuffers {
  readonly #spare: ArrayBuffer[] = []
  /** Bytes of each array that did not come back yet. */
  readonly #out = new WeakMap<ArrayBufferLike, number>()

  /** An array for so many records, with anything in it. */
  take(count: number): Uint8Array<ArrayBuffer> {
    const length = LEAF_RECORD_BYTES * count
    const at = this.#spare.findIndex(({ byteLength }) => byteLength === length)
    return new Uint8Array(at < 0 ? new ArrayBuffer(length) : this.#spare.splice(at, 1)[0]!)
  }

  /** Says that these records go to somebody who will give each of them back, or none. */
  lend(records: Uint8Array): void {
    this.#out.set(records.buffer, records.length)
  }

  /**
   * A record that nobody reads any more. With the last one of its array the array is used again, and who still looks into
   * it finds it empty.
   */
  giveBack(record: Uint8Array): void {
    const { buffer } = record
    const left = (this.#out.get(buffer) ?? 0) - record.length
    if (left > 0) this.#out.set(buffer, left)
    else if (left === 0) this.#reuse(buffer as ArrayBuffer)
  }

  #reuse(buffer: ArrayBuffer): void {
    this.#out.delete(buffer)
    // Older platforms can't empty an array: there it is left to the garbage collector.
    if (!('transfer' in buffer)) return
    this.#spare.push(buffer.transfer())
    if (this.#spare.length > MOST_SPARE) this.#spare.shift()
  }
}
