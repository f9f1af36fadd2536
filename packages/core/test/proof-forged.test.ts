import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concatBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import {
  type DirectoryRecord,
  decodePage,
  encodedPairSize,
  encodeSealedPage,
  fitsSealed,
  type LogHash,
  makeChunk,
  type NewEntry,
  type Reference,
  verifyEntryProof,
} from '../src/index.ts'
import { readSearch } from '../src/proof/directory-search.ts'
import { ProofReader } from '../src/proof/proof-reader.ts'
import { BROKEN_PAGES } from './page-broken.ts'
import { anyEntry, page as pageOf } from './page-model.ts'
import {
  BASE,
  chainOfPages,
  embedded,
  ForgedLog,
  headOf,
  LOG,
  manyEntries,
  type ProofParts,
  refusal,
  refusalOf,
  type Segments,
  sealedPage,
} from './proof-model.ts'

const SEED = 20261123
const entries = [...manyEntries(12, 300)]
const chain = chainOfPages(entries, 3)
const head = headOf({ firstSeq: 12, baseTimestamp: BASE + 720_000 }, [embedded('open', 40, BASE)])
const records = chain.map((_, i) => ({ firstSeq: 3 * i, time: i === 0 ? 0 : BASE + 180_000 * i }))

/** What comes of a proof of `seq` through page `index` (through the head page alone where that is left out). */
const outcome = (log: ForgedLog, seq: number, index?: number, segments?: Segments) =>
  refusalOf(log.head, LOG, seq, log.proof(seq, index, segments))
/** What comes of a proof through a sealed page of which a part is another. */
const changed = (log: ForgedLog, seq: number, index: number, part: Partial<ProofParts>) =>
  refusalOf(log.head, LOG, seq, concatBytes(...Object.values({ ...log.parts(seq, index), ...part })))
const referencesOf = (pages: readonly Uint8Array[]) => pages.map(page => makeChunk(page).reference)
const withRecords = (change: Readonly<Record<number, Partial<DirectoryRecord>>>) =>
  new ForgedLog(chain, head, {
    records: records.map((record, i) => ({ ...record, ...change[i] })),
    references: referencesOf(chain).map((reference, i) => change[i]?.reference ?? reference),
  })

test('proofs put together here hold where nothing is forged', () => {
  const log = new ForgedLog(chain, head)
  for (let seq = 0; seq < 12; seq++) assert.equal(outcome(log, seq, Math.floor(seq / 3)), undefined)
  assert.equal(outcome(log, 12), undefined)
})

test('no proof leads through a page that the directory does not lead to', () => {
  const log = new ForgedLog(chain, head)
  for (let seq = 0; seq < 12; seq++) {
    for (let page = 0; page < 4; page++) {
      assert.equal(outcome(log, seq, page), page === Math.floor(seq / 3) ? undefined : 'WrongPage')
    }
  }
})

test('two pages with the same seqs give one answer: that of the directory', () => {
  const forged = sealedPage([embedded('forged', 300, BASE)], {
    firstSeq: 3,
    baseTimestamp: BASE + 180_000,
    tail: makeChunk(chain[0]!).reference,
  })
  const pages = [chain[0]!, chain[1]!, forged, chain[3]!]
  for (const truthful of [
    [0, 3, 4, 9],
    [0, 2, 3, 9],
  ]) {
    const times = [0, BASE + 180_000, BASE + 180_000, BASE + 540_000]
    const log = new ForgedLog(pages, head, {
      records: truthful.map((firstSeq, i) => ({ firstSeq, time: times[i]! })),
    })
    const found = [1, 2].filter(page => outcome(log, 3, page) === undefined)
    assert.deepEqual(found, [truthful.indexOf(3)])
  }
})

test('whatever the records say, a seq is found in one page at most', () => {
  const anyRecords = fc.array(fc.nat(30), { minLength: 1, maxLength: 100 })
  fc.assert(
    fc.property(anyRecords, fc.boolean(), (seqs, sorted) => {
      const firsts = sorted ? seqs.toSorted((a, b) => a - b) : seqs
      const pages = firsts.map((_, i) => Uint8Array.of(i))
      const records = firsts.map((firstSeq, i) => ({ firstSeq: i === 0 ? 0 : firstSeq, time: 0 }))
      const log = new ForgedLog(pages, headOf({ firstSeq: 200, baseTimestamp: 0 }), { records })
      const references = referencesOf(pages)
      for (const seq of [0, 7, 15, 29]) {
        const found = references.filter((reference, page) => {
          const proof = new ProofReader(log.search(page))
          const search = () => readSearch(proof, log.directory, pages.length, page, reference, seq)
          return refusal(search) === undefined
        })
        assert.ok(found.length <= 1, `${found.length} pages for seq ${seq}`)
        if (sorted && new Set(firsts).size === firsts.length) assert.equal(found.length, 1)
      }
    }),
    { seed: SEED, numRuns: 40 },
  )
})

test('a directory that lies is found out', () => {
  const other = makeChunk(Uint8Array.of(1)).reference
  assert.equal(outcome(withRecords({ 1: { firstSeq: 2 } }), 4, 1), 'DirectoryLies')
  assert.equal(outcome(withRecords({ 1: { time: BASE } }), 4, 1), 'DirectoryLies')
  assert.equal(outcome(withRecords({ 1: { reference: other } }), 4, 1), 'DirectoryLies')
  assert.equal(outcome(withRecords({ 0: { time: 1 } }), 0, 0), 'DirectoryLies')
  assert.equal(outcome(withRecords({ 0: { firstSeq: 1 } }), 1, 0), 'DirectoryLies')
  assert.equal(outcome(withRecords({ 2: { time: BASE } }), 4, 1), 'DirectoryLies')
})

test('records out of order are found out where the search sees them', () => {
  // Four records: the search for entry 3 looks at records 2 and 1, that for entry 9 at 2 and 3.
  assert.equal(outcome(withRecords({ 1: { firstSeq: 6 }, 2: { firstSeq: 6 } }), 1, 0), 'DirectoryLies')
  assert.equal(outcome(withRecords({ 1: { time: BASE + 999_999 } }), 1, 0), 'DirectoryLies')
  assert.equal(outcome(withRecords({ 3: { firstSeq: 6 }, 2: { firstSeq: 6 } }), 9, 3), 'DirectoryLies')
  assert.equal(outcome(withRecords({ 3: { time: BASE } }), 9, 3), 'DirectoryLies')
  assert.equal(outcome(withRecords({ 1: { time: BASE + 999_999 } }), 4, 1), 'DirectoryLies')
})

test('numbers of a record above 2^53-1 are found out where the search sees them', () => {
  const huge = 2 ** 53
  assert.equal(outcome(withRecords({ 2: { firstSeq: huge } }), 4, 1), 'DirectoryLies')
  assert.equal(outcome(withRecords({ 2: { time: huge } }), 4, 1), 'DirectoryLies')
})

test('a node must begin as the record above it says', () => {
  const pages = Array.from({ length: 90 }, (_, i) =>
    sealedPage([embedded(`${i}`, 20, BASE)], {
      firstSeq: i,
      baseTimestamp: i === 0 ? 0 : BASE,
      tail: i === 0 ? undefined : ('cd'.repeat(32) as Reference),
    }),
  )
  const makeHead = headOf({ firstSeq: 90, baseTimestamp: BASE })
  const log = new ForgedLog(pages, makeHead)
  for (const seq of [0, 84, 85, 89]) assert.equal(outcome(log, seq, seq), undefined)
  const nodeRecord = (record: DirectoryRecord, i: number) => (i === 1 ? { ...record, firstSeq: 84 } : record)
  const bent = new ForgedLog(pages, makeHead, { nodeRecord })
  assert.equal(outcome(bent, 85, 85), 'DirectoryLies')
  assert.equal(outcome(bent, 84, 84), 'WrongPage')
})

test('a page in another place than the history has it is refused', () => {
  const log = new ForgedLog(chain, head)
  const swapped = new ForgedLog([chain[1]!, chain[0]!, chain[2]!, chain[3]!], head, { records })
  assert.equal(refusalOf(log.head, LOG, 4, swapped.proof(4, 0)), 'WrongHead')
  const [p0, p1, p2, p3] = chain as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  const historyOfOthers = new ForgedLog([p0, p2, p1, p3], head, { records, references: referencesOf(chain) })
  assert.equal(outcome(historyOfOthers, 4, 1), 'DirectoryLies')
})

test('the directory and the history of another log are refused', () => {
  const log = new ForgedLog(chain, head)
  const { directory } = withRecords({ 3: { firstSeq: 10 } }).parts(9, 3)
  assert.equal(changed(log, 9, 3, { directory }), 'WrongDirectory')
  const { history } = new ForgedLog(chain.toReversed(), head).parts(9, 3)
  assert.equal(changed(log, 9, 3, { history }), 'WrongHistory')
})

test('a page of another log, under a head of this one, is refused', () => {
  const other = sealedPage(entries.slice(0, 3), {
    firstSeq: 0,
    baseTimestamp: 0,
    tail: undefined,
    log: 'ac'.repeat(32) as LogHash,
  })
  const log = new ForgedLog([other, ...chain.slice(1)], head)
  assert.equal(outcome(log, 0, 0), 'WrongLog')
})

test('a page that ends before the entry has none, whatever head and directory say', () => {
  const log = new ForgedLog(chain.slice(0, 3), head)
  assert.equal(outcome(log, 9, 2), 'NoSuchEntry')
  assert.equal(outcome(log, 13), 'NoSuchEntry')
  const beyond = () => verifyEntryProof(log.head, LOG, 2 ** 53, log.proof(12))
  assert.equal(refusal(beyond), 'NoSuchEntry')
})

test('a proof has the segments that are read and no others', () => {
  const log = new ForgedLog(chain, head)
  const all = new Set(Array.from({ length: 128 }, (_, i) => i))
  assert.equal(outcome(log, 4, 1, { page: all }), 'SegmentsNotRead')
  assert.equal(outcome(log, 4, 1, { page: new Set([0]) }), 'SegmentsMissing')
  assert.equal(outcome(log, 4, 1, { head: new Set([0, 1, 2, 3, 4, 5]) }), 'SegmentsNotRead')
  assert.equal(outcome(log, 12, undefined, { head: new Set([0, 1, 2, 3, 4]) }), 'SegmentsMissing')
  for (let segment = 0; segment < 5; segment++) {
    const some = new Set([0, 1, 2, 3, 4].filter(i => i !== segment))
    assert.equal(outcome(log, 4, 1, { head: some }), 'SegmentsMissing')
  }
})

test('a head page that goes on behind its span is refused where that is proven', () => {
  const log = new ForgedLog(chain, head)
  const { length } = log.headPage
  const proof = log.proof(12)
  const lastSegment = 18 + 32 * Math.floor((length - 1) / 32)
  const bent = proof.slice()
  bent[lastSegment + 31]! ^= 1
  assert.equal(refusalOf(log.head, LOG, 12, bent), 'PaddingNotZero')
})

test('a page of no chunk, a page behind the last, and a span that no page has are refused', () => {
  const log = new ForgedLog(chain, head)
  const proof = log.proof(4, 1)
  assert.equal(
    refusalOf(log.head, LOG, 4, Uint8Array.from([0x10, 0x01, ...proof.subarray(2)])),
    'SpanTooLong',
  )
  assert.equal(
    refusalOf(log.head, LOG, 4, Uint8Array.from([0x00, 0x01, ...proof.subarray(2)])),
    'SegmentsOutOfRange',
  )
  assert.equal(changed(log, 4, 1, { index: Uint8Array.of(0, 0, 0, 4) }), 'PageOutOfLog')
  const short = new ForgedLog([chain[0]!.subarray(0, 4095), ...chain.slice(1)], head)
  assert.equal(outcome(short, 0, 0), 'WrongHistory')
})

test('a broken page is refused wherever the broken part is read', () => {
  const behindTheEntry: string[] = []
  for (const { name, kind, rule, bytes } of BROKEN_PAGES) {
    if (bytes.length > 4096 || bytes.length === 0) continue
    assert.throws(() => decodePage(bytes, { kind, log: LOG }), name)
    const isFirst = bytes[63] !== 0x12
    const refused = kind === 'head' ? headOutcome(bytes) : sealedOutcome(bytes, isFirst ? 0 : 3)
    if (refused === undefined) behindTheEntry.push(`${rule}: ${name}`)
  }
  assert.ok(behindTheEntry.length > 5)
  for (const broken of behindTheEntry) assert.match(broken, /^canonical: .*(padding|gap|byte behind)/)
})

/** Entry 40, the first of the broken pages that are not a log's first, behind three sealed pages. */
function headOutcome(bytes: Uint8Array): string | undefined {
  return outcome(new ForgedLog(chain.slice(0, 3), () => bytes), 40)
}

function sealedOutcome(bytes: Uint8Array, index: number): string | undefined {
  const firsts = [0, 1, 2, 40].slice(3 - index)
  const records = firsts.map((firstSeq, i) => ({
    firstSeq: i === 0 ? 0 : firstSeq,
    time: firstSeq === 40 ? 1000 : 0,
  }))
  const pages = [...chain.slice(0, index), bytes]
  const log = new ForgedLog(pages, headOf({ firstSeq: 100, baseTimestamp: 2000 }), { records })
  return outcome(log, index === 0 ? 0 : 40, index)
}

test('a byte changed anywhere: what the client rejects is refused from there on, all before is as it was', () => {
  const anyPage = fc.array(anyEntry, { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(anyPage, fc.nat(), fc.integer({ min: 1, max: 255 }), (list, place, change) => {
      const size = pairBytesOf(list)
      fc.pre(fitsSealed(size, true))
      const bytes = encodeSealedPage(pageOf(list))
      const ends = endsOf(bytes, list.length)
      // Behind the pairs is only padding, which no proof shows: one byte in eight is enough there.
      const offset = place % 8 === 0 ? place % 4096 : place % ends.at(-1)!
      const bent = bytes.slice()
      bent[offset]! ^= change
      const isAccepted = refusal(() => decodePage(bent, { kind: 'sealed', log: LOG, index: 3 })) === undefined
      const records = [0, 1, 2, 40].map(firstSeq => ({ firstSeq, time: firstSeq === 40 ? BASE : 0 }))
      const pages = [...chain.slice(0, 3), bent]
      const log = new ForgedLog(pages, headOf({ firstSeq: 100, baseTimestamp: BASE }), { records })
      for (const [i, end] of ends.entries()) {
        const refused = outcome(log, 40 + i, 3)
        if (offset >= end) assert.equal(refused, undefined, `byte ${offset} is behind entry ${i}`)
        else if (!isAccepted) assert.notEqual(refused, undefined, `byte ${offset}, entry ${i}`)
      }
    }),
    { seed: SEED, numRuns: 400 },
  )
})

function pairBytesOf(list: readonly NewEntry[]): number {
  let previous = BASE
  return list.reduce((sum, entry) => {
    const size = encodedPairSize(entry, previous)
    previous = entry.timestamp
    return sum + size
  }, 0)
}

/** Where each pair of a sealed page with a tail ends. */
function endsOf(bytes: Uint8Array, count: number): number[] {
  const ends: number[] = []
  let at = 97
  for (let i = 0; i < count; i++) {
    const low = bytes[at + 1]!
    const size = low < 128 ? low + 2 : (low & 127) + 128 * bytes[at + 2]! + 3
    at += size
    ends.push(at)
  }
  return ends
}
