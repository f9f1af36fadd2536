import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { expectCode, seededBytes } from '@remote-log/conformance'
import { type Chunk, makeChunk } from '@remote-log/core'
import { type BeeNode, startBeeNode, startFaultProxy } from '@remote-log/devnet'
import { BeePostage, MemoryStampStorage, Stamper, SwarmStore } from '../src/index.ts'
import { OWNER, ownerSigner } from './batch-owner.ts'

const chunksOf = (seed: string, count: number): Chunk[] =>
  Array.from({ length: count }, (_, i) => makeChunk(seededBytes(`${seed} ${i}`, 500)))

describe('stamps of one’s own', () => {
  let gateway: BeeNode
  let other: BeeNode
  before(async () => {
    gateway = await startBeeNode()
    other = await startBeeNode({ peers: gateway })
  })
  after(() => Promise.all([gateway.stop(), other.stop()]))

  async function stamperFor(wish: { depth?: number; storage?: MemoryStampStorage; key?: Uint8Array } = {}) {
    const { depth = 17, storage = new MemoryStampStorage(), key } = wish
    const batch = await gateway.grantBatch({ depth, owner: OWNER })
    return Stamper.open({ batch, depth, storage, signer: ownerSigner(key) })
  }

  test('pay for an upload at a node that does not own the batch; the network keeps it', async () => {
    const stamper = await stamperFor()
    const store = new SwarmStore({ url: gateway.url, stamper })
    const chunks = chunksOf('kept', 40)
    const upload = await store.beginUpload()
    await Promise.all(chunks.map(chunk => upload.put(chunk)))
    await upload.confirm()
    for (const { reference, bytes } of chunks)
      assert.deepEqual(await new SwarmStore({ url: other.url }).get(reference), bytes)
    // The same chunks again: same slots, newer times, so the network takes them.
    const again = await store.beginUpload()
    await Promise.all(chunks.map(chunk => again.put(chunk)))
    await again.confirm()
    assert.equal(stamper.fill, 40 / 2 ** 17)
    assert.equal((await store.beginUpload()).free, 2 ** 17 - 40)
  })

  test('pass a gateway without tags: direct, and read back through a second node', async t => {
    for (const status of [403, 404, 405, 501]) {
      const proxy = await startFaultProxy({ target: gateway.url })
      t.after(() => proxy.stop())
      const body = JSON.stringify({ code: status, message: 'no' })
      proxy.setRule(({ path }) => (path.startsWith('/tags') ? { answer: { status, body } } : undefined))
      const stamper = await stamperFor()
      const store = new SwarmStore({ url: proxy.url, stamper, readBack: other.url })
      const upload = await store.beginUpload()
      const chunks = chunksOf(`direct ${status}`, 5)
      for (const chunk of [...chunks, chunks[0]!]) await upload.put(chunk)
      const progress: number[] = []
      await upload.confirm({ onProgress: ({ stored }) => progress.push(stored) })
      assert.equal(progress.at(-1), 5)
      const resumed = await store.beginUpload({ resume: upload.id })
      await resumed.put(chunks[1]!)
      await resumed.confirm()
      const batch = await gateway.grantBatch()
      await expectCode(
        new SwarmStore({ url: proxy.url, batch }).beginUpload(),
        status === 403 ? 'REFUSED' : 'UNAVAILABLE',
        'without stamps of its own',
      )
    }
  })

  test('through a gateway that only says that it took them: the read-back finds out', async t => {
    const proxy = await startFaultProxy({ target: gateway.url })
    t.after(() => proxy.stop())
    const [chunk] = chunksOf('swallowed', 1)
    proxy.setRule(({ path, method }) => {
      if (path.startsWith('/tags')) return { answer: { status: 404, body: '{"code":404,"message":"no"}' } }
      const body = JSON.stringify({ reference: chunk!.reference })
      return method === 'POST' ? { answer: { status: 201, body } } : undefined
    })
    const options = { url: proxy.url, readBack: other.url, retryMs: 0, patienceMs: 300 }
    const upload = await new SwarmStore({ ...options, stamper: await stamperFor() }).beginUpload()
    await upload.put(chunk!)
    const error = await expectCode(upload.confirm(), 'UNAVAILABLE', 'confirm')
    assert.deepEqual([error.details.stored, error.details.total], [0, 1])
  })

  test('by somebody else than the owner are refused, with what to do', async () => {
    const stamper = await stamperFor({ key: seededBytes('a stranger', 32) })
    const upload = await new SwarmStore({ url: gateway.url, stamper }).beginUpload()
    const error = await expectCode(upload.put(chunksOf('forged', 1)[0]!), 'REFUSED', 'put')
    assert.equal(error.details.reason, 'stamp-invalid')
    assert.match(error.message, /key of the owner/)
  })

  test('take a batch over that the node filled before: no slot twice', async () => {
    const batch = await gateway.grantBatch({ depth: 17, immutable: true })
    const node = new SwarmStore({ url: gateway.url, batch })
    const first = await node.beginUpload()
    const chunks = chunksOf('by the node', 30)
    for (const chunk of chunks) await first.put(chunk)
    const { taken: used } = await new BeePostage({ url: gateway.url }).buckets(batch)
    assert.equal(
      used.reduce((sum, n) => sum + n, 0),
      30,
    )
    for (const { reference } of chunks) assert.ok(used[Number.parseInt(reference.slice(0, 4), 16)]! >= 1)
    const stamper = await stamperFor()
    await stamper.passOver(used)
    assert.equal(stamper.fill, 30 / 2 ** 17)
  })

  test('for a deeper batch than the chain has, or one that is about to run out, are refused before any leaves', async () => {
    const batch = await gateway.grantBatch({ depth: 17, owner: OWNER })
    const open = (id: string, depth: number) =>
      Stamper.open({ batch: id, depth, storage: new MemoryStampStorage(), signer: ownerSigner() })
    const storeFor = async (id: string, depth: number) =>
      new SwarmStore({ url: gateway.url, stamper: await open(id, depth) })
    const store = await storeFor(batch, 18)
    const { details, message } = await expectCode(store.beginUpload(), 'REFUSED', 'beginUpload')
    assert.deepEqual(
      [details.reason, details.batch, details.depth, details.believed],
      ['depth-mismatch', batch, 17, 18],
    )
    assert.match(message, /postage own use/)
    await (await storeFor(batch, 17)).beginUpload()
    const brief = await gateway.grantBatch({ depth: 17, owner: OWNER, amount: 24_000n * 100n })
    const soon = await expectCode((await storeFor(brief, 17)).beginUpload(), 'REFUSED', 'beginUpload')
    assert.deepEqual([soon.details.reason, soon.details.batch], ['batch-expiring', brief])
  })

  test('another batch than the stamper’s is INVALID_ARGUMENT', async () => {
    const stamper = await stamperFor()
    const options = { url: gateway.url, stamper, batch: 'cd'.repeat(32) }
    assert.throws(() => new SwarmStore(options), { code: 'INVALID_ARGUMENT' })
    assert.ok(new SwarmStore({ ...options, batch: `0x${stamper.batch.toUpperCase()}` }))
  })
})

describe('room in a node’s own batch', () => {
  test('is looked up once half of the fullest bucket is used, for immutable batches that are small; of mutable ones at once', async t => {
    const node = await startBeeNode()
    t.after(() => node.stop())
    for (const [wish, used, known] of [
      [{ depth: 17, immutable: true }, 0, false],
      [{ depth: 17, immutable: true }, 1, true],
      [{ depth: 17, immutable: false }, 1, true],
      [{ depth: 23, immutable: true }, 1, false],
    ] as const) {
      const store = new SwarmStore({ url: node.url, batch: await node.grantBatch(wish) })
      const upload = await store.beginUpload()
      assert.equal(upload.room === undefined, wish.immutable)
      const chunks = chunksOf(JSON.stringify(wish), used)
      for (const chunk of chunks) await upload.put(chunk)
      const { room, free } = await store.beginUpload()
      assert.equal(room !== undefined, known, JSON.stringify(wish))
      assert.equal(free, 2 ** wish.depth - used)
      if (!room) continue
      const [address] = chunks.map(({ reference }) => Buffer.from(reference, 'hex'))
      const beside = (n: number) => Buffer.concat([address!.subarray(0, 2), Buffer.alloc(30, n)])
      assert.deepEqual([room.crowding([beside(1)]), room.choices], [1, 1])
      assert.equal(room.crowding([beside(1), beside(2)]), Number.POSITIVE_INFINITY)
    }
  })
})
