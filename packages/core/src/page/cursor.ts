import type { Reject } from './rules.ts'

const TWO_32 = 2 ** 32
/** A varint of 64 bits has at most 10 bytes, the last of them 0 or 1. */
const MAX_VARINT_BYTES = 10

/** Reads a page's fields strictly in order. Whatever is cut off, misplaced or longer than needed is `canonical`. */
export class Cursor {
  readonly bytes: Uint8Array
  readonly reject: Reject
  at = 0
  end: number

  constructor(bytes: Uint8Array, reject: Reject) {
    this.bytes = bytes
    this.reject = reject
    this.end = bytes.length
  }

  /** Whether a field with this key comes next. */
  starts(key: Uint8Array): boolean {
    const { bytes, at, end } = this
    // Nearly all that do not come next differ in the first byte.
    if (at >= end || bytes[at] !== key[0] || at + key.length > end) return false
    for (let i = 1; i < key.length; i++) if (bytes[at + i] !== key[i]) return false
    return true
  }

  /** Moves past a field's key, which must be there. */
  key(key: Uint8Array, what: string): void {
    if (!this.starts(key)) this.canonical(`expected the field ${what}`)
    this.at += key.length
  }

  /** The next `length` bytes, as a view. */
  take(length: number, what: string): Uint8Array {
    const from = this.at
    this.skip(length, what)
    return this.bytes.subarray(from, this.at)
  }

  /** Moves past the next `length` bytes. */
  skip(length: number, what: string): void {
    if (this.at + length > this.end) this.canonical(`${what} is cut off`)
    this.at += length
  }

  byte(what: string): number {
    if (this.at >= this.end) this.canonical(`${what} is cut off`)
    return this.bytes[this.at++]!
  }

  /** A field of bytes of constant length. */
  field(key: Uint8Array, length: number, what: string): Uint8Array {
    this.key(key, what)
    return this.take(length, what)
  }

  /** A minimal varint. Above 2^53 the value is rounded: callers have lower bounds. */
  varint(what: string): number {
    const first = this.byte(what)
    return first < 0x80 ? first : (first & 0x7f) + 0x80 * this.varintRest(what)
  }

  /** A minimal zigzag varint. From magnitude 2^53 on the value is rounded: callers have lower bounds. */
  zigzag(what: string): number {
    const first = this.byte(what)
    const magnitude = ((first & 0x7f) >> 1) + (first < 0x80 ? 0 : 64 * this.varintRest(what))
    return (first & 1) === 0 ? magnitude : -magnitude - 1
  }

  fixed32(what: string): number {
    if (this.at + 4 > this.end) this.canonical(`${what} is cut off`)
    const { bytes, at } = this
    this.at += 4
    return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  }

  /** Little endian, 64 bits; `range` above 2^53-1. */
  fixed64(what: string): number {
    const low = this.fixed32(what)
    const value = low + TWO_32 * this.fixed32(what)
    if (value > Number.MAX_SAFE_INTEGER) this.reject('range', `${what} is above 2^53-1`)
    return value
  }

  canonical(message: string): never {
    return this.reject('canonical', `${message} at byte ${this.at}`, { byte: this.at })
  }

  /** The value of a varint's bytes behind its first. */
  private varintRest(what: string): number {
    let value = 0
    let scale = 1
    for (let count = 2; count <= MAX_VARINT_BYTES; count++) {
      const byte = this.byte(what)
      value += (byte & 0x7f) * scale
      scale *= 0x80
      if (byte >= 0x80) continue
      if (byte === 0) this.canonical(`${what} has a longer number than needed`)
      if (count === MAX_VARINT_BYTES && byte > 1) this.canonical(`${what} has a number of more than 64 bits`)
      return value
    }
    return this.canonical(`${what} has a number of more than 64 bits`)
  }
}
