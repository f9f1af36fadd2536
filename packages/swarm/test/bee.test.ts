import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { expectCode, seededBytes, seededReference } from '@remote-log/conformance'
import { type Chunk, FileSplitter, makeChunk, recordLeaf, recordsIn, type Upload } from '@remote-log/core'
import { type BeeUnderTest, beeUnderTest, startFaultProxy } from '@remote-log/devnet'
import { SwarmStore } from '../src/index.ts'

const chunkOf = (seed: string) => makeChunk(seededBytes(seed, 1000))

/** Three chunks of bucket 0x3221, as recorded (bee-recordings/full-batch.json). */
const SAME_BUCKET = [0, 59328, 194994].map(i => makeChunk(new TextEncoder().encode(`bucket ${i}`)))

describe('SwarmStore against the Bee under test', () => {
  let bee: BeeUnderTest
  before(async () => {
    bee = await beeUnderTest()
  })
  after(() => bee?.stop())

  test('a file put chunk by chunk is read back by range', async () => {
    const store = new SwarmStore({ url: bee.url, batch: bee.batch })
    const file = seededBytes('file', 700_000)
    const splitter = new FileSplitter()
    const chunks = [...splitter.push(file)]
    const { root, chunks: last } = splitter.finish()
    await putAll(await store.beginUpload(), [...chunks, ...last])
    const expected = (leaf: number) => makeChunk(file.subarray(4096 * leaf, 4096 * (leaf + 1))).reference
    const records = await Array.fromAsync(store.readLeaves(root, { from: 1, to: 150 }, expected))
    const leaves = records.flatMap(some => [...recordsIn(some)].map(recordLeaf))
    assert.deepEqual(Buffer.concat(leaves), Buffer.from(file.subarray(4096, 150 * 4096)))
    const tooFar = store.readLeaves(root, { from: 168, to: 171 }, () => root).next()
    await expectCode(tooFar, 'REFUSED', 'a range past the end')
  })

  test('a node with few peers can’t tell what is absent: UNAVAILABLE', async () => {
    const store = new SwarmStore({ url: bee.url, retryMs: 0 })
    const error = await expectCode(store.get(seededReference('absent')), 'UNAVAILABLE', 'get')
    assert.match(error.message, /read chunk failed/)
  })

  test('a batch that fills up in the middle is REFUSED, and what was confirmed stays', async () => {
    const tight = await bee.grantBatch({ depth: 17, immutable: true })
    const store = new SwarmStore({ url: bee.url, batch: tight })
    const [a, b, c] = SAME_BUCKET
    const first = await store.beginUpload()
    await putAll(first, [a!, b!])
    const upload = await store.beginUpload()
    const error = await expectCode(upload.put(c!), 'REFUSED', 'put')
    assert.equal(error.details.reason, 'batch-full')
    assert.match(error.message, /buy or dilute/)
    assert.deepEqual(await store.get(a!.reference), a!.bytes)
    await upload.put(chunkOf('another bucket'))
    await upload.confirm()
  })

  test('a mutable batch with a full bucket is REFUSED before it lets go of anything', async () => {
    const loose = await bee.grantBatch({ depth: 17, immutable: false })
    const store = new SwarmStore({ url: bee.url, batch: loose })
    await putAll(await store.beginUpload(), SAME_BUCKET.slice(0, 2))
    const error = await expectCode(store.beginUpload(), 'REFUSED', 'beginUpload')
    assert.equal(error.details.reason, 'batch-full')
  })

  test('a batch of nobody, or one that is too young, is REFUSED', async () => {
    const fresh = await bee.grantBatch({ fresh: true })
    for (const [id, reason] of [
      ['ab'.repeat(32), 'batch-unknown'],
      [fresh, 'batch-not-usable'],
    ] as const) {
      const error = await expectCode(
        new SwarmStore({ url: bee.url, batch: id }).beginUpload(),
        'REFUSED',
        'begin',
      )
      assert.equal(error.details.reason, reason)
    }
  })

  test('an abort in the middle of many reads ends all of them and leaves the store usable', async t => {
    const store = await slowStore(t)
    const chunks = Array.from({ length: 60 }, (_, i) => chunkOf(`many ${i}`))
    await putAll(await store.beginUpload(), chunks)
    const stop = new AbortController()
    const reads = chunks.map(({ reference }, i) =>
      store.get(reference, { signal: stop.signal }).then(() => {
        if (i === 10) stop.abort('enough')
      }),
    )
    const outcomes = await Promise.allSettled(reads)
    const stopped = outcomes.filter(({ status }) => status === 'rejected')
    assert.ok(stopped.length > 0)
    for (const { reason } of stopped as PromiseRejectedResult[]) {
      await expectCode(Promise.reject(reason), 'ABORTED', 'a read')
    }
    assert.deepEqual(await store.get(chunks[59]!.reference), chunks[59]!.bytes)
  })

  test('a node that refuses the eager is read in full', async t => {
    const proxy = await startFaultProxy({ target: bee.url })
    t.after(() => proxy.stop())
    const chunks = Array.from({ length: 60 }, (_, i) => chunkOf(`eager ${i}`))
    const store = new SwarmStore({ url: proxy.url, batch: bee.batch })
    await putAll(await store.beginUpload(), chunks)
    const refusal = { answer: { status: 429, body: 'slow down' } }
    proxy.setRule(({ index }) => (index % 7 === 0 ? refusal : undefined))
    const answers = await Promise.all(chunks.map(({ reference }) => store.get(reference)))
    for (const [i, { bytes }] of chunks.entries()) assert.deepEqual(answers[i], bytes)
  })

  test('batches are listed through bee-js', async () => {
    const batches = await new SwarmStore({ url: bee.url }).batches()
    const own = batches.find(({ id }) => id === bee.batch)
    assert.equal(own?.usable, true)
    assert.ok(own.depth >= 17)
    assert.ok(own.ttlSeconds > 86_400)
  })

  test('an upload that broke off is resumed under its tag, and the other node has all of it', async () => {
    const chunks = Array.from({ length: 20 }, (_, i) => chunkOf(`${crypto.randomUUID()} ${i}`))
    const options = { url: bee.url, batch: bee.batch, readBack: bee.readBackUrl }
    const broken = await new SwarmStore(options).beginUpload()
    for (const chunk of chunks.slice(0, 10)) await broken.put(chunk)
    await putAll(await new SwarmStore(options).beginUpload({ resume: broken.id }), chunks)
    const elsewhere = new SwarmStore({ url: bee.readBackUrl })
    for (const { reference, bytes } of chunks) assert.deepEqual(await elsewhere.get(reference), bytes)
  })

  test('chunks that came under another tag, before or at the same time, are confirmed', async () => {
    const store = new SwarmStore({ url: bee.url, batch: bee.batch })
    const chunks = Array.from({ length: 10 }, (_, i) => chunkOf(`${crypto.randomUUID()} ${i}`))
    await Promise.all([putAll(await store.beginUpload(), chunks), putAll(await store.beginUpload(), chunks)])
    await putAll(await store.beginUpload(), chunks)
  })

  async function slowStore(t: { after(fn: () => Promise<void>): void }): Promise<SwarmStore> {
    const proxy = await startFaultProxy({ target: bee.url, rule: () => ({ delayMs: 2 }) })
    t.after(() => proxy.stop())
    return new SwarmStore({ url: proxy.url, batch: bee.batch, maxInFlight: 4 })
  }
})

async function putAll(upload: Upload, chunks: readonly Chunk[]): Promise<void> {
  await Promise.all(chunks.map(chunk => upload.put(chunk)))
  await upload.confirm()
}
