import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  chunkPayload,
  decodePage,
  type Entry,
  EntryProver,
  type NewEntry,
  pagePayload,
  verifyEntryProof,
} from '../src/index.ts'
import { anyEntry, byReference } from './page-model.ts'
import {
  BASE,
  embedded,
  flipped,
  type HonestLog,
  honestLog,
  manyEntries,
  prove,
  refusalOf,
} from './proof-model.ts'
import { seededReference } from './tree-model.ts'

/** Entries as tests compare them: without getters and views. */
const plain = ({ seq, timestamp, id, content }: Entry) => ({
  seq,
  timestamp,
  id,
  content: content.kind === 'embedded' ? { kind: content.kind, data: Buffer.from(content.data) } : content,
})

const mixed: NewEntry[] = [
  embedded('a', 5, BASE + 10),
  byReference(1_000_000, BASE + 20),
  embedded('b', 6, BASE - 20, '77'.repeat(32)),
  embedded('c', 0, BASE - 20),
  byReference(0, 0),
  embedded('d', 3000, BASE + 5),
]

test('every entry of a log of a few pages is proven, and is the one that was appended', () => {
  const written = [...mixed, ...manyEntries(70, 256), ...mixed]
  const log = honestLog(written)
  for (const [seq, entry] of written.entries()) {
    const proof = prove(log, seq)
    assert.deepEqual(plain(proof.entry), plain({ ...entry, seq }))
    assert.deepEqual(plain(verifyEntryProof(log.head, log.log, seq, proof.bytes)), plain({ ...entry, seq }))
  }
})

test('a log whose first page is open yet has no history, and its entries are proven', () => {
  const log = honestLog(mixed.slice(0, 4))
  for (let seq = 0; seq < 4; seq++) assert.equal(prove(log, seq).entry.id, mixed[seq]!.id)
})

test('any entry that fits is proven anywhere', () => {
  fc.assert(
    fc.property(
      fc.array(anyEntry, { minLength: 1, maxLength: 40 }),
      fc.nat(),
      fc.boolean(),
      (entries, pick, linked) => {
        const log = honestLog(entries, linked)
        const seq = pick % entries.length
        assert.deepEqual(plain(prove(log, seq).entry), plain({ ...entries[seq]!, seq }))
      },
    ),
    { seed: 20261123, numRuns: 60 },
  )
})

/** Three levels of directory, and a history whose last page is carried up to the root. */
const LINKED_PAGES = 128 * 128 + 1

test('pages are found over all levels of history and directory', () => {
  const log = honestLog(manyEntries(LINKED_PAGES, 8), true)
  for (const seq of [0, 1, 84, 85, 127, 128, 7224, 7225, 8191, 16_383, 16_384]) {
    const { entry, bytes } = prove(log, seq)
    assert.equal(entry.seq, seq)
    assert.equal(entry.timestamp, BASE + 60_000 * (seq + 1))
    assert.equal(refusalOf(log.head, log.log, seq, bytes), undefined)
    for (const other of [seq - 1, seq + 1]) {
      if (other >= 0) assert.notEqual(refusalOf(log.head, log.log, other, bytes), undefined)
    }
  }
})

const small = honestLog(manyEntries(40, 256))

test('each bit of a proof counts', () => {
  const log = honestLog(manyEntries(200, 8))
  for (const seq of [1, 199]) {
    const { bytes } = prove(log, seq)
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const refused = refusalOf(log.head, log.log, seq, flipped(bytes, bit))
      assert.notEqual(refused, undefined, `bit ${bit} of the proof of entry ${seq}`)
    }
  }
})

test('a proof is for its seq alone', () => {
  const proofs = Array.from({ length: 40 }, (_, seq) => prove(small, seq).bytes)
  for (const [seq, proof] of proofs.entries()) {
    for (let other = 0; other < 45; other++) {
      const refused = refusalOf(small.head, small.log, other, proof)
      if (other === seq) assert.equal(refused, undefined)
      else
        assert.match(
          refused!,
          /^(Segments(Missing|NotRead)|WrongPage|ProofToo(Short|Long)|NoSuchEntry)$/,
          `${seq} as ${other}`,
        )
    }
  }
})

test('a proof is for its head and its log alone', () => {
  const longer = honestLog(manyEntries(41, 256))
  const { bytes } = prove(small, 3)
  assert.equal(refusalOf(longer.head, small.log, 3, bytes), 'WrongHead')
  assert.equal(refusalOf(small.head, 'ac'.repeat(32) as HonestLog['log'], 3, bytes), 'WrongLog')
})

test('a proof that is cut off is too short at every length, and one that goes on is too long', () => {
  for (const seq of [3, 39]) {
    const { bytes } = prove(small, seq)
    for (let length = 0; length < bytes.length; length++) {
      const refused = refusalOf(small.head, small.log, seq, bytes.subarray(0, length))
      assert.equal(refused, 'ProofTooShort', `${length} bytes`)
    }
    assert.equal(refusalOf(small.head, small.log, seq, Uint8Array.from([...bytes, 0])), 'ProofTooLong')
  }
})

test('the prover asks for nothing but the chunks on the way, level by level', () => {
  const prover = new EntryProver(small.head, small.log, 3)
  assert.throws(() => prover.proof(), RangeError)
  assert.throws(() => prover.supply(seededReference('other'), new Uint8Array(9)), RangeError)
  const rounds: number[] = []
  for (let wanted = prover.wanted(); wanted.length > 0; wanted = prover.wanted()) {
    rounds.push(wanted.length)
    for (const reference of wanted) prover.supply(reference, small.chunks.get(reference))
  }
  // Head page; directory; history and page.
  assert.deepEqual(rounds, [1, 1, 2])
})

test('the prover has no proof of an entry that is not there, and says so', () => {
  assert.throws(() => prove(small, 40), { code: 'CORRUPT', message: /ends before seq 40/ })
  assert.throws(() => new EntryProver(small.head, small.log, -1), RangeError)
  assert.throws(() => new EntryProver(small.head, small.log, 2 ** 53), RangeError)
})

test('the prover takes no chunk that is no page, no node or no part of the history', () => {
  const prover = new EntryProver(small.head, small.log, 3)
  const headChunk = small.chunks.get(small.head)
  assert.throws(() => prover.supply(small.head, headChunk.subarray(0, -1)), { code: 'CORRUPT' })
  prover.supply(small.head, headChunk)
  const [node] = prover.wanted()
  assert.throws(() => prover.supply(node!, headChunk), { code: 'CORRUPT' })
  prover.supply(node!, small.chunks.get(node!))
  const [inner, page] = prover.wanted()
  assert.throws(() => prover.supply(inner!, headChunk), { code: 'CORRUPT' })
  assert.throws(() => prover.supply(page!, headChunk), { code: 'INVALID_PAGE' })
  const payload = chunkPayload(small.chunks.get(page!))
  assert.equal(decodePage(payload, { kind: 'sealed', log: small.log }).firstSeq, 0)
  assert.equal(pagePayload(small.chunks.get(page!), page!).length, 4096)
})
