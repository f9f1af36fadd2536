import { MAX_PAYLOAD_BYTES } from '../limits.ts'
import { defaultMessageId, messageIdToBytes } from '../message-id.ts'
import { referenceToBytes } from '../reference.ts'
import { PAGE_KEYS, PAIR_KEYS } from './format.ts'
import type { NewEntry } from './page.ts'
import { varintSize, Writer, zigzagSize } from './wire.ts'

/** Whether a number can be a timestamp (ms) or a seq: an integer 0 .. 2^53-1. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

/** @throws RangeError where a timestamp, length or id has no encoding */
function checkEncodable(entry: NewEntry, previousTimestamp: number): void {
  if (!isCount(entry.timestamp) || !isCount(previousTimestamp)) {
    throw new RangeError(`a timestamp is an integer 0 .. 2^53-1, not ${entry.timestamp}`)
  }
  const { content } = entry
  if (content.kind === 'reference' && !(isCount(content.length) && content.length <= MAX_PAYLOAD_BYTES)) {
    throw new RangeError(`a payload has 0 .. 2^32 bytes, not ${content.length}`)
  }
}

/** Bytes of the pair's fields, without what stands in front of the pair. */
function bodySize(entry: NewEntry, delta: number, withId: boolean): number {
  const { content } = entry
  const id = withId ? PAIR_KEYS.localHash.length + 32 : 0
  const time = PAIR_KEYS.delta.length + zigzagSize(delta)
  if (content.kind === 'embedded') {
    const { length } = content.data
    return id + PAIR_KEYS.data.length + varintSize(length) + length + time
  }
  const reference = PAIR_KEYS.remoteHash.length + 32
  return reference + id + time + PAIR_KEYS.length.length + varintSize(content.length)
}

/** Whether the id is written out: always by reference, embedded only where it is not the default. */
function writesId({ id, content }: NewEntry): boolean {
  return content.kind === 'reference' || id !== defaultMessageId(content.data)
}

/**
 * Bytes that an entry takes in a page, its whole pair field, behind an entry of `previousTimestamp` (for a page's
 * first entry: the page's base timestamp), both in milliseconds. @throws RangeError
 */
export function encodedPairSize(entry: NewEntry, previousTimestamp: number): number {
  checkEncodable(entry, previousTimestamp)
  const body = bodySize(entry, entry.timestamp - previousTimestamp, writesId(entry))
  return PAGE_KEYS.pair.length + varintSize(body) + body
}

/** The entry's whole pair field (docs/spec.md section 2.3); parameters and errors as {@link encodedPairSize}. */
export function encodePair(entry: NewEntry, previousTimestamp: number): Uint8Array {
  checkEncodable(entry, previousTimestamp)
  const { content } = entry
  const delta = entry.timestamp - previousTimestamp
  const withId = writesId(entry)
  const body = bodySize(entry, delta, withId)
  const writer = new Writer(PAGE_KEYS.pair.length + varintSize(body) + body)
  writer.raw(PAGE_KEYS.pair)
  writer.varint(body)
  if (content.kind === 'reference') {
    writer.raw(PAIR_KEYS.remoteHash)
    writer.raw(referenceToBytes(content.reference))
  }
  if (withId) {
    writer.raw(PAIR_KEYS.localHash)
    writer.raw(messageIdToBytes(entry.id))
  }
  if (content.kind === 'embedded') {
    writer.raw(PAIR_KEYS.data)
    writer.varint(content.data.length)
    writer.raw(content.data)
  }
  writer.raw(PAIR_KEYS.delta)
  writer.zigzag(delta)
  if (content.kind === 'reference') {
    writer.raw(PAIR_KEYS.length)
    writer.varint(content.length)
  }
  return writer.bytes
}

/** The pair fields of entries that follow each other from `baseTimestamp` (ms) on. @throws RangeError */
export function encodePairs(entries: readonly NewEntry[], baseTimestamp: number): Uint8Array[] {
  let previous = baseTimestamp
  return entries.map(entry => {
    const pair = encodePair(entry, previous)
    previous = entry.timestamp
    return pair
  })
}
