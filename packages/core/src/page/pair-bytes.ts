import { REFERENCE_BYTES } from '../reference.ts'
import { Cursor } from './cursor.ts'
import { PAGE_KEYS, ROOTS_BYTES, SALT_OFFSET, sealedHeaderBytes } from './format.ts'
import { rejector } from './rules.ts'

/** Where the parts of an encoded page are that stay the same from an open page to the sealed one. */
interface Parts {
  /** Format, log, first seq and base timestamp. */
  readonly identity: Uint8Array
  /** The tail's field, empty where there is none. */
  readonly tail: Uint8Array
  readonly pairs: Uint8Array
}

/** The bytes of all pair fields of an encoded page, as a view. Only for pages that {@link decodePage} accepted. */
export function pairBytes(bytes: Uint8Array): Uint8Array {
  return pageParts(bytes).pairs
}

/**
 * Whether the page `next` (sealed or head) keeps everything of the open page `oldHeadPage`: same log, first seq, base
 * timestamp and tail, and its pair bytes begin with the old ones (docs/spec.md section 6). The salt may differ. Both
 * must have been accepted by {@link decodePage}.
 */
export function checkOpenPageKept(oldHeadPage: Uint8Array, next: Uint8Array): boolean {
  const before = pageParts(oldHeadPage)
  const after = pageParts(next)
  return (
    startsWith(after.identity, before.identity) &&
    after.tail.length === before.tail.length &&
    startsWith(after.tail, before.tail) &&
    startsWith(after.pairs, before.pairs)
  )
}

function pageParts(bytes: Uint8Array): Parts {
  const cursor = new Cursor(
    bytes,
    rejector(() => ({})),
  )
  cursor.at = sealedHeaderBytes(false)
  if (cursor.starts(PAGE_KEYS.history)) cursor.at += ROOTS_BYTES
  const tailAt = cursor.at
  if (cursor.starts(PAGE_KEYS.tail)) cursor.field(PAGE_KEYS.tail, REFERENCE_BYTES, 'tail')
  const pairsAt = cursor.at
  while (cursor.starts(PAGE_KEYS.pair)) {
    cursor.at += PAGE_KEYS.pair.length
    cursor.take(cursor.varint('pair'), 'pair')
  }
  return {
    identity: bytes.subarray(0, SALT_OFFSET),
    tail: bytes.subarray(tailAt, pairsAt),
    pairs: bytes.subarray(pairsAt, cursor.at),
  }
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.length <= bytes.length && prefix.every((byte, i) => byte === bytes[i])
}
