import { sha256 } from '@noble/hashes/sha2.js'
import { MAX_PAYLOAD_BYTES } from '../limits.ts'
import { MESSAGE_ID_BYTES, messageIdFromBytes } from '../message-id.ts'
import { PAGE_KEYS, PAIR_KEYS } from '../page/format.ts'
import type { Entry } from '../page/page.ts'
import { REFERENCE_BYTES, referenceFromBytes } from '../reference.ts'
import type { ProvenHeader } from './page-parser.ts'
import { refuse } from './proof-error.ts'
import type { SparsePage } from './sparse-page.ts'

/** Where the parts of a pair are in its page. */
interface Pair {
  /** ms */
  readonly timestamp: number
  readonly remoteHash: number | undefined
  readonly localHash: number | undefined
  readonly data: number | undefined
  /** Bytes of the payload. */
  readonly length: number
}

/**
 * Goes from pair to pair to the entry `seq`. Of the pairs before it the payloads and hashes are not read, all else is.
 * @throws INVALID_PAGE; CORRUPT: `NoSuchEntry` where the page ends before, `SegmentsMissing`
 */
export function readEntry(page: SparsePage, header: ProvenHeader, seq: number): Entry {
  let pair: Pair | undefined
  for (let next = header.firstSeq; next <= seq; next++) {
    if (page.peek() !== PAGE_KEYS.pair[0]) {
      refuse('NoSuchEntry', `page ${page.reference} ends before seq ${next}`, {
        page: page.reference,
        seq,
        next,
      })
    }
    pair = readPair(page, pair?.timestamp ?? header.baseTimestamp)
  }
  if (!pair) return refuse('NoSuchEntry', `the page starts behind seq ${seq}`, { seq, next: header.firstSeq })
  return entryOf(page, seq, pair)
}

function entryOf(
  page: SparsePage,
  seq: number,
  { timestamp, remoteHash, localHash, data, length }: Pair,
): Entry {
  const id = () => page.copy(localHash!, MESSAGE_ID_BYTES)
  if (remoteHash !== undefined) {
    const reference = referenceFromBytes(page.copy(remoteHash, REFERENCE_BYTES))
    return { seq, timestamp, id: messageIdFromBytes(id()), content: { kind: 'reference', reference, length } }
  }
  const payload = page.copy(data!, length)
  const defaultId = sha256(payload)
  const ownId = localHash === undefined ? undefined : id()
  if (ownId?.every((byte, i) => byte === defaultId[i])) {
    page.reject('content', `the localHash of entry ${seq} is the default and must be left out`)
  }
  return {
    seq,
    timestamp,
    id: messageIdFromBytes(ownId ?? defaultId),
    content: { kind: 'embedded', data: payload },
  }
}

function readPair(page: SparsePage, previousTimestamp: number): Pair {
  page.expect(...PAGE_KEYS.pair)
  const pageEnd = page.end
  const size = page.varint()
  if (BigInt(page.offset) + size > pageEnd) page.canonical()
  page.end = page.offset + Number(size)

  let tag = page.byte()
  const hash = (key: Uint8Array): number | undefined => {
    if (tag !== key[0]) return undefined
    page.expect(...key.subarray(1))
    const offset = page.offset
    page.skip(REFERENCE_BYTES)
    tag = page.byte()
    return offset
  }
  const remoteHash = hash(PAIR_KEYS.remoteHash)
  const localHash = hash(PAIR_KEYS.localHash)
  let data: number | undefined
  let length = 0
  if (tag === PAIR_KEYS.data[0]) {
    length = Number(page.varint())
    data = page.offset
    page.skip(length)
    tag = page.byte()
  }
  if (tag !== PAIR_KEYS.delta[0]) page.canonical()
  const timestamp = addZigzag(page, previousTimestamp, page.varint())
  const hasLength = page.offset !== page.end
  let fileLength = 0n
  if (hasLength) {
    page.expect(...PAIR_KEYS.length)
    fileLength = page.varint()
  }
  if (page.offset !== page.end) page.canonical()
  page.end = pageEnd

  if ((data === undefined) === (remoteHash === undefined)) {
    page.reject('content', 'an entry has both or neither of data and remoteHash')
  }
  if (hasLength !== (remoteHash !== undefined)) {
    page.reject('content', 'an entry has a length exactly where it is by reference')
  }
  if (remoteHash === undefined) return { timestamp, remoteHash, localHash, data, length }
  if (localHash === undefined) page.reject('content', 'an entry by reference has no localHash')
  if (fileLength > MAX_PAYLOAD_BYTES) page.reject('range', 'an entry is longer than 2^32 bytes')
  return { timestamp, remoteHash, localHash, data, length: Number(fileLength) }
}

/** 2m stands for m, 2m + 1 for -m - 1. */
function addZigzag(page: SparsePage, previous: number, zigzag: bigint): number {
  const magnitude = zigzag >> 1n
  const timestamp = BigInt(previous) + (zigzag % 2n === 0n ? magnitude : -magnitude - 1n)
  if (timestamp < 0n || timestamp > Number.MAX_SAFE_INTEGER) {
    page.reject('range', 'a timestamp is outside 0 .. 2^53-1')
  }
  return Number(timestamp)
}
