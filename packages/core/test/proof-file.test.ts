import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FileProver, makeChunk, verifyFileProof } from '../src/index.ts'
import { flipped, proveBytes, refusal, storedFile } from './proof-model.ts'
import { seededBytes } from './tree-model.ts'

/** Around a segment, a chunk, a full inner chunk, and a single left-over leaf carried up. */
const FILES = [1, 31, 33, 4095, 4096, 4097, 8192, 9000, 4096 * 128, 4096 * 128 + 1, 4096 * 130 + 17].map(
  storedFile,
)

test('any range of any file is proven, across leaves and inner chunks, and needs its chunks alone', () => {
  const some = fc.constantFrom(...FILES).chain(file =>
    fc.record({
      file: fc.constant(file),
      a: fc.nat(file.bytes.length - 1),
      size: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 12_000 })),
    }),
  )
  fc.assert(
    fc.property(some, ({ file, a, size }) => {
      const to = Math.min(a + size, file.bytes.length)
      const { bytes, data } = proveBytes(file, a, to)
      assert.deepEqual(data, file.bytes.slice(a, to))
      assert.deepEqual(verifyFileProof(file.root, file.bytes.length, a, to, bytes), data)
    }),
    { seed: 20261123, numRuns: 120 },
  )
})

test('each bit counts, and so do length, range and root', () => {
  const file = FILES.find(({ bytes }) => bytes.length === 4096 * 128 + 1)!
  const { length } = file.bytes
  for (const [from, to] of [
    [4090, 4100],
    [length - 2, length],
  ] as const) {
    const { bytes } = proveBytes(file, from, to)
    const refused = (proof: Uint8Array, root = file.root, total = length, start = from, end = to) =>
      refusal(() => verifyFileProof(root, total, start, end, proof))
    for (let bit = 0; bit < 8 * bytes.length; bit += 5) {
      assert.match(refused(flipped(bytes, bit))!, /^(WrongRoot|PaddingNotZero)$/)
    }
    assert.equal(refused(bytes.subarray(0, -1)), 'ProofTooShort')
    assert.equal(refused(Uint8Array.from([...bytes, 0])), 'ProofTooLong')
    assert.equal(refused(bytes, FILES[0]!.root), 'WrongRoot')
    assert.notEqual(refused(bytes, file.root, length + 4096), undefined)
    assert.notEqual(refused(bytes, file.root, length, from - 64, to - 64), undefined)
  }
})

test('no length but the right one is taken: a leaf that looks like an inner chunk is none', () => {
  const inner = makeChunk(seededBytes('references', 64))
  assert.equal(inner.bytes.length, 72)
  const prover = new FileProver(inner.reference, 8192, 0, 10)
  assert.throws(() => prover.supply(inner.reference, inner.bytes), { code: 'CORRUPT' })
  const file = FILES.find(({ bytes }) => bytes.length === 9000)!
  const short = new FileProver(file.root, 8999, 8995, 8999)
  assert.throws(() => short.supply(file.root, file.chunks.get(file.root)), { code: 'CORRUPT' })
})

test('a leaf of another length than its place demands is refused', () => {
  const one = makeChunk(seededBytes('leaf', 100))
  const prover = new FileProver(one.reference, 99, 0, 10)
  assert.throws(() => prover.supply(one.reference, one.bytes), { code: 'CORRUPT' })
  const bent = makeChunk(seededBytes('leaf', 99), 100)
  const other = new FileProver(bent.reference, 99, 0, 10)
  assert.throws(() => other.supply(bent.reference, bent.bytes), { code: 'CORRUPT' })
})

test('ranges that the file does not have, and chunks that nobody wanted, are the caller’s mistake', () => {
  const file = FILES[0]!
  for (const [length, from, to] of [
    [10, 0, 0],
    [10, 5, 4],
    [10, 0, 11],
    [10, -1, 2],
    [10, 0.5, 2],
    [2 ** 53, 0, 1],
  ] as const) {
    assert.throws(() => new FileProver(file.root, length, from, to), RangeError)
    assert.throws(() => verifyFileProof(file.root, length, from, to, new Uint8Array(0)), RangeError)
  }
  const prover = new FileProver(file.root, 1, 0, 1)
  assert.throws(() => prover.proof(), RangeError)
  assert.throws(() => prover.supply(FILES[1]!.root, file.chunks.get(file.root)), RangeError)
})
