import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concatBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { makeChunk, referenceToBytes } from '../src/index.ts'
import { proveChild, proveSegments, readParent, readSegments } from '../src/proof/chunk-proof.ts'
import { ProofReader } from '../src/proof/proof-reader.ts'
import { addSegments, decodeSegments, encodeSegments } from '../src/proof/segments.ts'
import { flipped, refusal } from './proof-model.ts'
import { seededBytes } from './tree-model.ts'

const SEED = 20261123

/** A length, a span, and some of the segments of a payload of that length. */
const cases = fc.integer({ min: 1, max: 4096 }).chain(length =>
  fc.record({
    length: fc.constant(length),
    span: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    segments: fc
      .uniqueArray(fc.nat(Math.ceil(length / 32) - 1), { minLength: 1, maxLength: 40 })
      .map(list => new Set(list)),
  }),
)

/** Siblings that are needed, counted node by node from the definition: heap numbers, the root is 1. */
function neededSiblings(segments: ReadonlySet<number>, count: number): number {
  const isKnown = (node: number): boolean =>
    node >= 128 ? segments.has(node - 128) : isKnown(2 * node) || isKnown(2 * node + 1)
  const isPadding = (node: number): boolean => {
    const depth = Math.floor(Math.log2(node))
    return (node - 2 ** depth) * 2 ** (7 - depth) >= count
  }
  const nodes = Array.from({ length: 254 }, (_, i) => i + 2)
  return nodes.filter(node => !isKnown(node) && isKnown(node ^ 1) && !isPadding(node)).length
}

test('any segments of any chunk are proven by themselves and the siblings that are needed, and give its address', () => {
  fc.assert(
    fc.property(cases, ({ length, span, segments }) => {
      const payload = seededBytes(`payload ${length}`, length)
      const proof = proveSegments(payload, segments)
      const siblings = neededSiblings(segments, Math.ceil(length / 32))
      assert.equal(proof.length, 32 * (segments.size + siblings))
      const reader = new ProofReader(proof)
      const chunk = readSegments(reader, span, length, segments)
      reader.finish()
      assert.equal(chunk.reference, makeChunk(payload, span).reference)
      for (const i of segments) {
        const segment = payload.subarray(32 * i, 32 * i + 32)
        assert.deepEqual(chunk.payload.slice(32 * i, 32 * i + segment.length), segment.slice())
      }
    }),
    { seed: SEED, numRuns: 150 },
  )
})

test('an inner chunk is proven by one child at any place among any number of children', () => {
  for (const count of [2, 3, 5, 64, 65, 127, 128]) {
    const children = Array.from(
      { length: count },
      (_, i) => makeChunk(seededBytes(`child ${i}`, 32)).reference,
    )
    const payload = concatBytes(...children.map(referenceToBytes))
    const { reference } = makeChunk(payload, 4096 * count)
    for (const index of new Set([0, 1, count >> 1, count - 2, count - 1])) {
      const reader = new ProofReader(proveChild(payload, index))
      const child = referenceToBytes(children[index]!)
      assert.equal(readParent(reader, 4096 * count, count, index, child), reference)
      reader.finish()
    }
  }
})

test('a flipped bit, another span, length or set of segments gives another address or is refused', () => {
  const payload = seededBytes('payload', 1000)
  const segments = new Set([0, 3, 30])
  const proof = proveSegments(payload, segments)
  const { reference } = makeChunk(payload)
  const got = (bytes: Uint8Array, span = 1000, length = 1000, set: ReadonlySet<number> = segments) => {
    const reader = new ProofReader(bytes)
    try {
      const chunk = readSegments(reader, span, length, set)
      reader.finish()
      return chunk.reference
    } catch {
      return 'refused'
    }
  }
  assert.equal(got(proof), reference)
  for (let bit = 0; bit < 8 * proof.length; bit++) assert.notEqual(got(flipped(proof, bit)), reference)
  for (let span = 0; span < 2000; span += 7) if (span !== 1000) assert.notEqual(got(proof, span), reference)
  for (let segment = 0; segment < 32; segment++) {
    const other = new Set(segments)
    if (!other.delete(segment)) other.add(segment)
    assert.notEqual(got(proof, 1000, 1000, other), reference)
  }
})

test('padding is proven to be zero: in the last segment, and wherever nothing but padding lies below a node', () => {
  const payload = seededBytes('payload', 1000)
  const proof = proveSegments(payload, new Set([31]))
  const reading = (length: number) => () =>
    readSegments(new ProofReader(proof), length, length, new Set([31]))
  assert.equal(refusal(reading(1000)), undefined)
  assert.equal(refusal(reading(999)), 'PaddingNotZero')
  assert.equal(refusal(reading(993)), 'PaddingNotZero')
  const long = Uint8Array.from([...payload, ...new Uint8Array(1000), 1])
  const front = proveSegments(payload, new Set([0]))
  const read = readSegments(new ProofReader(front), 1000, 1000, new Set([0]))
  assert.equal(read.reference, makeChunk(payload).reference)
  assert.notEqual(read.reference, makeChunk(long, 1000).reference)
})

test('segments that are none or behind the payload are neither proven nor read', () => {
  const payload = seededBytes('payload', 100)
  for (const segments of [new Set<number>(), new Set([4]), new Set([0, 127])]) {
    assert.throws(() => proveSegments(payload, segments), RangeError)
    const reader = new ProofReader(new Uint8Array(4096))
    assert.equal(
      refusal(() => readSegments(reader, 100, 100, segments)),
      'SegmentsOutOfRange',
    )
  }
})

test('a set of segments is 128 bits, segment 0 the lowest, and ranges give the segments that they touch', () => {
  const segments = new Set([0, 9, 127])
  const bytes = encodeSegments(segments)
  assert.equal(Buffer.from(bytes).toString('hex'), '80000000000000000000000000000201')
  assert.deepEqual(decodeSegments(bytes), segments)
  const touched = (from: number, to: number) => {
    const set = new Set<number>()
    addSegments(set, from, to)
    return [...set]
  }
  assert.deepEqual(touched(0, 0), [])
  assert.deepEqual(touched(31, 32), [0])
  assert.deepEqual(touched(31, 33), [0, 1])
  assert.deepEqual(touched(32, 96), [1, 2])
})
