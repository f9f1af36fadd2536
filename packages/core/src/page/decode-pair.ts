import { sha256 } from '@noble/hashes/sha2.js'
import { MAX_PAYLOAD_BYTES } from '../limits.ts'
import { defaultMessageId, MESSAGE_ID_BYTES, type MessageId, messageIdFromBytes } from '../message-id.ts'
import { REFERENCE_BYTES, referenceFromBytes } from '../reference.ts'
import type { Cursor } from './cursor.ts'
import { PAGE_KEYS, PAIR_KEYS } from './format.ts'
import type { Entry } from './page.ts'

/** Bytes of a page, `to` exclusive. A view costs ten times as much to make, for readers who only check. */
interface Stretch {
  readonly from: number
  readonly to: number
}

/** What a pair field says, checked; either `data` or `remoteHash` and `length` are there. Hashes are views. */
export interface Pair {
  readonly timestamp: number
  readonly localHash: Uint8Array | undefined
  readonly data: Stretch | undefined
  readonly remoteHash: Uint8Array | undefined
  readonly length: number | undefined
}

/** Reads one pair field, the cursor standing at its key (docs/spec.md section 2.3). */
export function readPair(cursor: Cursor, seq: number, previousTimestamp: number): Pair {
  const pageEnd = cursor.end
  cursor.key(PAGE_KEYS.pair, 'pair')
  const size = cursor.varint('pair')
  if (cursor.at + size > pageEnd) cursor.canonical(`the pair of entry ${seq} is cut off`)
  cursor.end = cursor.at + size

  const remoteHash = optionalField(cursor, PAIR_KEYS.remoteHash, REFERENCE_BYTES)
  const localHash = optionalField(cursor, PAIR_KEYS.localHash, MESSAGE_ID_BYTES)
  const data = readData(cursor)
  cursor.key(PAIR_KEYS.delta, 'delta')
  const timestamp = previousTimestamp + cursor.zigzag('delta')
  const length = readLength(cursor)
  if (cursor.at !== cursor.end) cursor.canonical(`more than the fields of a pair in entry ${seq}`)
  cursor.end = pageEnd

  if (timestamp < 0 || timestamp > Number.MAX_SAFE_INTEGER) {
    cursor.reject('range', `the timestamp of entry ${seq} is outside 0 .. 2^53-1`, { entry: seq })
  }
  const pair = { timestamp, localHash, data, remoteHash, length }
  checkContent(cursor, seq, pair)
  return pair
}

function checkContent(cursor: Cursor, seq: number, { localHash, data, remoteHash, length }: Pair): void {
  const details = { entry: seq }
  if (data && remoteHash) cursor.reject('content', `entry ${seq} has both data and remoteHash`, details)
  if (remoteHash) {
    if (!localHash) cursor.reject('content', `entry ${seq} is by reference and has no localHash`, details)
    if (length === undefined)
      cursor.reject('content', `entry ${seq} is by reference and has no length`, details)
    if (length > MAX_PAYLOAD_BYTES) cursor.reject('range', `entry ${seq} is longer than 2^32 bytes`, details)
    return
  }
  if (!data) cursor.reject('content', `entry ${seq} has neither data nor remoteHash`, details)
  if (length !== undefined) cursor.reject('content', `entry ${seq} is embedded and has a length`, details)
  if (localHash && sameBytes(localHash, sha256(viewOf(cursor.bytes, data)))) {
    cursor.reject('content', `the localHash of entry ${seq} is the default and must be left out`, details)
  }
}

/** The entry that a checked pair of this page stands for; embedded data is a view. */
export function entryOf(
  page: Uint8Array,
  seq: number,
  { timestamp, localHash, data: stretch, remoteHash, length }: Pair,
): Entry {
  const data = stretch && viewOf(page, stretch)
  if (data && !localHash) return embeddedEntry(seq, timestamp, data)
  const id = messageIdFromBytes(localHash!)
  if (data) return { seq, timestamp, id, content: { kind: 'embedded', data } }
  const reference = referenceFromBytes(remoteHash!)
  return { seq, timestamp, id, content: { kind: 'reference', reference, length: length! } }
}

/** An entry with the default id, which is hashed when it is first asked for: most readers never do. */
function embeddedEntry(seq: number, timestamp: number, data: Uint8Array): Entry {
  let id: MessageId | undefined
  return {
    seq,
    timestamp,
    get id() {
      id ??= defaultMessageId(data)
      return id
    },
    content: { kind: 'embedded', data },
  }
}

function optionalField(cursor: Cursor, key: Uint8Array, length: number): Uint8Array | undefined {
  return cursor.starts(key) ? cursor.field(key, length, 'a hash') : undefined
}

function readData(cursor: Cursor): Stretch | undefined {
  if (!cursor.starts(PAIR_KEYS.data)) return undefined
  cursor.at += PAIR_KEYS.data.length
  const length = cursor.varint('data')
  const from = cursor.at
  cursor.skip(length, 'data')
  return { from, to: cursor.at }
}

function viewOf(page: Uint8Array, { from, to }: Stretch): Uint8Array {
  return page.subarray(from, to)
}

function readLength(cursor: Cursor): number | undefined {
  if (!cursor.starts(PAIR_KEYS.length)) return undefined
  cursor.at += PAIR_KEYS.length.length
  return cursor.varint('length')
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
