import { type Reject, rejector } from '../page/rules.ts'
import type { Reference } from '../reference.ts'
import { refuse } from './proof-error.ts'
import { addSegments } from './segments.ts'

/** A varint of 64 bits has at most 10 bytes, the last of them 0 or 1: 9 x 7 bits come before that. */
const LAST_VARINT_SHIFT = 63n

/**
 * Goes through a page of which some segments are known, and keeps account of those that it reads (the contract's
 * PageReader). A prover runs it on the whole page to learn which segments to prove.
 */
export class SparsePage {
  readonly reference: Reference
  /** Segments that were read. */
  readonly read = new Set<number>()
  readonly reject: Reject
  /** Of the next byte. */
  offset = 0
  /** Behind the last byte that may be read. */
  end: number
  readonly #payload: Uint8Array
  readonly #proven: ReadonlySet<number> | undefined

  /**
   * @param payload the page; anything where it is not proven
   * @param length bytes of the page
   * @param proven the known segments; all if left out
   */
  constructor(reference: Reference, payload: Uint8Array, length: number, proven?: ReadonlySet<number>) {
    this.reference = reference
    this.end = length
    this.#payload = payload
    this.#proven = proven
    this.reject = rejector(() => ({ reference }))
  }

  /** The next byte, without moving on; undefined at the end. */
  peek(): number | undefined {
    return this.offset === this.end ? undefined : this.#bytes(this.offset, 1)[0]
  }

  byte(): number {
    return this.take(1)[0]!
  }

  /** The next bytes, as a view. @throws INVALID_PAGE (`canonical`) past the end, CORRUPT (`SegmentsMissing`) */
  take(count: number): Uint8Array {
    if (this.offset + count > this.end) this.canonical()
    const bytes = this.#bytes(this.offset, count)
    this.offset += count
    return bytes
  }

  /** Reads what can only be these bytes. */
  expect(...wanted: readonly number[]): void {
    const bytes = this.take(wanted.length)
    if (wanted.some((byte, i) => byte !== bytes[i])) this.canonical()
  }

  /** Moves on without reading. */
  skip(count: number): void {
    this.offset += count
  }

  /** A copy of bytes from elsewhere in the page. */
  copy(from: number, count: number): Uint8Array {
    return this.#bytes(from, count).slice()
  }

  /** A minimal varint of at most 64 bits. */
  varint(): bigint {
    const first = this.byte()
    if (first < 0x80) return BigInt(first)
    let value = BigInt(first & 0x7f)
    for (let shift = 7n; ; shift += 7n) {
      const next = this.byte()
      value |= BigInt(next & 0x7f) << shift
      if (next === 0 || (shift === LAST_VARINT_SHIFT && next > 1)) this.canonical()
      if (next < 0x80) return value
    }
  }

  /** A seq or timestamp of 8 bytes, little endian. */
  number(): number {
    const bytes = this.take(8)
    const value = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true)
    if (value > Number.MAX_SAFE_INTEGER) this.reject('range', `a number is above 2^53-1`)
    return Number(value)
  }

  canonical(): never {
    return this.reject('canonical', `not the bytes of a page before byte ${this.offset}`)
  }

  /** Says that nothing more is read. @throws CORRUPT (`SegmentsNotRead`) */
  finish(): void {
    const superfluous = [...(this.#proven ?? [])].filter(i => !this.read.has(i))
    if (superfluous.length > 0) {
      refuse('SegmentsNotRead', `of page ${this.reference} segments are proven that nothing needs`, {
        page: this.reference,
        segments: superfluous.join(),
      })
    }
  }

  #bytes(from: number, count: number): Uint8Array {
    const segments = new Set<number>()
    addSegments(segments, from, from + count)
    const missing = [...segments].filter(i => this.#proven?.has(i) === false)
    if (missing.length > 0) {
      refuse('SegmentsMissing', `of page ${this.reference} segments are not proven that are needed`, {
        page: this.reference,
        segments: missing.join(),
      })
    }
    for (const i of segments) this.read.add(i)
    return this.#payload.subarray(from, from + count)
  }
}
