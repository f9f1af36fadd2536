import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, parseHex } from './hex.ts'

declare const brand: unique symbol

/** A message's own id, H1 or `localHash` of RFC 3/REMOTE-LOG: 32 bytes as 64 lower-case hex digits without `0x`. */
export type MessageId = string & { readonly [brand]: 'MessageId' }

/** Length of a message id in bytes. */
export const MESSAGE_ID_BYTES = 32

/** Parses a message id from hex, with or without `0x`, any case. @throws {@link InvalidArgumentError} */
export function parseMessageId(text: string): MessageId {
  return bytesToHex(parseHex(text, MESSAGE_ID_BYTES, 'a message id')) as MessageId
}

/** The message id with these 32 bytes. @throws TypeError for another length */
export function messageIdFromBytes(bytes: Uint8Array): MessageId {
  if (bytes.length !== MESSAGE_ID_BYTES) throw new TypeError(`a message id has 32 bytes, not ${bytes.length}`)
  return bytesToHex(bytes) as MessageId
}

/** The 32 bytes of a message id. */
export function messageIdToBytes(id: MessageId): Uint8Array {
  return parseHex(id, MESSAGE_ID_BYTES, 'a message id')
}

/** The id a payload has where its writer gave none: SHA-256 of the payload (docs/spec.md section 2.3). */
export function defaultMessageId(payload: Uint8Array): MessageId {
  return bytesToHex(sha256(payload)) as MessageId
}
