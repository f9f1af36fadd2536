import { makeChunk } from '../bmt/make-chunk.ts'
import { bytesToHex, isHexAt } from '../hex.ts'
import { SALT_BYTES } from '../limits.ts'
import type { LogHash } from '../log-id.ts'
import { REFERENCE_BYTES, type Reference, referenceFromBytes, ZERO_REFERENCE } from '../reference.ts'
import { Cursor } from './cursor.ts'
import { PairReader } from './decode-pair.ts'
import { PAGE_BYTES, PAGE_KEYS, PAGE_VERSION, PLAIN_ENCODING } from './format.ts'
import { paddingFields } from './padding.ts'
import { type Entry, type Page, pageTime, type Roots } from './page.ts'
import { type Reject, rejector } from './rules.ts'

/** What a reader knows of a page before it decodes it. Everything given is checked, everything left out is not. */
export interface PageExpectation {
  readonly kind: 'sealed' | 'head'
  readonly log: LogHash
  /** Names the page in errors; computed there if left out. Not checked: chunks are verified when they arrive. */
  readonly reference?: Reference | undefined
  /** seq of the page's first entry. */
  readonly firstSeq?: number | undefined
  /** Reference of the page before; null: this is the first. */
  readonly tail?: Reference | null | undefined
  /** The running maximum at the end of the page before ({@link pageTime}), ms. */
  readonly baseTimestamp?: number | undefined
  /** Number of sealed pages before this one. */
  readonly index?: number | undefined
}

/**
 * Decodes a page (a chunk's payload, without span) and checks every rule of docs/spec.md section 2. Exactly the bytes
 * that {@link encodeSealedPage} and {@link encodeHeadPage} write are accepted. Embedded data and the salt are views
 * into `bytes`; ids of embedded entries are computed when first read.
 * @throws INVALID_PAGE with `details.rule` ({@link PAGE_RULES}) and the page's name: `reference`, `log`, `index`
 */
export function decodePage(bytes: Uint8Array, expect: PageExpectation): Page {
  const entries: Entry[] = []
  const { firstSeq, baseTimestamp, saltAt, tail, roots } = readPage(bytes, expect, pairs => {
    while (pairs.next()) entries.push(pairs.entry())
    return entries.length
  })
  const salt = bytes.subarray(saltAt, saltAt + SALT_BYTES)
  return { log: expect.log, firstSeq, baseTimestamp, salt, tail, entries, roots }
}

/** What a reader has to know of a page to check those beside it. */
export interface PageOutline extends Pick<Page, 'firstSeq' | 'baseTimestamp' | 'tail'> {
  /** seq behind the page's last entry. */
  readonly nextSeq: number
  /** The running maximum of timestamps after the page's last entry ({@link pageTime}), ms. */
  readonly time: number
}

/** Checks everything that {@link decodePage} checks, and makes no entries. @throws INVALID_PAGE, as it does */
export function outlinePage(bytes: Uint8Array, expect: PageExpectation): PageOutline {
  let time = 0
  let count = 0
  const { firstSeq, baseTimestamp, tail } = readPage(bytes, expect, pairs => {
    time = pairs.timestamp
    for (; pairs.next(); count++) if (pairs.timestamp > time) time = pairs.timestamp
    return count
  })
  return { firstSeq, baseTimestamp, tail, nextSeq: firstSeq + count, time }
}

/** The outline of a page that is decoded. */
export function outlineOf(page: Page): PageOutline {
  const { firstSeq, baseTimestamp, tail, entries } = page
  return { firstSeq, baseTimestamp, tail, nextSeq: firstSeq + entries.length, time: pageTime(page) }
}

/** A page's fields but its entries and its salt, which begins at byte `saltAt`. */
type Frame = Omit<Page, 'log' | 'entries' | 'salt'> & { readonly saltAt: number }

function readPage(
  bytes: Uint8Array,
  expect: PageExpectation,
  countPairs: (pairs: PairReader) => number,
): Frame {
  const reject = rejector(() => ({
    reference: expect.reference ?? referenceOf(bytes),
    log: expect.log,
    index: expect.index,
  }))
  const cursor = new Cursor(bytes, reject)
  checkLength(cursor, expect.kind)
  readFormat(cursor)
  readLog(cursor, expect.log)
  cursor.key(PAGE_KEYS.firstSeq, 'firstSeq')
  const firstSeq = cursor.fixed64('firstSeq')
  cursor.key(PAGE_KEYS.baseTimestamp, 'baseTimestamp')
  const baseTimestamp = cursor.fixed64('baseTimestamp')
  cursor.key(PAGE_KEYS.salt, 'salt')
  const saltAt = cursor.at
  cursor.skip(SALT_BYTES, 'salt')
  const roots = expect.kind === 'head' ? readRoots(cursor) : undefined
  const tail = readTail(cursor)
  const count = countPairs(new PairReader(cursor, firstSeq, baseTimestamp))
  if (!roots) readPadding(cursor)
  if (cursor.at !== bytes.length) cursor.canonical('more than the fields of a page')
  const page = { firstSeq, baseTimestamp, saltAt, tail, roots }
  checkPlace(page, count, expect, reject)
  return page
}

/** The reference of the chunk with this payload; undefined where there is no such chunk. */
function referenceOf(bytes: Uint8Array): Reference | undefined {
  return bytes.length > PAGE_BYTES ? undefined : makeChunk(bytes).reference
}

function checkLength({ bytes, reject }: Cursor, kind: 'sealed' | 'head'): void {
  if (bytes.length > PAGE_BYTES || (kind === 'sealed' && bytes.length < PAGE_BYTES)) {
    reject('length', `a ${kind} page of ${bytes.length} bytes`, { length: bytes.length })
  }
}

/** The version comes first: of an unknown one nothing else can be told. A plain RFC page has none. */
function readFormat(cursor: Cursor): void {
  const { bytes, reject } = cursor
  if (bytes.length > 0 && !cursor.starts(PAGE_KEYS.format)) reject('version', 'does not start with a version')
  cursor.key(PAGE_KEYS.format, 'format')
  const format = cursor.byte('format')
  if ((format & 0x0f) !== PAGE_VERSION) {
    reject('version', `has the unknown version ${format & 0x0f}`, { version: format & 0x0f })
  }
  if (format >= 0x80) cursor.canonical('the format is one byte')
  if (format >> 4 !== PLAIN_ENCODING) {
    reject('encoding', `has the unknown payload encoding ${format >> 4}`, { encoding: format >> 4 })
  }
}

function readLog(cursor: Cursor, expected: LogHash): void {
  cursor.key(PAGE_KEYS.log, 'log')
  if (isHexAt(expected, cursor.bytes, cursor.at)) {
    cursor.at += 32
    return
  }
  const got = bytesToHex(cursor.take(32, 'log'))
  cursor.reject('log', `belongs to another log, ${got}`, { got })
}

function readRoots(cursor: Cursor): Roots {
  const history = referenceFromBytes(cursor.field(PAGE_KEYS.history, REFERENCE_BYTES, 'history'))
  cursor.key(PAGE_KEYS.sealedPages, 'sealedPages')
  const sealedPages = cursor.fixed32('sealedPages')
  const directory = referenceFromBytes(cursor.field(PAGE_KEYS.directory, REFERENCE_BYTES, 'directory'))
  const none = sealedPages === 0
  if (none !== (history === ZERO_REFERENCE) || none !== (directory === ZERO_REFERENCE)) {
    cursor.reject('roots', `roots are zero exactly where no pages are sealed, and ${sealedPages} are`)
  }
  return { history, directory, sealedPages }
}

function readTail(cursor: Cursor): Reference | undefined {
  if (!cursor.starts(PAGE_KEYS.tail)) return undefined
  return referenceFromBytes(cursor.field(PAGE_KEYS.tail, REFERENCE_BYTES, 'tail'))
}

/** What the page says of its place must agree with itself and with what the reader knows. */
function checkPlace(page: Frame, count: number, expect: PageExpectation, reject: Reject): void {
  const { firstSeq, baseTimestamp, tail, roots } = page
  if (count === 0 && (!roots || roots.sealedPages === 0)) reject('empty', 'has no entry')
  const index = expect.index ?? roots?.sealedPages
  const isFirst = tail === undefined
  if (expect.tail !== undefined && tail !== (expect.tail ?? undefined)) {
    reject('tail', `follows ${tail ?? 'no page'} instead of ${expect.tail ?? 'no page'}`, { got: tail })
  }
  if (index !== undefined && isFirst !== (index === 0)) {
    reject('tail', `a tail is there exactly where a page was sealed before, and ${index} were`)
  }
  if (roots && roots.sealedPages !== index) {
    reject('roots', `counts ${roots.sealedPages} sealed pages instead of ${index}`, {
      got: roots.sealedPages,
    })
  }
  if (expect.firstSeq !== undefined && firstSeq !== expect.firstSeq) {
    reject('seq', `starts at seq ${firstSeq} instead of ${expect.firstSeq}`, { got: firstSeq })
  }
  if (isFirst !== (firstSeq === 0) || firstSeq < (index ?? 0)) {
    reject('seq', `cannot start at seq ${firstSeq}: each page before has an entry at least`, {
      got: firstSeq,
    })
  }
  if (expect.baseTimestamp !== undefined && baseTimestamp !== expect.baseTimestamp) {
    reject('base', `has base timestamp ${baseTimestamp} instead of ${expect.baseTimestamp}`, {
      got: baseTimestamp,
    })
  }
  if (isFirst && baseTimestamp !== 0) {
    reject('base', `is the first page and has base timestamp ${baseTimestamp} instead of 0`)
  }
}

/** The entries of the pairs that follow each other here, up to the first other field or the end. */
export function readPairs(cursor: Cursor, firstSeq: number, baseTimestamp: number): Entry[] {
  const pairs = new PairReader(cursor, firstSeq, baseTimestamp)
  const entries: Entry[] = []
  while (pairs.next()) entries.push(pairs.entry())
  return entries
}

/** The padding must be the one that {@link paddingFields} gives for the bytes that are left, all zeros. */
function readPadding(cursor: Cursor): void {
  const fields = paddingFields(cursor.end - cursor.at)
  if (!fields) cursor.canonical('1 byte is left over')
  for (const length of fields) {
    cursor.key(PAGE_KEYS.padding, 'padding')
    if (cursor.varint('padding') !== length) cursor.canonical(`padding of another length than ${length}`)
    const from = cursor.at
    cursor.skip(length, 'padding')
    for (let at = from; at < cursor.at; at++) {
      if (cursor.bytes[at] !== 0) cursor.canonical(`padding that is not zero behind byte ${from}`)
    }
  }
}
