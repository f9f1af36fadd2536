import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  DirectoryBuilder,
  type DirectoryEdge,
  type DirectoryRecord,
  DirectoryWalker,
  decodeDirectoryEdge,
  encodeDirectoryEdge,
  makeChunk,
  ZERO_REFERENCE,
} from '../src/index.ts'
import { ChunkMap, directoryPayload, naiveDirectoryRoot, seededReference } from './tree-model.ts'

const references = Array.from({ length: 7300 }, (_, i) => seededReference(`page ${i}`))

/** Pages of any fill, with clocks that jump: the timestamps of the entries of each page. */
type Pages = readonly (readonly number[])[]

function records(pages: Pages): DirectoryRecord[] {
  let firstSeq = 0
  let time = 0
  return pages.map((timestamps, i) => {
    const record = { reference: references[i]!, firstSeq, time }
    firstSeq += timestamps.length
    time = Math.max(time, ...timestamps)
    return record
  })
}

function build(list: readonly DirectoryRecord[]): { builder: DirectoryBuilder; chunks: ChunkMap } {
  const chunks = new ChunkMap()
  const builder = new DirectoryBuilder()
  for (const record of list) chunks.put(builder.append(record))
  chunks.put(builder.root().chunks)
  return { builder, chunks }
}

function find(walker: DirectoryWalker, chunks: ChunkMap, target: Parameters<DirectoryWalker['seek']>[0]) {
  for (let fetched = 0; ; fetched++) {
    const step = walker.seek(target)
    if (!step.wanted) return { ...step, fetched }
    const { level, index, reference } = step.wanted
    walker.supply(level, index, chunks.get(reference))
  }
}

/** `count` pages of ten entries, a second apart. */
const regular = (count: number): DirectoryRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    reference: references[i]!,
    firstSeq: 10 * i,
    time: i === 0 ? 0 : 1_000_000 + 10_000 * i,
  }))

test('the root is that of the plainest directory at every number of pages around its levels', () => {
  const list = regular(7300)
  const builder = new DirectoryBuilder()
  for (let pages = 1; pages <= 7300; pages++) {
    builder.append(list[pages - 1]!)
    if (pages > 200 && Math.abs(pages - 7225) > 2) continue
    assert.equal(builder.root().reference, naiveDirectoryRoot(list.slice(0, pages)), `${pages} pages`)
  }
})

test('levels are added exactly where the nodes below are more than one', () => {
  for (const [pages, depth] of [
    [1, 1],
    [85, 1],
    [86, 2],
    [7225, 2],
    [7226, 3],
  ] as const) {
    const { builder, chunks } = build(regular(pages))
    const walker = new DirectoryWalker(builder.root().reference, pages)
    for (const page of [0, Math.floor(pages / 2), pages - 1]) {
      const fresh = new DirectoryWalker(builder.root().reference, pages)
      const found = find(fresh, chunks, { page })
      assert.equal(found.fetched, depth, `${pages} pages`)
      assert.equal(found.page, page)
      assert.deepEqual(found.record, regular(pages)[page])
      assert.equal(find(walker, chunks, { seq: 10 * page + 9 }).page, page)
    }
  }
})

const anyPages = fc.array(fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 5 }), {
  minLength: 1,
  maxLength: 300,
  size: 'max',
})
const anyTargets = fc.array(fc.integer({ min: 0, max: 2500 }), { minLength: 20, maxLength: 40 })

test('any seq and any moment lead to the page that a naive search finds', () => {
  fc.assert(
    fc.property(anyPages, anyTargets, (pages, targets) => {
      const list = records(pages)
      const { builder, chunks } = build(list)
      const walker = new DirectoryWalker(builder.root().reference, list.length)
      const entries = pages.flatMap((timestamps, page) => timestamps.map(timestamp => ({ page, timestamp })))
      for (const target of targets) {
        const page = entries[target]?.page ?? list.length - 1
        assert.equal(find(walker, chunks, { seq: target }).page, page)

        let maximum = 0
        const reached = entries.find(entry => {
          maximum = Math.max(maximum, entry.timestamp)
          return maximum >= target
        })
        assert.equal(find(walker, chunks, { time: target }).page, reached?.page ?? list.length - 1)
        const index = target % list.length
        assert.deepEqual(find(walker, chunks, { page: index }).record, list[index])
      }
    }),
    { seed: 7, numRuns: 60 },
  )
})

test('a builder that goes on from any edge reaches the same root, and the walker finds that edge', () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 7200, max: 7299 }))
  fc.assert(
    fc.property(size, fc.integer({ min: 0, max: 100 }), (pages, more) => {
      const list = regular(Math.min(pages + more, 7300))
      const { builder, chunks } = build(list.slice(0, pages))
      const walker = new DirectoryWalker(builder.root().reference, pages)
      assert.equal(walker.edge(), undefined)
      find(walker, chunks, { page: pages - 1 })
      assert.deepEqual(walker.edge(), builder.edge())

      const resumed = new DirectoryBuilder(decodeDirectoryEdge(encodeDirectoryEdge(builder.edge())))
      for (const record of list.slice(pages)) {
        builder.append(record)
        resumed.append(record)
      }
      assert.equal(resumed.pages, list.length)
      assert.equal(resumed.root().reference, builder.root().reference)
      assert.equal(build(list).builder.root().reference, builder.root().reference)
    }),
    { seed: 9, numRuns: 40 },
  )
})

test('the edge is right at every size up to 200 and around 7,225', () => {
  const list = regular(7300)
  const builder = new DirectoryBuilder()
  const chunks = new ChunkMap()
  for (let pages = 1; pages <= 7300; pages++) {
    chunks.put(builder.append(list[pages - 1]!))
    if (pages > 200 && Math.abs(pages - 7225) > 3) continue
    chunks.put(builder.root().chunks)
    const walker = new DirectoryWalker(builder.root().reference, pages)
    find(walker, chunks, { page: pages - 1 })
    assert.deepEqual(walker.edge(), builder.edge(), `${pages} pages`)
  }
})

test('no page: the zero reference, no node, no walker', () => {
  const builder = new DirectoryBuilder()
  assert.deepEqual(builder.root(), { reference: ZERO_REFERENCE, chunks: [] })
  assert.deepEqual(builder.edge(), { pages: 0, levels: [] })
  assert.throws(() => new DirectoryWalker(ZERO_REFERENCE, 0), RangeError)
})

test('the builder refuses records that are out of order or range', () => {
  const start = { reference: references[0]!, firstSeq: 0, time: 0 }
  assert.throws(() => new DirectoryBuilder().append({ ...start, firstSeq: 1 }), RangeError)
  assert.throws(() => new DirectoryBuilder().append({ ...start, time: 1 }), RangeError)
  const builder = new DirectoryBuilder()
  builder.append(start)
  builder.append({ ...start, firstSeq: 5, time: 100 })
  for (const [firstSeq, time] of [
    [5, 100],
    [4, 100],
    [6, 99],
    [2 ** 53, 100],
    [6, 2 ** 53],
    [6.5, 100],
    [Number.NaN, 100],
  ] as const) {
    assert.throws(() => builder.append({ ...start, firstSeq, time }), RangeError, `${firstSeq}, ${time}`)
  }
  assert.equal(builder.pages, 2)
  builder.append({ ...start, firstSeq: 6, time: 100 })
})

test('targets out of range are refused', () => {
  const walker = new DirectoryWalker(build(regular(3)).builder.root().reference, 3)
  for (const target of [
    { seq: -1 },
    { seq: 0.5 },
    { time: -1 },
    { time: 2 ** 53 },
    { page: 3 },
    { page: -1 },
    { page: 0.5 },
  ]) {
    assert.throws(() => walker.seek(target), RangeError, JSON.stringify(target))
  }
})

/** The bytes of a node with these records. */
function nodeBytes(list: readonly DirectoryRecord[], span = 48 * list.length): Uint8Array {
  return makeChunk(directoryPayload(list), span).bytes
}

function changed(list: readonly DirectoryRecord[], index: number, change: Partial<DirectoryRecord>) {
  return list.map((record, i) => (i === index ? { ...record, ...change } : record))
}

test('malformed roots are CORRUPT', () => {
  const list = regular(10)
  const walker = new DirectoryWalker(references[0]!, 10)
  const wrong: Record<string, Uint8Array> = {
    'a record too few': nodeBytes(list.slice(0, 9)),
    'a record too many': nodeBytes(regular(11)),
    'cut inside a record': nodeBytes(list).subarray(0, -1),
    'a span that is not the length': nodeBytes(list, 48 * 9),
    'a span out of range': Uint8Array.from([...Array(8).fill(255), ...nodeBytes(list).subarray(8)]),
    'first seq not rising': nodeBytes(changed(list, 4, { firstSeq: 30 })),
    'time falling': nodeBytes(changed(list, 4, { time: 5 })),
    'first seq not 0': nodeBytes(changed(list, 0, { firstSeq: 1 })),
    'first time not 0': nodeBytes(changed(list, 0, { time: 1 })),
    'first seq out of range': nodeBytes(changed(list, 9, { firstSeq: 2 ** 53 })),
    'time out of range': nodeBytes(changed(list, 9, { time: 2 ** 53 })),
    'no bytes': new Uint8Array(0),
  }
  for (const [what, bytes] of Object.entries(wrong)) {
    assert.throws(() => walker.supply(0, 0, bytes), { code: 'CORRUPT' }, what)
  }
  walker.supply(0, 0, nodeBytes(list))
  assert.throws(() => walker.supply(1, 0, nodeBytes(list)), RangeError)
  assert.throws(() => walker.supply(0, 1, nodeBytes(list)), RangeError)
})

test('nodes that disagree with those above or beside them are CORRUPT', () => {
  const list = regular(7226)
  const { builder, chunks } = build(list)
  const walker = new DirectoryWalker(builder.root().reference, 7226)
  assert.throws(() => walker.supply(0, 3, nodeBytes(list.slice(255, 340))), RangeError)
  find(walker, chunks, { page: 0 })

  const third = list.slice(255, 340)
  assert.throws(() => walker.supply(0, 3, nodeBytes(changed(third, 0, { firstSeq: 2549 }))), {
    code: 'CORRUPT',
  })
  assert.throws(() => walker.supply(0, 3, nodeBytes(changed(third, 0, { time: 1 }))), { code: 'CORRUPT' })
  assert.throws(() => walker.supply(0, 3, nodeBytes(changed(third, 84, { firstSeq: 3400 }))), {
    code: 'CORRUPT',
  })
  assert.throws(() => walker.supply(0, 3, nodeBytes(changed(third, 84, { time: 9e9 }))), { code: 'CORRUPT' })
  walker.supply(0, 3, nodeBytes(third))

  const lastOfFirstBranch = list.slice(84 * 85, 85 * 85)
  const intoCousin = changed(lastOfFirstBranch, 84, { firstSeq: list[7225]!.firstSeq })
  assert.throws(() => walker.supply(0, 84, nodeBytes(intoCousin)), { code: 'CORRUPT' })
  walker.supply(0, 84, nodeBytes(lastOfFirstBranch))
})

test('edges of the wrong shape, length or order are refused', () => {
  const list = regular(90)
  const edge = build(list).builder.edge()
  const wrong: DirectoryEdge[] = [
    { pages: 89, levels: edge.levels },
    { pages: 90, levels: edge.levels.slice(0, 1) },
    { pages: 90, levels: [edge.levels[0]!.toReversed(), edge.levels[1]!] },
    { pages: 90, levels: [changed(edge.levels[0]!, 0, { firstSeq: 0 }), edge.levels[1]!] },
    { pages: -1, levels: [] },
  ]
  for (const each of wrong) {
    assert.throws(() => new DirectoryBuilder(each), RangeError)
    assert.throws(() => encodeDirectoryEdge(each), RangeError)
  }
  const good = encodeDirectoryEdge(edge)
  assert.equal(good.length, 8 + 48 * 6)
  const disordered = good.slice()
  disordered[8 + 32] = 1
  const tooMany = good.slice()
  tooMany[0] = 1
  for (const bytes of [
    good.subarray(0, 7),
    good.subarray(1),
    new Uint8Array([...good, 0]),
    disordered,
    tooMany,
  ]) {
    assert.throws(() => decodeDirectoryEdge(bytes), { code: 'CORRUPT' })
  }
})
