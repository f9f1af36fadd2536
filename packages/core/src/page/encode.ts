import { parseHex } from '../hex.ts'
import { MAX_SEALED_PAGES, SALT_BYTES } from '../limits.ts'
import { referenceToBytes, ZERO_REFERENCE } from '../reference.ts'
import { fitsOpen, fitsSealed } from './capacity.ts'
import { FORMAT_BYTE, headHeaderBytes, PAGE_BYTES, PAGE_KEYS } from './format.ts'
import { writePadding } from './padding.ts'
import type { Page, Roots } from './page.ts'
import { encodePairs, isCount } from './pair.ts'
import { Writer } from './wire.ts'

/** A page without its entries: what its header is made of. */
export type PageHeader = Omit<Page, 'entries'>

/** The bytes of a sealed page, exactly 4,096. @throws RangeError where the page breaks a rule of docs/spec.md section 2 */
export function encodeSealedPage(page: Page): Uint8Array {
  return assembleSealedPage(page, encodeEntries(page))
}

/** The bytes of a head page, at most 4,096. @throws RangeError where the page breaks a rule of docs/spec.md section 2 */
export function encodeHeadPage(page: Page): Uint8Array {
  return assembleHeadPage(page, encodeEntries(page))
}

function encodeEntries(page: Page): Uint8Array[] {
  page.entries.forEach((entry, index) => {
    if (entry.seq !== page.firstSeq + index || !isCount(entry.seq)) {
      throw new RangeError(`entry ${index} of a page from ${page.firstSeq} on cannot have seq ${entry.seq}`)
    }
  })
  return encodePairs(page.entries, page.baseTimestamp)
}

/** A sealed page of pairs that are encoded already. @throws RangeError */
export function assembleSealedPage(header: PageHeader, pairs: readonly Uint8Array[]): Uint8Array {
  checkHeader(header)
  if (header.roots) throw new RangeError('a sealed page has no roots')
  if (pairs.length === 0) throw new RangeError('a sealed page has at least one entry')
  if (!fitsSealed(totalBytes(pairs), header.tail !== undefined)) {
    throw new RangeError('the entries do not fit a sealed page, or leave 1 byte, which cannot be padded')
  }
  const writer = new Writer(PAGE_BYTES)
  writeHeader(writer, header)
  for (const pair of pairs) writer.raw(pair)
  writePadding(writer)
  return writer.bytes
}

/** A head page of pairs that are encoded already. @throws RangeError */
export function assembleHeadPage(header: PageHeader, pairs: readonly Uint8Array[]): Uint8Array {
  checkHeader(header)
  const { roots } = header
  if (!roots) throw new RangeError('a head page has roots')
  checkRoots(roots, header)
  if (pairs.length === 0 && roots.sealedPages === 0) throw new RangeError('a log without entries has no page')
  const size = totalBytes(pairs)
  const hasTail = header.tail !== undefined
  if (!fitsOpen(size, hasTail)) throw new RangeError('the entries do not fit a head page')
  const writer = new Writer(headHeaderBytes(hasTail) + size)
  writeHeader(writer, header)
  for (const pair of pairs) writer.raw(pair)
  return writer.bytes
}

/** Bytes of encoded pairs in all. */
export function totalBytes(pairs: readonly Uint8Array[]): number {
  return pairs.reduce((sum, pair) => sum + pair.length, 0)
}

function checkHeader({ firstSeq, baseTimestamp, salt, tail }: PageHeader): void {
  if (!isCount(firstSeq)) throw new RangeError(`a seq is an integer 0 .. 2^53-1, not ${firstSeq}`)
  if (!isCount(baseTimestamp)) {
    throw new RangeError(`a timestamp is an integer 0 .. 2^53-1, not ${baseTimestamp}`)
  }
  if (salt.length !== SALT_BYTES) throw new RangeError(`a salt has ${SALT_BYTES} bytes, not ${salt.length}`)
  if (tail === undefined && (firstSeq !== 0 || baseTimestamp !== 0)) {
    throw new RangeError('a page without tail is the first: it starts at seq 0 with base timestamp 0')
  }
  if (tail !== undefined && firstSeq === 0) throw new RangeError('the page from seq 0 on has no tail')
}

function checkRoots({ history, directory, sealedPages }: Roots, { tail, firstSeq }: PageHeader): void {
  if (!isCount(sealedPages) || sealedPages > MAX_SEALED_PAGES || sealedPages > firstSeq) {
    throw new RangeError(`${sealedPages} sealed pages are impossible before seq ${firstSeq}`)
  }
  const none = sealedPages === 0
  if (none !== (tail === undefined)) throw new RangeError('a tail is there exactly where sealed pages are')
  if (none !== (history === ZERO_REFERENCE) || none !== (directory === ZERO_REFERENCE)) {
    throw new RangeError('roots are zero exactly where there are no sealed pages')
  }
}

function writeHeader(writer: Writer, page: PageHeader): void {
  writer.raw(PAGE_KEYS.format)
  writer.varint(FORMAT_BYTE)
  writer.raw(PAGE_KEYS.log)
  writer.raw(parseHex(page.log, 32, 'a log hash'))
  writer.raw(PAGE_KEYS.firstSeq)
  writer.fixed64(page.firstSeq)
  writer.raw(PAGE_KEYS.baseTimestamp)
  writer.fixed64(page.baseTimestamp)
  writer.raw(PAGE_KEYS.salt)
  writer.raw(page.salt)
  if (page.roots) {
    writer.raw(PAGE_KEYS.history)
    writer.raw(referenceToBytes(page.roots.history))
    writer.raw(PAGE_KEYS.sealedPages)
    writer.fixed32(page.roots.sealedPages)
    writer.raw(PAGE_KEYS.directory)
    writer.raw(referenceToBytes(page.roots.directory))
  }
  if (page.tail !== undefined) {
    writer.raw(PAGE_KEYS.tail)
    writer.raw(referenceToBytes(page.tail))
  }
}
