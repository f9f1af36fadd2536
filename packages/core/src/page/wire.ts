/** The protobuf wire types that pages use, and the smallest encodings of their numbers. */

export const WIRE_VARINT = 0
export const WIRE_FIXED64 = 1
export const WIRE_BYTES = 2
export const WIRE_FIXED32 = 5

const TWO_32 = 2 ** 32

/** Bytes of the minimal varint of an integer 0 .. 2^53-1. */
export function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++
  return size
}

/**
 * A zigzag number is 2m for delta m >= 0 and 2m + 1 for delta -m - 1. Kept as these two parts, because deltas
 * between timestamps of 53 bits reach 54 bits, past what a number holds exactly.
 */
const zigzagMagnitude = (delta: number) => (delta < 0 ? -delta - 1 : delta)

/** Bytes of the minimal zigzag varint of an integer of magnitude below 2^53. */
export function zigzagSize(delta: number): number {
  const magnitude = zigzagMagnitude(delta)
  return magnitude < 64 ? 1 : 1 + varintSize(Math.floor(magnitude / 64))
}

/** What stands in front of a field: the tag as a varint, and for bytes of constant length that length too. */
export function fieldKey(field: number, wire: number, length?: number): Uint8Array {
  const tag = field * 8 + wire
  const writer = new Writer(varintSize(tag) + (length === undefined ? 0 : varintSize(length)))
  writer.varint(tag)
  if (length !== undefined) writer.varint(length)
  return writer.bytes
}

/** Writes into bytes whose size was computed beforehand. */
export class Writer {
  readonly bytes: Uint8Array
  at = 0

  constructor(size: number) {
    this.bytes = new Uint8Array(size)
  }

  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }

  varint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.bytes[this.at++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.bytes[this.at++] = rest
  }

  zigzag(delta: number): void {
    const magnitude = zigzagMagnitude(delta)
    const low = (magnitude % 64) * 2 + (delta < 0 ? 1 : 0)
    if (magnitude < 64) {
      this.bytes[this.at++] = low
    } else {
      this.bytes[this.at++] = low | 0x80
      this.varint(Math.floor(magnitude / 64))
    }
  }

  fixed32(value: number): void {
    for (let i = 0; i < 4; i++) this.bytes[this.at++] = value >>> (8 * i)
  }

  fixed64(value: number): void {
    this.fixed32((value % TWO_32) >>> 0)
    this.fixed32(Math.floor(value / TWO_32))
  }
}
