import { bytesToHex } from '../hex.ts'
import { SALT_BYTES } from '../limits.ts'
import type { LogHash } from '../log-id.ts'
import { FORMAT_BYTE, PAGE_KEYS, PAGE_VERSION } from '../page/format.ts'
import type { Roots } from '../page/page.ts'
import { REFERENCE_BYTES, referenceFromBytes, ZERO_REFERENCE } from '../reference.ts'
import { refuse } from './proof-error.ts'
import type { SparsePage } from './sparse-page.ts'

/** What stands before the pairs, as far as a proof needs it. */
export interface ProvenHeader {
  readonly firstSeq: number
  /** ms */
  readonly baseTimestamp: number
}

/** Reads a head page up to its first pair. @throws INVALID_PAGE, CORRUPT (`WrongLog`, `SegmentsMissing`) */
export function readHeadHeader(page: SparsePage, log: LogHash): ProvenHeader & { readonly roots: Roots } {
  const header = readIdentity(page, log)
  page.expect(...PAGE_KEYS.history)
  const history = referenceFromBytes(page.take(REFERENCE_BYTES))
  page.expect(...PAGE_KEYS.sealedPages)
  const count = page.take(4)
  const sealedPages = new DataView(count.buffer, count.byteOffset, 4).getUint32(0, true)
  page.expect(...PAGE_KEYS.directory)
  const directory = referenceFromBytes(page.take(REFERENCE_BYTES))
  const none = sealedPages === 0
  if (none !== (history === ZERO_REFERENCE) || none !== (directory === ZERO_REFERENCE)) {
    page.reject('roots', `roots are zero exactly where no pages are sealed, and ${sealedPages} are`)
  }
  checkPlace(page, header, readTail(page), sealedPages)
  return { ...header, roots: { history, directory, sealedPages } }
}

/** Reads the sealed page with this index up to its first pair. @throws as {@link readHeadHeader} */
export function readSealedHeader(page: SparsePage, log: LogHash, index: number): ProvenHeader {
  const header = readIdentity(page, log)
  checkPlace(page, header, readTail(page), index)
  return header
}

function readIdentity(page: SparsePage, log: LogHash): ProvenHeader {
  if (page.byte() !== PAGE_KEYS.format[0]) page.reject('version', 'does not start with a version')
  const format = page.byte()
  if ((format & 0x0f) !== PAGE_VERSION) page.reject('version', `has the unknown version ${format & 0x0f}`)
  if (format >= 0x80) page.canonical()
  if (format !== FORMAT_BYTE) page.reject('encoding', `has the unknown payload encoding ${format >> 4}`)
  page.expect(...PAGE_KEYS.log)
  const named = bytesToHex(page.take(32)) as LogHash
  if (named !== log) {
    refuse('WrongLog', `page ${page.reference} belongs to log ${named}`, { page: page.reference, log, named })
  }
  page.expect(...PAGE_KEYS.firstSeq)
  const firstSeq = page.number()
  page.expect(...PAGE_KEYS.baseTimestamp)
  const baseTimestamp = page.number()
  page.expect(...PAGE_KEYS.salt)
  page.take(SALT_BYTES)
  return { firstSeq, baseTimestamp }
}

/** Whether there is a tail; what it is does not matter here. */
function readTail(page: SparsePage): boolean {
  if (page.peek() !== PAGE_KEYS.tail[0]) return false
  page.expect(...PAGE_KEYS.tail)
  page.skip(REFERENCE_BYTES)
  return true
}

/** What the page says of its place must agree with itself and with the number of pages before it. */
function checkPlace(
  page: SparsePage,
  { firstSeq, baseTimestamp }: ProvenHeader,
  hasTail: boolean,
  index: number,
): void {
  if (hasTail !== index > 0) {
    page.reject('tail', `a tail is there exactly where a page was sealed before, and ${index} were`)
  }
  if (hasTail !== firstSeq > 0 || firstSeq < index) {
    page.reject('seq', `cannot start at seq ${firstSeq}: each page before has an entry at least`)
  }
  if (!hasTail && baseTimestamp !== 0) page.reject('base', 'is the first page and has a base timestamp')
}
