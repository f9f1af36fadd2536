import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { MerkleTree } from '@ethersphere/bee-js'
import fc from 'fast-check'
import {
  CHUNK_BYTES,
  childSpans,
  FileSplitter,
  makeChunk,
  type Reference,
  referenceToBytes,
  TreeWalker,
} from '../src/index.ts'
import { ChunkMap, joinFile, seededBytes, seededReference, supplyAll } from './tree-model.ts'

const FULL = 128 * CHUNK_BYTES

function split(data: Uint8Array): { root: Reference; chunks: ChunkMap } {
  const chunks = new ChunkMap()
  const splitter = new FileSplitter()
  chunks.put(splitter.push(data))
  const file = splitter.finish()
  chunks.put(file.chunks)
  assert.equal(file.length, data.length)
  return { root: file.root, chunks }
}

test('roots are those that a real Bee gave', () => {
  const path = new URL('../../../test/vectors/bee-file-roots-v1.json', import.meta.url)
  const { files } = JSON.parse(readFileSync(path, 'utf8')) as {
    files: { seed: string; length: number; root: string }[]
  }
  assert.equal(files.length, 15)
  for (const { seed, length, root } of files)
    assert.equal(split(seededBytes(seed, length)).root, root, `${length}`)
})

test('a history of 130 pages, uploaded to a real Bee chunk by chunk, has the root recorded there', () => {
  const splitter = new FileSplitter()
  for (let i = 0; i < 130; i++) splitter.push(seededBytes(`page ${i}`, CHUNK_BYTES))
  assert.equal(splitter.finish().root, 'c48e4182a25acb982617e52fc1b7e70a58dfdb298e8359f7240f88d781a7f133')
})

test('roots are those of bee-js', async () => {
  for (const length of [4097, 3 * 4096, FULL - 1, FULL, FULL + 1, FULL + 4096, 2 * FULL + 5]) {
    const data = seededBytes('merkle', length)
    const tree = await MerkleTree.root(data)
    assert.equal(split(data).root, Buffer.from(tree.hash()).toString('hex'), `${length} bytes`)
  }
})

test('any pieces give the same file, each chunk once, children first, and it joins to the same bytes', () => {
  const data = seededBytes('pieces', FULL + 3 * CHUNK_BYTES)
  const length = fc.oneof(
    fc.integer({ min: 0, max: 20_000 }),
    fc.integer({ min: FULL - 1, max: data.length }),
  )
  const cuts = fc.array(fc.integer({ min: 0, max: data.length }), { maxLength: 30 })
  fc.assert(
    fc.property(length, cuts, (end, points) => {
      const splitter = new FileSplitter()
      const produced = []
      let from = 0
      for (const to of [...points.filter(point => point <= end).sort((a, b) => a - b), end]) {
        produced.push(...splitter.push(data.subarray(from, to)))
        from = to
      }
      const file = splitter.finish()
      produced.push(...file.chunks)
      assert.equal(produced.at(-1)!.reference, file.root)
      assert.equal(new Set(produced.map(chunk => chunk.reference)).size, produced.length)
      const chunks = new ChunkMap()
      chunks.put(produced)
      assert.ok(Buffer.from(data.subarray(0, end)).equals(joinFile(chunks, file.root)))
      assert.equal(file.root, split(data.subarray(0, end)).root)
    }),
    { seed: 11, numRuns: 25 },
  )
})

test('a finished file takes nothing more', () => {
  const splitter = new FileSplitter()
  splitter.finish()
  assert.throws(() => splitter.push(new Uint8Array(1)), TypeError)
  assert.throws(() => splitter.finish(), TypeError)
})

test('the spans of children add up, full ones first, 2 to 128 of them', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), span => {
      const spans = childSpans(span)
      if (span <= CHUNK_BYTES) return assert.deepEqual(spans, [])
      assert.ok(spans.length >= 2 && spans.length <= 128)
      assert.equal(
        spans.reduce((a, b) => a + b),
        span,
      )
      const [full] = spans as [number]
      assert.ok(Number.isInteger(Math.log2(full / CHUNK_BYTES) / 7))
      assert.ok(spans.slice(0, -1).every(each => each === full) && spans.at(-1)! <= full)
    }),
    { seed: 13 },
  )
  assert.deepEqual(childSpans(0), [])
  assert.deepEqual(childSpans(CHUNK_BYTES + 1), [CHUNK_BYTES, 1])
  assert.deepEqual(
    childSpans(FULL),
    Array.from({ length: 128 }, () => CHUNK_BYTES),
  )
  assert.deepEqual(childSpans(FULL + 1), [FULL, 1])
  for (const span of [-1, 0.5, 2 ** 53, Number.NaN]) assert.throws(() => childSpans(span), RangeError)
})

test('the walker finds the leaf of any byte', () => {
  for (const length of [0, 1, 4096, 4097, 8192, FULL - 1, FULL, FULL + 1, FULL + 5000]) {
    const data = seededBytes('walk', length)
    const { root, chunks } = split(data)
    const walker = new TreeWalker(root, length)
    supplyAll(walker, chunks, 0, length)
    for (let at = 0; at < length || at === 0; at += CHUNK_BYTES) {
      const payload = data.subarray(at, at + CHUNK_BYTES)
      const leaf = { reference: makeChunk(payload).reference, span: payload.length }
      assert.deepEqual(walker.leaf(at), leaf, `byte ${at} of ${length}`)
      if (length > 0) assert.deepEqual(walker.leaf(at + payload.length - 1), leaf)
    }
    assert.throws(() => walker.leaf(Math.max(length, 1)), RangeError)
  }
})

test('any range asks for exactly the chunks above its leaves', () => {
  const length = 3 * FULL + 2 * CHUNK_BYTES + 7
  const { root, chunks } = split(seededBytes('range', length))
  const offset = fc.integer({ min: 0, max: length })
  fc.assert(
    fc.property(offset, offset, (a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)]
      const walker = new TreeWalker(root, length)
      supplyAll(walker, chunks, from, to)
      for (let at = 0; at < length; at += FULL) {
        const asked = from < to && at < to && Math.min(at + FULL, length) > from
        assert.equal(walker.leaf(at) !== undefined, asked)
      }
    }),
    { seed: 17 },
  )
})

test('ranges, bytes and nodes outside the tree are refused', () => {
  const walker = new TreeWalker(seededReference('root'), 2 * FULL)
  for (const [from, to] of [
    [-1, 1],
    [2, 1],
    [0, 2 * FULL + 1],
    [0, Number.NaN],
  ] as const) {
    assert.throws(() => walker.wanted(from, to), RangeError)
  }
  const { bytes } = makeChunk(new Uint8Array(4096), FULL)
  for (const node of [
    { offset: 0, span: FULL - 1 },
    { offset: 1, span: FULL },
    { offset: FULL, span: 2 * FULL },
    { offset: Number.NaN, span: FULL },
    { offset: 0, span: CHUNK_BYTES },
  ]) {
    assert.throws(() => walker.supply(node, bytes), RangeError, JSON.stringify(node))
  }
  assert.throws(() => new TreeWalker(seededReference('root'), 2 ** 53), RangeError)
})

test('inner chunks of the wrong span or length are CORRUPT', () => {
  const references = (count: number): Uint8Array =>
    Buffer.concat(Array.from({ length: count }, (_, i) => referenceToBytes(seededReference(`${i}`))))
  const span = 3 * CHUNK_BYTES
  const node = { offset: 0, span }
  const walker = new TreeWalker(seededReference('root'), span)
  const wrong: Record<string, Uint8Array> = {
    'a span too small': makeChunk(references(3), span - 1).bytes,
    'a span too large': makeChunk(references(3), span + 1).bytes,
    'a leaf in its place': makeChunk(references(3)).bytes,
    'a redundancy level in the span': Uint8Array.of(0, 48, 0, 0, 0, 0, 0, 129, ...references(3)),
    'a child too few': makeChunk(references(2), span).bytes,
    'a child too many': makeChunk(references(4), span).bytes,
    'a cut reference': makeChunk(references(3).subarray(0, 95), span).bytes,
    'zeros behind the references, which hash the same': makeChunk(
      Buffer.concat([references(3), Buffer.alloc(32)]),
      span,
    ).bytes,
    'no bytes': new Uint8Array(0),
  }
  for (const [what, bytes] of Object.entries(wrong)) {
    assert.throws(() => walker.supply(node, bytes), { code: 'CORRUPT' }, what)
  }
  assert.equal(walker.leaf(0), undefined)
  walker.supply(node, makeChunk(references(3), span).bytes)
  assert.equal(walker.leaf(CHUNK_BYTES)?.reference, seededReference('1'))
})

test('the walker keeps its own copy of what it was given', () => {
  const { root, chunks } = split(seededBytes('copy', 8192))
  const walker = new TreeWalker(root, 8192)
  const bytes = chunks.get(root).slice()
  walker.supply({ offset: 0, span: 8192 }, bytes)
  const before = walker.leaf(0)
  bytes.fill(0)
  assert.deepEqual(walker.leaf(0), before)
})
