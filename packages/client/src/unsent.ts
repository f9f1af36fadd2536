import {
  bytesToHex,
  type Content,
  LocalDamagedError,
  type MessageId,
  parseHex,
  type Reference,
} from '@remote-log/core'

/** An entry that is durable on this device and not yet in a published head. */
export interface Unsent {
  readonly timestamp: number
  readonly id: MessageId
  readonly content: Content
  /** Where its payload's chunks wait for upload; by reference only. */
  readonly staging?: number | undefined
}

const VERSION = 1
const EMBEDDED = 0
const BY_REFERENCE = 1
const HEADER_BYTES = 42

/** version 1, kind 1, timestamp 8, id 32, then the payload, or reference 32, length 8, staging 8. Big endian. */
export function encodeUnsent({ timestamp, id, content, staging }: Unsent): Uint8Array {
  const embedded = content.kind === 'embedded'
  const bytes = new Uint8Array(HEADER_BYTES + (embedded ? content.data.length : 48))
  const view = new DataView(bytes.buffer)
  bytes[0] = VERSION
  bytes[1] = embedded ? EMBEDDED : BY_REFERENCE
  view.setBigUint64(2, BigInt(timestamp))
  bytes.set(parseHex(id, 32, 'a message id'), 10)
  if (embedded) {
    bytes.set(content.data, HEADER_BYTES)
  } else {
    bytes.set(parseHex(content.reference, 32, 'a reference'), HEADER_BYTES)
    view.setBigUint64(HEADER_BYTES + 32, BigInt(content.length))
    view.setBigUint64(HEADER_BYTES + 40, BigInt(staging ?? 0))
  }
  return bytes
}

/** @throws LOCAL_DAMAGED */
export function decodeUnsent(bytes: Uint8Array, key: string): Unsent {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kind = bytes[1]
  const wrongLength = kind === BY_REFERENCE ? bytes.length !== HEADER_BYTES + 48 : bytes.length < HEADER_BYTES
  if (bytes[0] !== VERSION || (kind !== EMBEDDED && kind !== BY_REFERENCE) || wrongLength) {
    throw new LocalDamagedError('an unsent entry kept on this device is damaged', { record: key })
  }
  const timestamp = Number(view.getBigUint64(2))
  const id = bytesToHex(bytes.subarray(10, HEADER_BYTES)) as MessageId
  if (kind === EMBEDDED) {
    return { timestamp, id, content: { kind: 'embedded', data: bytes.slice(HEADER_BYTES) } }
  }
  return {
    timestamp,
    id,
    content: {
      kind: 'reference',
      reference: bytesToHex(bytes.subarray(HEADER_BYTES, HEADER_BYTES + 32)) as Reference,
      length: Number(view.getBigUint64(HEADER_BYTES + 32)),
    },
    staging: Number(view.getBigUint64(HEADER_BYTES + 40)),
  }
}
