// One page for every way a page can be wrong, put together byte by byte, by hand and without the encoder under test.
import { createHash } from 'node:crypto'
import type { PageRule } from '../src/index.ts'

export interface BrokenPage {
  readonly name: string
  readonly kind: 'sealed' | 'head'
  readonly rule: PageRule
  readonly bytes: Uint8Array
}

type Bytes = readonly number[]

const hash = (byte: number): Bytes => new Array<number>(32).fill(byte)
const zeros = (length: number): Bytes => new Array<number>(length).fill(0)
const varint = (value: number): Bytes =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]
const fixed = (value: number, bytes: number): Bytes =>
  [...new Array(bytes)].map((_, i) => Math.floor(value / 256 ** i) % 256)
const ABOVE_2_53: Bytes = [0, 0, 0, 0, 0, 0, 0x20, 0]

const HEADER = {
  format: [0x50, 0x01],
  log: [0x5a, 32, ...hash(0xab)],
  firstSeq: [0x61, ...fixed(40, 8)],
  baseTimestamp: [0x69, ...fixed(1000, 8)],
  salt: [0x71, 1, 2, 3, 4, 5, 6, 7, 8],
}
const TAIL = { tail: [0x12, 32, ...hash(0xcd)] }
const ROOTS = {
  history: [0x82, 0x01, 32, ...hash(0x11)],
  sealedPages: [0x8d, 0x01, ...fixed(3, 4)],
  directory: [0x92, 0x01, 32, ...hash(0x22)],
}
const SEALED = { ...HEADER, ...TAIL }
const HEAD = { ...HEADER, ...ROOTS, ...TAIL }
const NO_PAGE_BEFORE = { firstSeq: [0x61, ...zeros(8)], baseTimestamp: [0x69, ...zeros(8)], tail: [] }
const NO_ROOTS = {
  history: [0x82, 0x01, 32, ...zeros(32)],
  sealedPages: [0x8d, 0x01, ...zeros(4)],
  directory: [0x92, 0x01, 32, ...zeros(32)],
}

const REMOTE: Bytes = [0x0a, 32, ...hash(0x44)]
const LOCAL: Bytes = [0x12, 32, ...hash(0x33)]
const DATA: Bytes = [0x1a, 2, 9, 9]
const DELTA: Bytes = [0x50, 0]
const LENGTH: Bytes = [0x58, 5]
const DEFAULT_ID: Bytes = [0x12, 32, ...createHash('sha256').update(Uint8Array.of(9, 9)).digest()]

const pair = (...fields: Bytes[]): Bytes => [0x0a, ...varint(fields.flat().length), ...fields.flat()]
const GOOD = pair(DATA, DELTA)

/** What fills `gap` bytes, one field of a size that has one. */
const padding = (gap: number): Bytes => [0x7a, ...varint(gap - 3), ...zeros(gap - 3)]

function sealed(
  change: Partial<Record<keyof typeof SEALED, Bytes>>,
  pairs: Bytes = GOOD,
  pad?: Bytes,
): Uint8Array {
  const front = [...Object.values<Bytes>({ ...SEALED, ...change }).flat(), ...pairs]
  return Uint8Array.from([...front, ...(pad ?? padding(4096 - front.length))])
}

function head(change: Partial<Record<keyof typeof HEAD, Bytes>>, pairs: Bytes = GOOD): Uint8Array {
  return Uint8Array.from([...Object.values<Bytes>({ ...HEAD, ...change }).flat(), ...pairs])
}

const reordered = (...names: (keyof typeof SEALED)[]): Uint8Array => {
  const front = [...names.flatMap(name => [...SEALED[name]]), ...GOOD]
  return Uint8Array.from([...front, ...padding(4096 - front.length)])
}

/** A sealed page whose pairs leave exactly `gap` bytes, filled by `pad`. */
function gap(gap: number, pad: Bytes): Uint8Array {
  const size = 4096 - 97 - gap
  const data = size - 8
  return sealed({}, pair([0x1a, ...varint(data), ...zeros(data)], DELTA), pad)
}

const sealedCases: [PageRule, string, Uint8Array][] = [
  ['length', 'a sealed page of 4,095 bytes', sealed({}).subarray(0, 4095)],
  ['length', 'a sealed page of 4,097 bytes', Uint8Array.from([...sealed({}), 0])],
  ['length', 'a sealed page of no bytes', new Uint8Array(0)],
  ['version', 'version 0', sealed({ format: [0x50, 0x00] })],
  ['version', 'version 2', sealed({ format: [0x50, 0x02] })],
  ['version', 'no format field', sealed({ format: [] })],
  ['version', 'pairs first, as a plain RFC page has them', sealed({ format: [...GOOD, 0x50, 0x01] })],
  ['encoding', 'payload encoding 1', sealed({ format: [0x50, 0x11] })],
  ['encoding', 'payload encoding 7', sealed({ format: [0x50, 0x71] })],
  ['log', 'another log', sealed({ log: [0x5a, 32, ...hash(0xac)] })],
  ['seq', 'a tail before seq 0', sealed({ firstSeq: [0x61, ...zeros(8)] })],
  ['seq', 'no tail before seq 40', sealed({ tail: [], baseTimestamp: [0x69, ...zeros(8)] })],
  [
    'base',
    'a base timestamp in the first page',
    sealed({ ...NO_PAGE_BEFORE, baseTimestamp: [0x69, ...fixed(1, 8)] }),
  ],
  ['content', 'data and remoteHash', sealed({}, pair(REMOTE, LOCAL, DATA, DELTA, LENGTH))],
  ['content', 'neither data nor remoteHash', sealed({}, pair(LOCAL, DELTA))],
  ['content', 'nothing but a length', sealed({}, pair(DELTA, LENGTH))],
  ['content', 'by reference without localHash', sealed({}, pair(REMOTE, DELTA, LENGTH))],
  ['content', 'by reference without length', sealed({}, pair(REMOTE, LOCAL, DELTA))],
  ['content', 'embedded with a length', sealed({}, pair(DATA, DELTA, LENGTH))],
  ['content', 'a localHash that is the default', sealed({}, pair(DEFAULT_ID, DATA, DELTA))],
  ['range', 'first seq 2^53', sealed({ firstSeq: [0x61, ...ABOVE_2_53] })],
  ['range', 'base timestamp 2^53', sealed({ baseTimestamp: [0x69, ...ABOVE_2_53] })],
  ['range', 'base timestamp 2^64-1', sealed({ baseTimestamp: [0x69, ...new Array(8).fill(0xff)] })],
  [
    'range',
    'a second entry behind seq 2^53-1',
    sealed({ firstSeq: [0x61, ...new Array(6).fill(0xff), 0x1f, 0] }, [...GOOD, ...GOOD]),
  ],
  ['range', 'a timestamp of -1', sealed({}, pair(DATA, [0x50, ...varint(2001)]))],
  [
    'range',
    'a timestamp of 2^53',
    sealed({ baseTimestamp: [0x69, ...new Array(6).fill(0xff), 0x1f, 0] }, pair(DATA, [0x50, 2])),
  ],
  ['range', 'a delta of 64 bits', sealed({}, pair(DATA, [0x50, ...new Array(9).fill(0xff), 0x01]))],
  [
    'range',
    'a length of 2^32 + 1',
    sealed({}, pair(REMOTE, LOCAL, DELTA, [0x58, 0x81, 0x80, 0x80, 0x80, 0x10])),
  ],
  ['empty', 'a sealed page without entry', sealed({}, [])],
  [
    'canonical',
    'log and first seq swapped',
    reordered('format', 'firstSeq', 'log', 'baseTimestamp', 'salt', 'tail'),
  ],
  [
    'canonical',
    'tail before the salt',
    reordered('format', 'log', 'firstSeq', 'baseTimestamp', 'tail', 'salt'),
  ],
  ['canonical', 'pair before the tail', sealed({ tail: [...GOOD, ...SEALED.tail] })],
  ['canonical', 'a field twice', sealed({ salt: [...HEADER.salt, ...HEADER.salt] })],
  ['canonical', 'no salt', sealed({ salt: [] })],
  ['canonical', 'an unknown field in the page', sealed({ tail: [...SEALED.tail, 0x98, 0x01, 0x05] })],
  [
    'canonical',
    'roots in a sealed page',
    sealed({ tail: [...Object.values<Bytes>(ROOTS).flat(), ...SEALED.tail] }),
  ],
  ['canonical', 'a log of 31 bytes', sealed({ log: [0x5a, 31, ...hash(0xab).slice(1)] })],
  ['canonical', 'a tail of 33 bytes', sealed({ tail: [0x12, 33, ...hash(0xcd), 0] })],
  ['canonical', 'the format as a varint of two bytes', sealed({ format: [0x50, 0x81, 0x00] })],
  ['canonical', 'the tag of the log in two bytes', sealed({ log: [0xda, 0x00, 32, ...hash(0xab)] })],
  ['canonical', 'the length of the log in two bytes', sealed({ log: [0x5a, 0xa0, 0x00, ...hash(0xab)] })],
  ['canonical', 'first seq as a varint', sealed({ firstSeq: [0x60, 40] })],
  ['canonical', 'an unknown field in the pair', sealed({}, pair(DATA, DELTA, [0x60, 1]))],
  ['canonical', 'delta before data', sealed({}, pair(DELTA, DATA))],
  ['canonical', 'localHash before remoteHash', sealed({}, pair(LOCAL, REMOTE, DELTA, LENGTH))],
  ['canonical', 'length before delta', sealed({}, pair(REMOTE, LOCAL, LENGTH, DELTA))],
  ['canonical', 'data twice', sealed({}, pair(DATA, DATA, DELTA))],
  ['canonical', 'delta twice', sealed({}, pair(DATA, DELTA, DELTA))],
  ['canonical', 'no delta', sealed({}, pair(DATA))],
  ['canonical', 'an empty pair', sealed({}, pair())],
  ['canonical', 'a remoteHash of 31 bytes', sealed({}, pair([0x0a, 31, ...zeros(31)], LOCAL, DELTA, LENGTH))],
  ['canonical', 'delta 0 in two bytes', sealed({}, pair(DATA, [0x50, 0x80, 0x00]))],
  ['canonical', 'delta in eleven bytes', sealed({}, pair(DATA, [0x50, ...new Array(10).fill(0x80), 1]))],
  [
    'canonical',
    'delta of more than 64 bits',
    sealed({}, pair(DATA, [0x50, ...new Array(9).fill(0xff), 0x02])),
  ],
  ['canonical', 'the length of the data in two bytes', sealed({}, pair([0x1a, 0x82, 0x00, 9, 9], DELTA))],
  ['canonical', 'the length of the pair in two bytes', sealed({}, [0x0a, 0x86, 0x00, ...DATA, ...DELTA])],
  ['canonical', 'data longer than its pair', sealed({}, pair([0x1a, 200, 1], DELTA))],
  ['canonical', 'a pair shorter than its fields', sealed({}, [0x0a, 5, ...DATA, ...DELTA])],
  ['canonical', 'a pair longer than the page', sealed({}, [0x0a, 0xff, 0x7f, ...DATA, ...DELTA])],
  [
    'canonical',
    'padding of ones',
    sealed({}, GOOD, [0x7a, ...varint(4096 - 97 - 8 - 3), ...new Array(4096 - 97 - 8 - 3).fill(1)]),
  ],
  [
    'canonical',
    'a last byte of padding that is not zero',
    sealed({}, GOOD, [...padding(4096 - 97 - 8).slice(0, -1), 1]),
  ],
  ['canonical', 'no padding', sealed({}, GOOD, zeros(4096 - 97 - 8))],
  [
    'canonical',
    'padding in two fields where one does',
    sealed({}, GOOD, [0x7a, 0, ...padding(4096 - 97 - 8 - 2)]),
  ],
  [
    'canonical',
    'padding and bytes behind it',
    sealed({}, GOOD, [...padding(4096 - 97 - 8 - 5), ...zeros(5)]),
  ],
  [
    'canonical',
    'padding longer than the page',
    sealed({}, GOOD, [0x7a, ...varint(4096), ...zeros(4096 - 97 - 8 - 3)]),
  ],
  ['canonical', 'padding before the pairs', sealed({}, [0x7a, 0, ...GOOD])],
  ['canonical', 'a gap of 1 byte left', gap(1, [0])],
  [
    'canonical',
    'a gap of 130 bytes as 126 and then an empty field',
    gap(130, [0x7a, 126, ...zeros(126), 0x7a, 0]),
  ],
  [
    'canonical',
    'a gap of 130 bytes as one field of a longer length',
    gap(130, [0x7a, 0xff, 0x00, ...zeros(127)]),
  ],
]

const headCases: [PageRule, string, Uint8Array][] = [
  ['length', 'a head page of 4,097 bytes', Uint8Array.from([...head({}), ...zeros(4097 - 181)])],
  ['roots', 'a zero history over sealed pages', head({ history: NO_ROOTS.history })],
  ['roots', 'a zero directory over sealed pages', head({ directory: NO_ROOTS.directory })],
  ['roots', 'roots without sealed pages', head({ ...NO_PAGE_BEFORE, sealedPages: NO_ROOTS.sealedPages })],
  ['tail', 'no tail over sealed pages', head({ tail: [] })],
  ['tail', 'a tail without sealed pages', head(NO_ROOTS)],
  ['seq', 'more sealed pages than entries', head({ firstSeq: [0x61, ...fixed(2, 8)] })],
  ['empty', 'a head page of a log without entries', head({ ...NO_PAGE_BEFORE, ...NO_ROOTS }, [])],
  [
    'base',
    'a base timestamp in a first head page',
    head({ ...NO_PAGE_BEFORE, ...NO_ROOTS, baseTimestamp: HEADER.baseTimestamp }),
  ],
  ['canonical', 'a head page without roots', head({ history: [], sealedPages: [], directory: [] })],
  ['canonical', 'a head page without its directory', head({ directory: [] })],
  ['canonical', 'a head page with padding', head({}, [...GOOD, 0x7a, 0])],
  ['canonical', 'a byte behind a head page', head({}, [...GOOD, 0])],
  ['canonical', 'a head page of no bytes', new Uint8Array(0)],
  ['canonical', 'a head page that ends in its log', head({}).subarray(0, 20)],
  ['canonical', 'a head page that ends in first seq', head({}).subarray(0, 40)],
  ['canonical', 'a head page that ends in its roots', head({}).subarray(0, 100)],
  ['canonical', 'a head page that ends in a pair', head({}).subarray(0, -1)],
  ['canonical', 'sealed pages as a varint', head({ sealedPages: [0x88, 0x01, 3] })],
]

const broken =
  (kind: 'sealed' | 'head') =>
  ([rule, name, bytes]: [PageRule, string, Uint8Array]): BrokenPage => ({ name, kind, rule, bytes })

export const BROKEN_PAGES: readonly BrokenPage[] = [
  ...sealedCases.map(broken('sealed')),
  ...headCases.map(broken('head')),
]

/** The same parts put together right, so that the breakage is the only thing wrong with the others. */
export const WHOLE_PAGES: readonly Omit<BrokenPage, 'rule'>[] = [
  { name: 'sealed', kind: 'sealed', bytes: sealed({}) },
  { name: 'first sealed', kind: 'sealed', bytes: sealed(NO_PAGE_BEFORE) },
  { name: 'by reference', kind: 'sealed', bytes: sealed({}, pair(REMOTE, LOCAL, DELTA, LENGTH)) },
  { name: 'own id', kind: 'sealed', bytes: sealed({}, pair(LOCAL, DATA, DELTA)) },
  { name: 'a gap of 130 bytes', kind: 'sealed', bytes: gap(130, [0x7a, 0, 0x7a, 126, ...zeros(126)]) },
  { name: 'head', kind: 'head', bytes: head({}) },
  { name: 'empty head', kind: 'head', bytes: head({}, []) },
  { name: 'first head', kind: 'head', bytes: head({ ...NO_PAGE_BEFORE, ...NO_ROOTS }) },
]
