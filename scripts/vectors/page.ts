import {
  defaultMessageId,
  encodeHeadPage,
  encodeSealedPage,
  type LogHash,
  type MessageId,
  makeChunk,
  type NewEntry,
  type Page,
  type Reference,
  ZERO_REFERENCE,
} from '@remote-log/core'
import { BROKEN_PAGES } from '../../packages/core/test/page-broken.ts'
import { hexOf, seededBytes, vectorBytes } from './bytes.ts'

const hash = (seed: string) => hexOf(seededBytes(seed, 32))
const LOG = hash('log') as LogHash
const BASE = 1_700_000_000_000
const MINUTE = 60_000

const ROOTS = {
  history: hash('history') as Reference,
  sealedPages: 3,
  directory: hash('directory') as Reference,
}
const NO_ROOTS = { history: ZERO_REFERENCE, sealedPages: 0, directory: ZERO_REFERENCE }

const embedded = (data: Uint8Array, timestamp: number, id?: string): NewEntry => ({
  timestamp,
  id: (id as MessageId | undefined) ?? defaultMessageId(data),
  content: { kind: 'embedded', data },
})
const byReference = (length: number, timestamp: number): NewEntry => ({
  timestamp,
  id: hash('id') as MessageId,
  content: { kind: 'reference', reference: hash('payload') as Reference, length },
})

function page(entries: readonly NewEntry[], change: Partial<Page> = {}): Page {
  const firstSeq = change.firstSeq ?? 40
  return {
    log: LOG,
    firstSeq,
    baseTimestamp: BASE,
    salt: seededBytes('salt', 8),
    tail: hash('tail') as Reference,
    roots: undefined,
    ...change,
    entries: entries.map((entry, i) => ({ ...entry, seq: firstSeq + i })),
  }
}
const head = (entries: readonly NewEntry[], change: Partial<Page> = {}) =>
  page(entries, { roots: ROOTS, ...change })
const first = { firstSeq: 0, baseTimestamp: 0, tail: undefined }
/** A sealed page with this many bytes left over. */
const gap = (bytes: number) => page([embedded(seededBytes('gap', 4096 - 97 - 8 - bytes), BASE)])

const mixed = [
  embedded(seededBytes('a', 5), BASE + 10),
  byReference(1_000_000, BASE + 20),
  embedded(seededBytes('b', 6), BASE + 20, hash('own id')),
]

const PAGES: Readonly<Record<string, Page>> = {
  'sealed, 15 entries of 256 bytes a minute apart: 9 bytes of padding': page(
    Array.from({ length: 15 }, (_, i) => embedded(seededBytes(`entry ${i}`, 256), BASE + MINUTE * (i + 1))),
  ),
  'sealed, first page of a log': page([embedded(seededBytes('a', 5), BASE)], first),
  'sealed, embedded and by reference mixed': page(mixed),
  'sealed, mapped mode: all by reference': page([byReference(5, BASE), byReference(6, BASE + 1)]),
  'sealed, linked mode: one pair': page([embedded(seededBytes('a', 100), BASE + 7)]),
  'sealed, an empty payload': page([embedded(new Uint8Array(0), BASE)]),
  'sealed, an empty payload with an id of its own': page([embedded(new Uint8Array(0), BASE, hash('own id'))]),
  'sealed, by reference, length 0': page([byReference(0, BASE)]),
  'sealed, by reference, length 2^32': page([byReference(2 ** 32, BASE)]),
  'sealed, timestamps jump back': page([
    embedded(Uint8Array.of(1), BASE + MINUTE),
    embedded(Uint8Array.of(2), BASE - MINUTE),
    embedded(Uint8Array.of(3), BASE - MINUTE),
    embedded(Uint8Array.of(4), BASE + 1),
  ]),
  'sealed, deltas 0, 1, -1, 63, -64, 64, -65': page(
    [0, 1, 0, 63, -1, 63, -2].map((time, i) => embedded(Uint8Array.of(i), BASE + time)),
  ),
  'sealed, timestamps 0 and 2^53-1 by turns': page([
    embedded(Uint8Array.of(1), 0),
    embedded(Uint8Array.of(2), Number.MAX_SAFE_INTEGER),
    embedded(Uint8Array.of(3), 0),
  ]),
  'sealed, seq up to 2^53-1': page([embedded(Uint8Array.of(1), BASE), embedded(Uint8Array.of(2), BASE)], {
    firstSeq: Number.MAX_SAFE_INTEGER - 1,
  }),
  'sealed, payloads of 127 and 128 bytes': page([
    embedded(seededBytes('a', 127), BASE),
    embedded(seededBytes('a', 128), BASE),
  ]),
  'sealed, no padding': gap(0),
  'sealed, 2 bytes of padding': gap(2),
  'sealed, 129 bytes of padding': gap(129),
  'sealed, 130 bytes of padding: two fields': gap(130),
  'sealed, 131 bytes of padding': gap(131),
  head: head(mixed),
  'head, without entries': head([]),
  'head, first page of a log': head([embedded(seededBytes('a', 5), BASE)], { ...first, roots: NO_ROOTS }),
  'head, full': head([embedded(seededBytes('a', 4096 - 173 - 8), BASE)]),
  'head, 2^32-1 sealed pages': head([], { firstSeq: 2 ** 32, roots: { ...ROOTS, sealedPages: 2 ** 32 - 1 } }),
}

/** What a whole page is rejected for where a reader knows better. */
const MISPLACED: readonly { name: string; page: string; rule: string; expect: Record<string, unknown> }[] = [
  { name: 'another log', page: 'head', rule: 'log', expect: { log: hash('other') } },
  { name: 'a gap in seq', page: 'head', rule: 'seq', expect: { firstSeq: 39 } },
  { name: 'an overlap in seq', page: 'head', rule: 'seq', expect: { firstSeq: 41 } },
  { name: 'another base timestamp', page: 'head', rule: 'base', expect: { baseTimestamp: BASE + 1 } },
  { name: 'another page before', page: 'head', rule: 'tail', expect: { tail: hash('other') } },
  { name: 'no page before', page: 'head', rule: 'tail', expect: { tail: null } },
  {
    name: 'a page before',
    page: 'sealed, first page of a log',
    rule: 'tail',
    expect: { tail: hash('tail') },
  },
  { name: 'another number of sealed pages', page: 'head', rule: 'roots', expect: { index: 2 } },
]

/** test/vectors/page-v1.json: docs/spec.md section 2. Hashes are hex, times milliseconds; absent fields are null. */
export function pageVectors() {
  return {
    format: 'remote-log/page',
    version: 1,
    log: LOG,
    pages: Object.entries(PAGES).map(([name, value]) => pageVector(name, value)),
    rejected: BROKEN_PAGES.map(({ name, kind, rule, bytes }) => ({
      name,
      kind,
      log: 'ab'.repeat(32),
      rule,
      bytes: vectorBytes(bytes),
    })),
    misplaced: MISPLACED,
  }
}

function pageVector(name: string, page: Page) {
  const kind = page.roots ? 'head' : 'sealed'
  const bytes = page.roots ? encodeHeadPage(page) : encodeSealedPage(page)
  const { firstSeq, baseTimestamp, salt, tail, roots, entries } = page
  return {
    name,
    kind,
    reference: makeChunk(bytes).reference,
    bytes: vectorBytes(bytes),
    page: {
      firstSeq,
      baseTimestamp,
      salt: hexOf(salt),
      tail: tail ?? null,
      roots: roots ?? null,
      entries: entries.map(({ seq, timestamp, id, content }) => ({
        seq,
        timestamp,
        id,
        ...(content.kind === 'embedded'
          ? { data: hexOf(content.data) }
          : { reference: content.reference, length: content.length }),
      })),
    },
  }
}
