import { CorruptError } from '../errors.ts'
import { WIRE_BYTES, WIRE_FIXED32, WIRE_FIXED64, WIRE_VARINT } from '../page/wire.ts'

/** A field of a message; `range` (from, to) is there where its wire type is bytes. */
export interface RfcField {
  readonly number: number
  readonly range?: readonly [from: number, to: number]
}

/** Groups, deprecated in protobuf and still legal on the wire. */
const WIRE_GROUP_START = 3
const WIRE_GROUP_END = 4
/** How deep unknown groups may nest: what protobuf's own parsers allow. */
const MAX_GROUP_DEPTH = 100
/** Highest legal field number: 29 bits. */
const MAX_FIELD_NUMBER = 2 ** 29 - 1

/** Walks the fields of a protobuf message in any legal encoding. @throws CORRUPT */
export class RfcReader {
  private readonly bytes: Uint8Array
  private readonly end: number
  private at: number

  constructor(bytes: Uint8Array, from: number, to: number) {
    this.bytes = bytes
    this.at = from
    this.end = to
  }

  /** The next field, or undefined at the end. */
  next(): RfcField | undefined {
    if (this.at === this.end) return undefined
    const { number, wire } = this.tag()
    if (wire === WIRE_BYTES) return { number, range: this.lengthDelimited() }
    this.skip(number, wire, 0)
    return { number }
  }

  private tag(): { number: number; wire: number } {
    const tag = this.varint()
    const number = Math.floor(tag / 8)
    if (number < 1 || number > MAX_FIELD_NUMBER) this.corrupt(`field number ${number}`)
    return { number, wire: tag % 8 }
  }

  private skip(number: number, wire: number, depth: number): void {
    if (wire === WIRE_VARINT) this.varint()
    else if (wire === WIRE_FIXED64) this.advance(8)
    else if (wire === WIRE_FIXED32) this.advance(4)
    else if (wire === WIRE_BYTES) this.lengthDelimited()
    else if (wire === WIRE_GROUP_START) this.skipGroup(number, depth + 1)
    else this.corrupt(`wire type ${wire}`)
  }

  private skipGroup(number: number, depth: number): void {
    if (depth > MAX_GROUP_DEPTH) this.corrupt(`groups nested deeper than ${MAX_GROUP_DEPTH}`)
    for (;;) {
      const inner = this.tag()
      if (inner.wire !== WIRE_GROUP_END) {
        this.skip(inner.number, inner.wire, depth)
      } else if (inner.number === number) {
        return
      } else {
        this.corrupt(`the end of group ${inner.number} inside group ${number}`)
      }
    }
  }

  private lengthDelimited(): readonly [number, number] {
    const length = this.varint()
    const from = this.at
    this.advance(length)
    return [from, this.at]
  }

  private advance(length: number): void {
    if (length > this.end - this.at) this.corrupt('a field that is cut off')
    this.at += length
  }

  /** Up to 10 bytes, longer than needed or not; above 2^53 rounded, which only unknown fields can have. */
  private varint(): number {
    let value = 0
    for (let count = 0; count < 10; count++) {
      this.advance(1)
      const byte = this.bytes[this.at - 1]!
      value += (byte & 0x7f) * 2 ** (7 * count)
      if (byte < 0x80) return value
    }
    return this.corrupt('a number of more than 64 bits')
  }

  private corrupt(what: string): never {
    throw new CorruptError(`no protobuf message: ${what} at byte ${this.at}`, { byte: this.at })
  }
}
