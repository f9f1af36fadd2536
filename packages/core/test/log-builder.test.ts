import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Chunk,
  chunkPayload,
  decodePage,
  emptyLogState,
  encodedPairSize,
  LogBuilder,
  MAX_EMBEDDED_BYTES,
  type MessageId,
  makeChunk,
  type NewEntry,
  type Reference,
} from '../src/index.ts'
import { BASE, byReference, embedded, LOG, pairOf } from './page-model.ts'

const sealedPageIn = (chunks: readonly Chunk[]) =>
  decodePage(chunkPayload(chunks[0]!.bytes), { kind: 'sealed', log: LOG })
const headIn = (builder: LogBuilder) =>
  decodePage(chunkPayload(builder.head().page.bytes), { kind: 'head', log: LOG })

/** A builder behind one sealed page; its time is `BASE`, so pairs of a known size fit behind it. */
function behindOnePage(): LogBuilder {
  const builder = new LogBuilder(emptyLogState(LOG))
  builder.append(embedded(new Uint8Array(1), BASE))
  assert.equal(builder.seal().length, 1)
  return builder
}

describe('capacity (spec 2.5)', () => {
  test('what fits the open page stays open', () => {
    const builder = behindOnePage()
    builder.append(pairOf(2000))
    assert.deepEqual(builder.append(pairOf(1923)).chunks, [])
    assert.equal(builder.head().page.bytes.length, 8 + 4096)
  })

  test('what fits the sealed page only is sealed with it, and leaves an empty head page', () => {
    for (const size of [3924, 3997, 3999]) {
      const builder = behindOnePage()
      builder.append(pairOf(2000))
      const { seq, chunks } = builder.append(pairOf(size - 2000))
      assert.equal(seq, 2)
      assert.equal(sealedPageIn(chunks).entries.length, 2)
      assert.deepEqual([headIn(builder).entries, headIn(builder).firstSeq], [[], 3])
    }
  })

  test('what would leave 1 byte opens the next page', () => {
    const builder = behindOnePage()
    builder.append(pairOf(2000))
    const { chunks } = builder.append(pairOf(1998))
    assert.equal(sealedPageIn(chunks).entries.length, 1)
    assert.deepEqual(
      headIn(builder).entries.map(({ seq }) => seq),
      [2],
    )
  })

  test('what fits neither opens the next page, its timestamp counted from the new base', () => {
    const builder = behindOnePage()
    builder.append({ ...pairOf(2000), timestamp: BASE + 50 })
    const { seq, chunks } = builder.append({ ...pairOf(3000), timestamp: BASE + 20 })
    assert.equal(seq, 2)
    assert.equal(sealedPageIn(chunks).entries.length, 1)
    const head = headIn(builder)
    assert.deepEqual(
      [head.firstSeq, head.baseTimestamp, head.entries[0]!.timestamp],
      [2, BASE + 50, BASE + 20],
    )
    assert.equal(head.tail, chunks[0]!.reference)
  })

  test('the first page has 34 bytes more', () => {
    const builder = new LogBuilder(emptyLogState(LOG))
    assert.deepEqual(builder.append({ ...embedded(new Uint8Array(3840), 0) }).chunks, [])
    const rest = 4096 - 63 - (3 + 3 + 3840 + 2)
    const filling = embedded(new Uint8Array(rest - 8), 0)
    assert.equal(encodedPairSize(filling, 0), rest)
    const { chunks } = builder.append(filling)
    assert.equal(sealedPageIn(chunks).entries.length, 2)
  })

  test('the largest embedded payload always fits, one byte more is refused and changes nothing', () => {
    const builder = behindOnePage()
    const largest = {
      ...embedded(new Uint8Array(MAX_EMBEDDED_BYTES), Number.MAX_SAFE_INTEGER),
      id: 'ee'.repeat(32) as MessageId,
    }
    assert.deepEqual(builder.append(largest).chunks, [])
    const before = builder.head().reference
    assert.throws(() => builder.append(embedded(new Uint8Array(MAX_EMBEDDED_BYTES + 1))), RangeError)
    assert.throws(() => builder.append(embedded(new Uint8Array(1), -1)), RangeError)
    assert.throws(() => builder.append(byReference(2 ** 32 + 1)), RangeError)
    assert.equal(builder.head().reference, before)
  })
})

test('a log ends at seq 2^53-1', () => {
  const state = behindOnePage().state()
  const open = { firstSeq: Number.MAX_SAFE_INTEGER, baseTimestamp: BASE, entries: [] }
  const builder = new LogBuilder({ ...state, open })
  assert.equal(builder.append(embedded(Uint8Array.of(1))).seq, Number.MAX_SAFE_INTEGER)
  assert.throws(() => builder.append(embedded(Uint8Array.of(1))), RangeError)
})

describe('chunks', () => {
  test('a publish that seals nothing is one chunk: the head page', () => {
    const builder = new LogBuilder(emptyLogState(LOG))
    builder.append(embedded(Uint8Array.of(1)))
    const { page, edge, reference } = builder.head()
    assert.deepEqual(edge, [])
    assert.deepEqual(makeChunk(chunkPayload(page.bytes)), page)
    assert.equal(page.reference, reference)
  })

  test('a log without entries has no head', () => {
    assert.throws(() => new LogBuilder(emptyLogState(LOG)).head(), RangeError)
  })

  test('an empty page is not sealed', () => {
    assert.deepEqual(new LogBuilder(emptyLogState(LOG)).seal(), [])
    assert.deepEqual(behindOnePage().seal(), [])
  })

  test('entries of 256 bytes, a minute apart: 15 a page, full nodes on top, 0.0680 chunks each', () => {
    const builder = new LogBuilder(emptyLogState(LOG))
    let chunks = 0
    for (let i = 0; i < 15 * 300; i++) {
      chunks += builder.append(embedded(new Uint8Array(256), BASE + 60_000 * i)).chunks.length
    }
    assert.equal(headIn(builder).roots!.sealedPages, 300)
    assert.equal(chunks, 300 + Math.floor(300 / 128) + Math.floor(300 / 85))
  })

  test('a builder keeps its own copy of embedded data', () => {
    const builder = new LogBuilder(emptyLogState(LOG))
    const data = Uint8Array.of(1, 2, 3)
    const entry: NewEntry = embedded(data, 5)
    builder.append(entry)
    data.fill(0)
    assert.deepEqual(builder.state().open.entries[0]!.content, {
      kind: 'embedded',
      data: Uint8Array.of(1, 2, 3),
    })
  })

  test('linked mode: a page an entry, each with the one before as tail', () => {
    const builder = new LogBuilder(emptyLogState(LOG))
    const tails: (Reference | undefined)[] = []
    const pages: Reference[] = []
    for (let i = 0; i < 4; i++) {
      builder.append(embedded(Uint8Array.of(i), i))
      const chunks = builder.seal()
      assert.equal(sealedPageIn(chunks).entries.length, 1)
      tails.push(sealedPageIn(chunks).tail)
      pages.push(chunks[0]!.reference)
    }
    assert.deepEqual(tails, [undefined, ...pages.slice(0, 3)])
    assert.deepEqual(headIn(builder).entries, [])
    assert.equal(headIn(builder).roots!.sealedPages, 4)
  })
})
