import type { Entry, LogHash, NewEntry, Reference } from '@remote-log/core'
import { BROKEN_PAGES } from '../../packages/core/test/page-broken.ts'
import { byReference } from '../../packages/core/test/page-model.ts'
import {
  BASE,
  chainOfPages,
  embedded,
  ForgedLog,
  flipped,
  type HonestLog,
  headOf,
  honestLog,
  LOG,
  manyEntries,
  numbersOf,
  type ProofParts,
  prove,
  proveBytes,
  refusalOf,
  type Segments,
  sealedPage,
  storedFile,
} from '../../packages/core/test/proof-model.ts'
import { hexOf } from './bytes.ts'

const mixed: readonly NewEntry[] = [
  embedded('five', 5, BASE + 10),
  byReference(1_000_000, BASE + 20),
  embedded('own id', 6, BASE - 20, '77'.repeat(32)),
  embedded('empty', 0, BASE - 20),
  byReference(2 ** 32, 0),
  embedded('long', 3000, BASE + 5),
]
const minutes = [...manyEntries(18, 256)]

/** Entries and the logs they are in. 16,385 pages: three levels of directory, and a last page right below the root. */
const LOGS: readonly { name: string; log: HonestLog; seqs: readonly number[] }[] = [
  { name: 'open first page', log: honestLog(mixed.slice(0, 4)), seqs: [0, 1, 2, 3] },
  { name: 'one sealed page', log: honestLog(mixed.slice(0, 4), true), seqs: [0] },
  {
    name: 'sealed and open pages',
    log: honestLog([...mixed, ...minutes, ...mixed]),
    seqs: [0, 1, 2, 4, 5, 6, 19, 24, 26, 29],
  },
  {
    name: '16,385 pages',
    log: honestLog(manyEntries(128 * 128 + 1, 8), true),
    seqs: [0, 85, 7225, 16_383, 16_384],
  },
]

/** test/vectors/proof-v1.json: docs/spec.md section 11. Bytes and hashes are hex, times milliseconds. */
export function proofVectors() {
  return {
    format: 'remote-log/proof',
    version: 1,
    entries: LOGS.flatMap(({ name, log, seqs }) =>
      seqs.map(seq => {
        const { bytes, entry } = prove(log, seq)
        return { name: `${name}: ${seq}`, ...asked(log, seq, bytes), entry: entryVector(entry) }
      }),
    ),
    refused: [...refusedProofs(), ...brokenPages()],
    files: fileVectors(),
  }
}

function asked({ head, log }: Pick<HonestLog, 'head' | 'log'>, seq: number, proof: Uint8Array) {
  return { head, log, seq, proof: hexOf(proof) }
}

function entryVector({ timestamp, id, content }: Entry) {
  return {
    timestamp,
    id,
    ...(content.kind === 'embedded'
      ? { data: hexOf(content.data) }
      : { reference: content.reference, length: content.length }),
  }
}

const entries = [...manyEntries(12, 300)]
const chain = chainOfPages(entries, 3)
const head = headOf({ firstSeq: 12, baseTimestamp: BASE + 720_000 }, [embedded('open', 40, BASE)])
const truth = new ForgedLog(chain, head)
const RECORDS = chain.map((_, i) => ({ firstSeq: 3 * i, time: i === 0 ? 0 : BASE + 180_000 * i }))

/** What is wrong with a proof, each reason at least once. */
function refusedProofs() {
  const vector = (
    name: string,
    seq: number,
    proof: Uint8Array,
    log: Pick<HonestLog, 'head' | 'log'> = { head: truth.head, log: LOG },
  ) => ({ name, ...asked(log, seq, proof), refused: refusalOf(log.head, log.log, seq, proof) ?? 'nothing' })
  const forged = (name: string, log: ForgedLog, seq: number, index?: number, segments?: Segments) =>
    vector(name, seq, log.proof(seq, index, segments), { head: log.head, log: LOG })
  const changed = (name: string, part: Partial<ProofParts>) =>
    vector(name, 9, Buffer.concat(Object.values({ ...truth.parts(9, 3), ...part })))
  const records = (change: Readonly<Record<number, object>>) =>
    new ForgedLog(chain, head, { records: RECORDS.map((record, i) => ({ ...record, ...change[i] })) })
  const proof = truth.proof(4, 1)
  const open = truth.proof(12)
  const padded = open.slice()
  padded[18 + 32 * Math.floor((truth.headPage.length - 1) / 32) + 31]! ^= 1
  const ofAnother = sealedPage(entries.slice(0, 3), {
    firstSeq: 0,
    baseTimestamp: 0,
    tail: undefined,
    log: 'ac'.repeat(32) as LogHash,
  })
  const single = Array.from({ length: 90 }, (_, i) =>
    sealedPage([embedded(`single ${i}`, 8, BASE)], {
      firstSeq: i,
      baseTimestamp: i === 0 ? 0 : BASE,
      tail: i === 0 ? undefined : ('cd'.repeat(32) as Reference),
    }),
  )
  const bentNode = new ForgedLog(single, headOf({ firstSeq: 90, baseTimestamp: BASE }), {
    nodeRecord: (record, i) => (i === 1 ? { ...record, firstSeq: 84 } : record),
  })
  const all = new Set(Array.from({ length: 128 }, (_, i) => i))
  return [
    vector('no bytes', 4, new Uint8Array(0)),
    vector('cut off', 4, proof.subarray(0, -1)),
    vector('cut off in the head page', 12, open.subarray(0, 100)),
    vector('a byte too many', 4, Uint8Array.from([...proof, 0])),
    vector('a byte too many behind the head page', 12, Uint8Array.from([...open, 0])),
    vector('of another seq of the page', 3, proof),
    vector('of a later seq of the page', 5, proof),
    vector('of a seq of another page', 6, proof),
    vector('of a seq in the head page', 12, proof),
    vector('of no seq', 13, truth.proof(13)),
    vector('of a seq above 2^53-1', 2 ** 53, open),
    vector('of another head', 4, proof, { head: 'ee'.repeat(32) as Reference, log: LOG }),
    vector('of no head', 4, proof, { head: '00'.repeat(32) as Reference, log: LOG }),
    vector('of another log', 4, proof, { head: truth.head, log: 'ac'.repeat(32) as LogHash }),
    vector('a bit changed', 4, flipped(proof, 8 * 700)),
    vector('a head page of 4,097 bytes', 4, Uint8Array.from([0x10, 0x01, ...proof.subarray(2)])),
    vector('a head page of one byte', 4, Uint8Array.from([0x00, 0x01, ...proof.subarray(2)])),
    vector('a head page that goes on behind its span', 12, padded),
    vector(
      'no segment',
      4,
      Uint8Array.from([...proof.subarray(0, 2), ...new Uint8Array(16), ...proof.subarray(18)]),
    ),
    forged('all segments of the page', truth, 4, 1, { page: all }),
    forged('one segment of the page', truth, 4, 1, { page: new Set([0]) }),
    forged('a segment too many of the head page', truth, 4, 1, { head: new Set([0, 1, 2, 3, 4, 5]) }),
    forged('a segment too few of the head page', truth, 4, 1, { head: new Set([0, 1, 3, 4]) }),
    changed('a page that is not sealed', { index: Uint8Array.of(0, 0, 0, 4) }),
    changed('another place in the history', { index: Uint8Array.of(0, 0, 0, 2) }),
    changed('another history', { history: new ForgedLog(chain.toReversed(), head).parts(9, 3).history }),
    changed('another directory', { directory: records({ 3: { firstSeq: 10 } }).parts(9, 3).directory }),
    forged('another page than the directory leads to', truth, 4, 2),
    forged('a record with another first seq', records({ 1: { firstSeq: 2 } }), 4, 1),
    forged('a record with another time', records({ 1: { time: BASE } }), 4, 1),
    forged('records with seqs out of order', records({ 1: { firstSeq: 6 }, 2: { firstSeq: 6 } }), 1, 0),
    forged('records with times out of order', records({ 2: { time: BASE } }), 4, 1),
    forged('a first page that starts at seq 1 in the directory', records({ 0: { firstSeq: 1 } }), 1, 0),
    forged('a node that begins elsewhere than the record above says', bentNode, 85, 85),
    forged(
      'a record of another page',
      new ForgedLog(chain, head, {
        records: RECORDS,
        references: ['ee'.repeat(32), 'ee'.repeat(32), 'ee'.repeat(32), 'ee'.repeat(32)] as Reference[],
      }),
      4,
      1,
    ),
    forged('a page of another log', new ForgedLog([ofAnother, ...chain.slice(1)], head), 0, 0),
    forged('a page that ends before the next begins', new ForgedLog(chain.slice(0, 3), head), 9, 2),
  ]
}

/** Pages that break a rule, the proof through their first entry; those that break it behind are left out. */
function brokenPages() {
  return BROKEN_PAGES.flatMap(({ name, kind, bytes }) => {
    if (bytes.length === 0 || bytes.length > 4096) return []
    const isFirst = bytes[63] !== 0x12
    const before = kind === 'sealed' && isFirst ? 0 : 3
    const pages = kind === 'head' ? chain.slice(0, 3) : [...chain.slice(0, before), bytes]
    // Of entries behind seq 2^53-1 the one before is as it should be.
    if (numbersOf(bytes).firstSeq === Number.MAX_SAFE_INTEGER) return []
    const seq = before === 0 ? 0 : 40
    const time = Math.max(numbersOf(bytes).time, 1000)
    const records = pages.map((_, i) => (i === 3 ? { firstSeq: seq, time } : { firstSeq: i, time: 0 }))
    const log = new ForgedLog(
      pages,
      kind === 'head' ? () => bytes : headOf({ firstSeq: 100, baseTimestamp: 2000 }),
      { records },
    )
    const proof = log.proof(seq, kind === 'head' ? undefined : before)
    const refused = refusalOf(log.head, LOG, seq, proof)
    const request = asked({ head: log.head, log: LOG }, seq, proof)
    return refused === undefined ? [] : [{ name: `${kind} page: ${name}`, ...request, refused }]
  })
}

/** Bytes of Swarm files; the payloads are those of seed "file". */
function fileVectors() {
  const ranges: readonly [number, number, number][] = [
    [1, 0, 1],
    [33, 31, 33],
    [4096, 4000, 4096],
    [4097, 4095, 4097],
    [9000, 100, 8999],
    [4096 * 128 + 1, 4096 * 128 - 5, 4096 * 128 + 1],
    [4096 * 130 + 17, 4096 * 129 - 1, 4096 * 129 + 1],
  ]
  return ranges.map(([length, from, to]) => {
    const file = storedFile(length)
    const { bytes, data } = proveBytes(file, from, to)
    return { root: file.root, length, from, to, proof: hexOf(bytes), data: hexOf(data) }
  })
}
