import { CorruptError } from '../errors.ts'
import { bytesToHex, parseHex } from '../hex.ts'
import { MAX_CAUSAL_DEPENDENCIES, MAX_LAMPORT } from '../limits.ts'
import type { LogHash } from '../log-id.ts'
import { MESSAGE_ID_BYTES, type MessageId, messageIdFromBytes, messageIdToBytes } from '../message-id.ts'
import { Cursor } from '../page/cursor.ts'
import { fieldKey, varintSize, WIRE_BYTES, WIRE_FIXED32, WIRE_VARINT, Writer } from '../page/wire.ts'

/** An entry of a log: its place, and the message id that stands there. */
export interface EntryName {
  readonly log: LogHash
  readonly seq: number
  readonly id: MessageId
}

/** What an entry says of its place in the causal order of a group (docs/spec.md, section 16). */
export interface CausalHeader {
  /** Lamport time: milliseconds since 1970 or more, 0 to 2^48-1. */
  readonly lamport: number
  /** Entries of other logs, at most one of each. That the entry before it in its own log comes first goes without saying. */
  readonly dependencies: readonly EntryName[]
}

/** A payload as a group reads it: its content begins behind so many bytes. */
export type Envelope =
  | { readonly kind: 'causal'; readonly header: CausalHeader; readonly contentAt: number }
  /** No envelope, or one around content that looks like one. With `fault`, it looks like one and breaks a rule. */
  | { readonly kind: 'plain'; readonly contentAt: number; readonly fault?: string }
  /** Of a version that this code does not know: what it depends on can't be told. */
  | { readonly kind: 'unknown'; readonly version: number }

/** No text begins so: the first byte is none of UTF-8. Then come "RLC" and the version. */
const MARKER = Uint8Array.of(...fieldKey(127, WIRE_FIXED32), 0x52, 0x4c, 0x43)
const VERSION = 1
const MARKER_BYTES = MARKER.length + 1
/** `lamport_timestamp`, `causal_history` and `content` have the numbers that SDS gives them. */
const KEYS = {
  lamport: fieldKey(10, WIRE_VARINT),
  history: fieldKey(11, WIRE_BYTES),
  content: fieldKey(20, WIRE_BYTES),
  /** Of SDS's `HistoryEntry`: `message_id` and `sender_id`, as bytes; the seq is ours. */
  id: fieldKey(1, WIRE_BYTES, MESSAGE_ID_BYTES),
  log: fieldKey(3, WIRE_BYTES, 32),
  seq: fieldKey(10, WIRE_VARINT),
} as const

/** Bytes of a payload within which an envelope says all but its content. */
export const ENVELOPE_HEADER_BYTES = 4096

/**
 * A payload whose entry has this place in the causal order.
 * @param own the log that it is for
 * @throws RangeError where the header breaks a rule of docs/spec.md, section 16
 */
export function encodeEnvelope(header: CausalHeader, content: Uint8Array, own: LogHash): Uint8Array {
  const { lamport } = header
  const dependencies = header.dependencies.toSorted((a, b) => (a.log < b.log ? -1 : 1))
  const fault = faultOf({ lamport, dependencies }, own)
  if (fault !== undefined) throw new RangeError(`no causal header: ${fault}`)
  const items = dependencies.map(encodeDependency)
  const history = items.reduce((sum, item) => sum + KEYS.history.length + 1 + item.length, 0)
  return assemble(KEYS.lamport.length + varintSize(lamport) + history, content, writer => {
    writer.raw(KEYS.lamport)
    writer.varint(lamport)
    for (const item of items) {
      writer.raw(KEYS.history)
      writer.varint(item.length)
      writer.raw(item)
    }
  })
}

/** The payload of an entry without causal header: the content itself, but where that would be taken for an envelope. */
export function plainPayload(content: Uint8Array): Uint8Array {
  return looksLikeOne(content) ? assemble(0, content, () => {}) : content
}

/**
 * Reads what stands in front of a payload's content.
 * @param start the payload's first bytes: all of them, or `ENVELOPE_HEADER_BYTES`
 * @param length bytes of the whole payload
 * @param own the log in which it stands
 */
export function readEnvelope(start: Uint8Array, length: number, own: LogHash): Envelope {
  if (!looksLikeOne(start)) return { kind: 'plain', contentAt: 0 }
  const version = start[MARKER.length]!
  if (version !== VERSION) return { kind: 'unknown', version }
  try {
    return decode(start, length, own)
  } catch (error) {
    if (error instanceof CorruptError) return { kind: 'plain', contentAt: 0, fault: error.message }
    throw error
  }
}

function decode(start: Uint8Array, length: number, own: LogHash): Envelope {
  const cursor = new Cursor(start, (_rule, message) => {
    throw new CorruptError(message)
  })
  cursor.skip(MARKER_BYTES, 'marker')
  const causal = cursor.starts(KEYS.lamport)
  const header = causal ? decodeHeader(cursor) : undefined
  cursor.key(KEYS.content, 'content')
  const stated = cursor.varint('content')
  const contentAt = cursor.at
  if (contentAt + stated !== length)
    throw new CorruptError(`content has ${length - contentAt} bytes, not ${stated}`)
  if (!header) {
    if (looksLikeOne(start.subarray(contentAt))) return { kind: 'plain', contentAt }
    throw new CorruptError('an envelope without causal header around content that needs none')
  }
  const fault = faultOf(header, own)
  if (fault !== undefined) throw new CorruptError(fault)
  return { kind: 'causal', header, contentAt }
}

function decodeHeader(cursor: Cursor): CausalHeader {
  cursor.key(KEYS.lamport, 'lamport_timestamp')
  const lamport = cursor.varint('lamport_timestamp')
  const dependencies: EntryName[] = []
  const whole = cursor.end
  while (cursor.starts(KEYS.history)) {
    cursor.key(KEYS.history, 'causal_history')
    const size = cursor.varint('causal_history')
    if (cursor.at + size > whole) cursor.canonical('causal_history is cut off')
    cursor.end = cursor.at + size
    const id = messageIdFromBytes(cursor.field(KEYS.id, MESSAGE_ID_BYTES, 'message_id'))
    const log = bytesToHex(cursor.field(KEYS.log, 32, 'sender_id')) as LogHash
    cursor.key(KEYS.seq, 'seq')
    const seq = cursor.varint('seq')
    if (cursor.at !== cursor.end) cursor.canonical('more than the fields of a dependency')
    cursor.end = whole
    dependencies.push({ log, seq, id })
  }
  return { lamport, dependencies }
}

/** What the header can't say. */
function faultOf({ lamport, dependencies }: CausalHeader, own: LogHash): string | undefined {
  if (!isUpTo(lamport, MAX_LAMPORT)) return `the Lamport time ${lamport} is outside 0 .. 2^48-1`
  if (dependencies.length > MAX_CAUSAL_DEPENDENCIES)
    return `${dependencies.length} dependencies are more than ${MAX_CAUSAL_DEPENDENCIES}`
  for (const [i, { log, seq }] of dependencies.entries()) {
    if (!isUpTo(seq, Number.MAX_SAFE_INTEGER)) return `the seq ${seq} of a dependency is outside 0 .. 2^53-1`
    if (log === own) return 'a dependency is in the log itself'
    if (i > 0 && log <= dependencies[i - 1]!.log) return 'dependencies are not in the order of their logs'
  }
  return undefined
}

function isUpTo(value: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= most
}

function encodeDependency({ log, seq, id }: EntryName): Uint8Array {
  const writer = new Writer(
    KEYS.id.length + MESSAGE_ID_BYTES + KEYS.log.length + 32 + KEYS.seq.length + varintSize(seq),
  )
  writer.raw(KEYS.id)
  writer.raw(messageIdToBytes(id))
  writer.raw(KEYS.log)
  writer.raw(parseHex(log, 32, 'a log hash'))
  writer.raw(KEYS.seq)
  writer.varint(seq)
  return writer.bytes
}

function assemble(
  headerBytes: number,
  content: Uint8Array,
  writeHeader: (writer: Writer) => void,
): Uint8Array {
  const contentBytes = KEYS.content.length + varintSize(content.length) + content.length
  const writer = new Writer(MARKER_BYTES + headerBytes + contentBytes)
  writer.raw(MARKER)
  writer.raw(Uint8Array.of(VERSION))
  writeHeader(writer)
  writer.raw(KEYS.content)
  writer.varint(content.length)
  writer.raw(content)
  return writer.bytes
}

function looksLikeOne(bytes: Uint8Array): boolean {
  return bytes.length >= MARKER_BYTES && MARKER.every((byte, i) => bytes[i] === byte)
}
