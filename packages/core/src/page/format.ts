import { CHUNK_BYTES, SALT_BYTES } from '../limits.ts'
import { MESSAGE_ID_BYTES } from '../message-id.ts'
import { REFERENCE_BYTES } from '../reference.ts'
import { fieldKey, WIRE_BYTES, WIRE_FIXED32, WIRE_FIXED64, WIRE_VARINT } from './wire.ts'

/** Version of the page format, low 4 bits of the format byte. */
export const PAGE_VERSION = 1
/** Payload encoding, bits 4 to 6 of the format byte: plain. The rest is reserved for encryption. */
export const PLAIN_ENCODING = 0
/** The format byte of the pages written here. */
export const FORMAT_BYTE = (PLAIN_ENCODING << 4) | PAGE_VERSION

/** What stands in front of each field of a page (docs/spec.md section 2.1). `pair` and `tail` are the RFC's. */
export const PAGE_KEYS = {
  pair: fieldKey(1, WIRE_BYTES),
  tail: fieldKey(2, WIRE_BYTES, REFERENCE_BYTES),
  format: fieldKey(10, WIRE_VARINT),
  log: fieldKey(11, WIRE_BYTES, 32),
  firstSeq: fieldKey(12, WIRE_FIXED64),
  baseTimestamp: fieldKey(13, WIRE_FIXED64),
  salt: fieldKey(14, WIRE_FIXED64),
  padding: fieldKey(15, WIRE_BYTES),
  history: fieldKey(16, WIRE_BYTES, REFERENCE_BYTES),
  sealedPages: fieldKey(17, WIRE_FIXED32),
  directory: fieldKey(18, WIRE_BYTES, REFERENCE_BYTES),
} as const

/** What stands in front of each field of a pair (section 2.3). The first three are the RFC's. */
export const PAIR_KEYS = {
  remoteHash: fieldKey(1, WIRE_BYTES, REFERENCE_BYTES),
  localHash: fieldKey(2, WIRE_BYTES, MESSAGE_ID_BYTES),
  data: fieldKey(3, WIRE_BYTES),
  delta: fieldKey(10, WIRE_VARINT),
  length: fieldKey(11, WIRE_VARINT),
} as const

/** Offset of the salt's field: what lies before it (format, log, first seq, base) is the page's identity. */
export const SALT_OFFSET =
  PAGE_KEYS.format.length +
  1 +
  PAGE_KEYS.log.length +
  32 +
  PAGE_KEYS.firstSeq.length +
  8 +
  PAGE_KEYS.baseTimestamp.length +
  8

/** Offset of the 8 bytes of salt. */
export const SALT_BYTES_OFFSET = SALT_OFFSET + PAGE_KEYS.salt.length

const TAIL_FIELD_BYTES = PAGE_KEYS.tail.length + REFERENCE_BYTES

/** Bytes of the fields that only a head page has. */
export const ROOTS_BYTES =
  PAGE_KEYS.history.length +
  REFERENCE_BYTES +
  PAGE_KEYS.sealedPages.length +
  4 +
  PAGE_KEYS.directory.length +
  REFERENCE_BYTES

/** Bytes before a sealed page's first pair: 97, in a log's first page 63. */
export function sealedHeaderBytes(hasTail: boolean): number {
  return SALT_OFFSET + PAGE_KEYS.salt.length + SALT_BYTES + (hasTail ? TAIL_FIELD_BYTES : 0)
}

/** Bytes before a head page's first pair: 173, in a log's first page 139. */
export function headHeaderBytes(hasTail: boolean): number {
  return sealedHeaderBytes(hasTail) + ROOTS_BYTES
}

/** Size of every sealed page, and the most a head page may have, in bytes: one chunk. */
export const PAGE_BYTES = CHUNK_BYTES
