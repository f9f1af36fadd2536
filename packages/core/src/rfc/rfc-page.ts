import { fieldKey, varintSize, WIRE_BYTES, Writer } from '../page/wire.ts'
import { RfcReader } from './rfc-reader.ts'

/** An entry of a plain RFC 3 page; a field that is not on the wire is undefined. */
export interface RfcPair {
  readonly remoteHash?: Uint8Array | undefined
  readonly localHash?: Uint8Array | undefined
  readonly data?: Uint8Array | undefined
}

/** A plain RFC 3/REMOTE-LOG page: pairs, and the reference of the page before. */
export interface RfcPage {
  readonly pairs: readonly RfcPair[]
  readonly tail?: Uint8Array | undefined
}

/** Field numbers of RFC 3's `RemoteLog` and `RemoteLog.Pair`. */
const PAGE_PAIR = 1
const PAGE_TAIL = 2
const PAIR_FIELDS = ['remoteHash', 'localHash', 'data'] as const

/**
 * Reads a plain RFC 3 page (docs/spec.md section 2.7): any legal protobuf encoding, in any order, the last of repeated
 * single fields, unknown fields skipped. Says nothing about a log: such a page is never part of one. Pages of a log
 * read this way give their pairs and tail.
 * @throws CORRUPT where the bytes are no protobuf message; `details.byte` is the offset
 */
export function decodeRfcPage(bytes: Uint8Array): RfcPage {
  const pairs: RfcPair[] = []
  let tail: Uint8Array | undefined
  const reader = new RfcReader(bytes, 0, bytes.length)
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === PAGE_PAIR && field.range) pairs.push(decodePair(bytes, field.range))
    if (field.number === PAGE_TAIL && field.range) tail = bytes.subarray(...field.range)
  }
  return tail ? { pairs, tail } : { pairs }
}

function decodePair(bytes: Uint8Array, range: readonly [number, number]): RfcPair {
  const pair: { -readonly [K in keyof RfcPair]: RfcPair[K] } = {}
  const reader = new RfcReader(bytes, ...range)
  for (let field = reader.next(); field; field = reader.next()) {
    const name = PAIR_FIELDS[field.number - 1]
    if (name && field.range) pair[name] = bytes.subarray(...field.range)
  }
  return pair
}

/** Writes a plain RFC 3 page, fields in the order of their numbers, nothing for what is undefined. */
export function encodeRfcPage({ pairs, tail }: RfcPage): Uint8Array {
  const fields = pairs.map(pair =>
    bytesField(
      PAGE_PAIR,
      PAIR_FIELDS.flatMap((name, i) => {
        const value = pair[name]
        return value ? [bytesField(i + 1, [value])] : []
      }),
    ),
  )
  if (tail) fields.push(bytesField(PAGE_TAIL, [tail]))
  return join(fields)
}

function bytesField(number: number, parts: readonly Uint8Array[]): Uint8Array {
  const content = join(parts)
  const key = fieldKey(number, WIRE_BYTES)
  const writer = new Writer(key.length + varintSize(content.length) + content.length)
  writer.raw(key)
  writer.varint(content.length)
  writer.raw(content)
  return writer.bytes
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer(parts.reduce((sum, part) => sum + part.length, 0))
  for (const part of parts) writer.raw(part)
  return writer.bytes
}
