import { sha256 } from '@noble/hashes/sha2.js'
import { MAX_PAYLOAD_BYTES } from '../limits.ts'
import { defaultMessageId, MESSAGE_ID_BYTES, type MessageId, messageIdFromBytes } from '../message-id.ts'
import { REFERENCE_BYTES, referenceFromBytes } from '../reference.ts'
import type { Cursor } from './cursor.ts'
import { PAGE_KEYS, PAIR_KEYS } from './format.ts'
import type { Entry } from './page.ts'
import type { PageRule } from './rules.ts'

/** In place of what a pair does not have. */
const NONE = -1

/**
 * Reads a page's pair fields one after the other and checks them (docs/spec.md section 2.3). It stands for the pair that
 * was read last: an object for each would cost readers who only check more than the reading.
 */
export class PairReader {
  readonly #cursor: Cursor
  #seq: number
  #timestamp: number
  /** Where bytes of the page begin and end. */
  #localHash = NONE
  #remoteHash = NONE
  #data = NONE
  #dataEnd = NONE
  #length = NONE

  /** @param firstSeq seq of the first pair. @param baseTimestamp what its timestamp counts from, ms */
  constructor(cursor: Cursor, firstSeq: number, baseTimestamp: number) {
    this.#cursor = cursor
    this.#seq = firstSeq - 1
    this.#timestamp = baseTimestamp
  }

  /** Unix time in milliseconds; before the first pair, what that counts from. */
  get timestamp(): number {
    return this.#timestamp
  }

  /** Goes on to the next pair, if one comes next. Returns whether one does. @throws INVALID_PAGE */
  next(): boolean {
    const cursor = this.#cursor
    if (!cursor.starts(PAGE_KEYS.pair)) return false
    const seq = ++this.#seq
    if (seq > Number.MAX_SAFE_INTEGER) cursor.reject('range', 'has entries behind seq 2^53-1')
    cursor.at += PAGE_KEYS.pair.length
    const size = cursor.varint('pair')
    const pageEnd = cursor.end
    if (cursor.at + size > pageEnd) cursor.canonical(`the pair of entry ${seq} is cut off`)
    cursor.end = cursor.at + size
    this.#readFields()
    if (cursor.at !== cursor.end) cursor.canonical(`more than the fields of a pair in entry ${seq}`)
    cursor.end = pageEnd
    this.#checkContent()
    return true
  }

  /** The entry that the last pair stands for; embedded data is a view. */
  entry(): Entry {
    const [seq, timestamp] = [this.#seq, this.#timestamp]
    const data = this.#data === NONE ? undefined : this.#view(this.#data, this.#dataEnd)
    if (data && this.#localHash === NONE) return embeddedEntry(seq, timestamp, data)
    const id = messageIdFromBytes(this.#view(this.#localHash, this.#localHash + MESSAGE_ID_BYTES))
    if (data) return { seq, timestamp, id, content: { kind: 'embedded', data } }
    const reference = referenceFromBytes(this.#view(this.#remoteHash, this.#remoteHash + REFERENCE_BYTES))
    return { seq, timestamp, id, content: { kind: 'reference', reference, length: this.#length } }
  }

  #readFields(): void {
    const cursor = this.#cursor
    this.#remoteHash = this.#hash(PAIR_KEYS.remoteHash, REFERENCE_BYTES)
    this.#localHash = this.#hash(PAIR_KEYS.localHash, MESSAGE_ID_BYTES)
    this.#data = NONE
    if (cursor.starts(PAIR_KEYS.data)) {
      cursor.at += PAIR_KEYS.data.length
      const length = cursor.varint('data')
      this.#data = cursor.at
      cursor.skip(length, 'data')
      this.#dataEnd = cursor.at
    }
    cursor.key(PAIR_KEYS.delta, 'delta')
    this.#timestamp += cursor.zigzag('delta')
    this.#length = NONE
    if (cursor.starts(PAIR_KEYS.length)) {
      cursor.at += PAIR_KEYS.length.length
      this.#length = cursor.varint('length')
    }
  }

  /** Where a field of so many bytes begins, behind its key. */
  #hash(key: Uint8Array, length: number): number {
    const cursor = this.#cursor
    if (!cursor.starts(key)) return NONE
    cursor.at += key.length
    const at = cursor.at
    cursor.skip(length, 'a hash')
    return at
  }

  #checkContent(): void {
    const timestamp = this.#timestamp
    if (timestamp < 0 || timestamp > Number.MAX_SAFE_INTEGER) {
      this.#reject('range', 'has a timestamp outside 0 .. 2^53-1')
    }
    const length = this.#length
    if (this.#remoteHash !== NONE) {
      if (this.#data !== NONE) this.#reject('content', 'has both data and remoteHash')
      if (this.#localHash === NONE) this.#reject('content', 'is by reference and has no localHash')
      if (length === NONE) this.#reject('content', 'is by reference and has no length')
      if (length > MAX_PAYLOAD_BYTES) this.#reject('range', 'is longer than 2^32 bytes')
      return
    }
    if (this.#data === NONE) this.#reject('content', 'has neither data nor remoteHash')
    if (length !== NONE) this.#reject('content', 'is embedded and has a length')
    if (this.#localHash === NONE) return
    const localHash = this.#view(this.#localHash, this.#localHash + MESSAGE_ID_BYTES)
    if (sameBytes(localHash, sha256(this.#view(this.#data, this.#dataEnd)))) {
      this.#reject('content', 'has a localHash that is the default and must be left out')
    }
  }

  #view(from: number, to: number): Uint8Array {
    return this.#cursor.bytes.subarray(from, to)
  }

  #reject(rule: PageRule, what: string): never {
    return this.#cursor.reject(rule, `entry ${this.#seq} ${what}`, { entry: this.#seq })
  }
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

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
