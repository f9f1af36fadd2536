import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  decodeHistoryEdge,
  encodeHistoryEdge,
  FileSplitter,
  HistoryBuilder,
  type HistoryEdge,
  HistoryWalker,
  type Reference,
  sameEdge,
  ZERO_REFERENCE,
} from '../src/index.ts'
import { ChunkMap, naiveFileRoot, seededBytes, seededReference, supplyAll } from './tree-model.ts'

const leaves = Array.from({ length: 128 * 128 + 129 }, (_, i) => seededReference(`page ${i}`))

/** A history of the first `pages` leaves, with the chunks of its tree. */
function build(pages: number, chunks = new ChunkMap()): { builder: HistoryBuilder; chunks: ChunkMap } {
  const builder = new HistoryBuilder()
  for (const leaf of leaves.slice(0, pages)) chunks.put(builder.append(leaf))
  chunks.put(builder.root().chunks)
  return { builder, chunks }
}

test('the root is that of the plain tree at every number of pages up to 300', () => {
  const builder = new HistoryBuilder()
  for (const [i, leaf] of leaves.slice(0, 300).entries()) {
    builder.append(leaf)
    assert.equal(builder.root().reference, naiveFileRoot(leaves.slice(0, i + 1)), `${i + 1} pages`)
  }
})

test('the root is that of the plain tree around 128 x 128 pages', () => {
  const { builder } = build(128 * 128 - 2)
  for (let pages = 128 * 128 - 1; pages <= 128 * 128 + 3; pages++) {
    builder.append(leaves[pages - 1]!)
    assert.equal(builder.root().reference, naiveFileRoot(leaves.slice(0, pages)), `${pages} pages`)
  }
  for (let pages = 128 * 128 + 4; pages < 128 * 128 + 127; pages++) builder.append(leaves[pages - 1]!)
  for (let pages = 128 * 128 + 127; pages <= 128 * 128 + 129; pages++) {
    builder.append(leaves[pages - 1]!)
    assert.equal(builder.root().reference, naiveFileRoot(leaves.slice(0, pages)), `${pages} pages`)
  }
})

test('the root is that of the file over the same bytes', () => {
  const splitter = new FileSplitter()
  const builder = new HistoryBuilder()
  for (let i = 0; i < 131; i++) {
    const chunks = splitter.push(seededBytes(`page ${i}`, 4096))
    builder.append(chunks[0]!.reference)
  }
  assert.equal(builder.root().reference, splitter.finish().root)
})

test('no page: the zero reference, no chunk, an empty edge', () => {
  const builder = new HistoryBuilder()
  assert.deepEqual(builder.root(), { reference: ZERO_REFERENCE, chunks: [] })
  assert.deepEqual(builder.edge(), { pages: 0, levels: [] })
  const walker = new HistoryWalker(ZERO_REFERENCE, 0)
  assert.deepEqual(walker.wanted(0, 0), [])
  assert.deepEqual(walker.edgeAt(0), { pages: 0, levels: [] })
  assert.throws(() => walker.page(0), RangeError)
})

test('a full subtree comes out once, and only the right edge is written again', () => {
  const builder = new HistoryBuilder()
  let final = 0
  for (const leaf of leaves) final += builder.append(leaf).length
  assert.equal(final, 129 + 1)
  assert.equal(builder.root().chunks.length, 2)
})

test('a builder that goes on from the edge at any size reaches the same root', () => {
  const size = fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 16_300, max: 16_500 }))
  fc.assert(
    fc.property(size, fc.integer({ min: 0, max: 140 }), (pages, more) => {
      const end = Math.min(pages + more, leaves.length)
      const { builder } = build(Math.min(pages, end))
      const resumed = new HistoryBuilder(decodeHistoryEdge(encodeHistoryEdge(builder.edge())))
      for (const leaf of leaves.slice(builder.pages, end)) {
        builder.append(leaf)
        resumed.append(leaf)
      }
      assert.equal(resumed.pages, end)
      assert.equal(resumed.root().reference, builder.root().reference)
      assert.deepEqual(resumed.edge(), builder.edge())
    }),
    { seed: 3, numRuns: 40 },
  )
})

test('the walker finds each page in at most the depth of the tree', () => {
  for (const pages of [1, 2, 127, 128, 129, 257, 128 * 128, 128 * 128 + 1, 128 * 128 + 129]) {
    const { builder, chunks } = build(pages)
    const walker = new HistoryWalker(builder.root().reference, pages)
    const rounds = supplyAll(walker, chunks, 0, pages)
    assert.equal(rounds, Math.ceil(Math.log2(pages) / 7), `${pages} pages`)
    for (let i = 0; i < pages; i++) assert.equal(walker.page(i), leaves[i], `page ${i} of ${pages}`)
    assert.throws(() => walker.page(pages), RangeError)
    assert.throws(() => walker.page(-1), RangeError)
    assert.throws(() => walker.page(0.5), RangeError)
  }
})

test('a range asks for the nodes above it and no other', () => {
  const { builder, chunks } = build(128 * 128 + 129)
  const walker = new HistoryWalker(builder.root().reference, builder.pages)
  assert.equal(walker.wanted(300, 520).length, 1)
  assert.equal(supplyAll(walker, chunks, 300, 520), 3)
  assert.equal(walker.page(300), leaves[300])
  assert.equal(walker.page(519), leaves[519])
  assert.equal(walker.page(255), undefined)
  assert.equal(walker.page(640), undefined)
  assert.deepEqual(walker.wanted(5, 5), [])
  assert.deepEqual(
    walker.wanted(0, 640).map(({ node }) => node.offset / (4096 * 128)),
    [0, 1],
  )
})

test('forgetting drops what lies before and keeps the rest', () => {
  const { builder, chunks } = build(128 * 128 + 129)
  const walker = new HistoryWalker(builder.root().reference, builder.pages)
  supplyAll(walker, chunks, 0, builder.pages)
  const [root] = new HistoryWalker(builder.root().reference, builder.pages).wanted(0, 1)
  walker.forget(300)
  assert.equal(walker.page(255), undefined)
  assert.equal(walker.page(256), leaves[256])
  assert.equal(walker.wanted(0, 256).length, 2)
  supplyAll(walker, chunks, 0, 1)
  assert.equal(walker.page(0), leaves[0])
  walker.forget(builder.pages)
  assert.equal(walker.page(builder.pages - 1), undefined)
  walker.supply({ offset: 0, span: 4096 * 128 * 128 }, chunks.get(build(128 * 128).builder.root().reference))
  assert.deepEqual(walker.wanted(0, 1), [root])
})

test('the edge of a prefix, from the longer tree, is the edge that the builder had there', () => {
  const size = fc.oneof(
    fc.integer({ min: 1, max: 400 }),
    fc.constantFrom(128 * 128 - 1, 128 * 128, 128 * 128 + 1, 128 * 128 + 128, 128 * 128 + 129),
  )
  fc.assert(
    fc.property(size, fc.double({ min: 0, max: 1, noNaN: true }), (pages, share) => {
      const before = Math.floor(pages * share)
      const { builder, chunks } = build(pages)
      const walker = new HistoryWalker(builder.root().reference, pages)
      if (before > 0) supplyAll(walker, chunks, before - 1, before)
      const edge = walker.edgeAt(before)
      assert.ok(edge)
      assert.ok(sameEdge(edge, build(before).builder.edge()))
    }),
    { seed: 5, numRuns: 60 },
  )
})

test('the edge at every size of one tree is right', () => {
  const { builder, chunks } = build(300)
  const walker = new HistoryWalker(builder.root().reference, 300)
  supplyAll(walker, chunks, 0, 300)
  const growing = new HistoryBuilder()
  for (let pages = 0; pages <= 300; pages++) {
    assert.deepEqual(walker.edgeAt(pages), growing.edge(), `${pages} pages`)
    growing.append(leaves[pages]!)
  }
  assert.throws(() => walker.edgeAt(301), RangeError)
})

test('a history with another page anywhere before has another edge', () => {
  const other = seededReference('another page')
  for (const [changed, pages] of [
    [0, 1],
    [0, 200],
    [127, 129],
    [128, 129],
    [199, 200],
  ] as const) {
    const rewritten = new HistoryBuilder()
    for (const [i, leaf] of leaves.slice(0, pages).entries()) rewritten.append(i === changed ? other : leaf)
    assert.equal(
      sameEdge(rewritten.edge(), build(pages).builder.edge()),
      false,
      `page ${changed} of ${pages}`,
    )
  }
  assert.equal(sameEdge(build(3).builder.edge(), build(4).builder.edge()), false)
})

test('until the path is supplied, the edge is unknown', () => {
  const { builder } = build(200)
  assert.equal(new HistoryWalker(builder.root().reference, 200).edgeAt(150), undefined)
})

test('edges of the wrong shape are refused', () => {
  const reference = leaves[0] as Reference
  const wrong: HistoryEdge[] = [
    { pages: 1, levels: [] },
    { pages: 0, levels: [[]] },
    { pages: 128, levels: [[], [reference, reference]] },
    { pages: -1, levels: [] },
    { pages: 0.5, levels: [[]] },
    { pages: Number.NaN, levels: [] },
    { pages: 2 ** 32, levels: [[], [], [], [], Array.from({ length: 16 }, () => reference)] },
  ]
  for (const edge of wrong) {
    assert.throws(() => new HistoryBuilder(edge), RangeError)
    assert.throws(() => encodeHistoryEdge(edge), RangeError)
  }
})

test('encoded edges of the wrong length or size are CORRUPT', () => {
  const good = encodeHistoryEdge(build(130).builder.edge())
  assert.equal(good.length, 8 + 32 * 3)
  const tooMany = good.slice()
  tooMany[2] = 1
  for (const bytes of [good.subarray(0, 7), good.subarray(0, -1), new Uint8Array([...good, 0]), tooMany]) {
    assert.throws(() => decodeHistoryEdge(bytes), { code: 'CORRUPT' })
  }
})

test('a history ends at 2^32-1 pages', () => {
  const pages = 2 ** 32 - 1
  const digits = [127, 127, 127, 127, 15]
  const full = new HistoryBuilder({ pages, levels: digits.map(n => leaves.slice(0, n)) })
  assert.throws(() => full.append(leaves[0]!), RangeError)
  assert.throws(() => new HistoryWalker(leaves[0]!, pages + 1), RangeError)
  const walker = new HistoryWalker(full.root().reference, pages)
  assert.deepEqual(walker.wanted(pages - 1, pages), [
    { reference: full.root().reference, node: { offset: 0, span: pages * 4096 } },
  ])
})
