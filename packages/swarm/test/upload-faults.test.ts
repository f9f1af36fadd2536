import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { expectCode, seededBytes } from '@remote-log/conformance'
import { type Chunk, FileSplitter, isFileUpload, makeChunk } from '@remote-log/core'
import { type BeeNode, type Fault, startBeeNode, startFaultProxy } from '@remote-log/devnet'
import { BeePostage, SwarmStore } from '../src/index.ts'

const LEAF = 4096

/** The seeds of three leaves that fall into the same bucket of a batch. */
function crowded(): readonly string[] {
  const byBucket = new Map<string, string[]>()
  for (let n = 0; ; n++) {
    const bucket = makeChunk(seededBytes(`crowded ${n}`, LEAF)).reference.slice(0, 4)
    const seeds = [...(byBucket.get(bucket) ?? []), `crowded ${n}`]
    if (seeds.length === 3) return seeds
    byBucket.set(bucket, seeds)
  }
}

function fileOf(seeds: readonly string[]): { leaves: readonly Chunk[]; root: Chunk } {
  const splitter = new FileSplitter()
  const bytes = Buffer.concat(seeds.map(seed => seededBytes(seed, LEAF)))
  const chunks = [...splitter.push(bytes), ...splitter.finish().chunks]
  return { leaves: chunks.slice(0, -1), root: chunks.at(-1)! }
}

async function slots(node: BeeNode, batch: string): Promise<number> {
  const { taken } = await new BeePostage({ url: node.url }).buckets(batch)
  return taken.reduce((sum, n) => sum + n, 0)
}

describe('an upload that meets what nodes do', () => {
  let node: BeeNode
  let second: BeeNode
  before(async () => {
    node = await startBeeNode({ manyPeers: true })
    second = await startBeeNode({ peers: node })
  })
  after(() => Promise.all([node.stop(), second.stop()]))

  const elsewhere = () => new SwarmStore({ url: second.url })

  test('a batch that is full in the middle of a file: REFUSED; once it is diluted the file goes, each chunk paid once', async () => {
    const batch = await node.grantBatch({ depth: 17, immutable: true })
    const store = new SwarmStore({ url: node.url, batch })
    const [one, two, three] = crowded() as [string, string, string]
    const { leaves, root } = fileOf([one, 'between 1', two, 'between 2', three, 'behind'])
    const upload = await store.beginUpload()
    assert.ok(isFileUpload(upload))
    const { details, message } = await expectCode(upload.putFile(leaves, root), 'REFUSED', 'putFile')
    assert.deepEqual(
      [details.reason, details.reference, details.batch, details.url],
      ['batch-full', root.reference, batch, node.url],
    )
    assert.match(message, /buy or dilute one with remote-log postage/)
    const taken = await slots(node, batch)
    assert.ok(taken > 0 && taken < 7, `${taken} chunks had found room`)
    await new BeePostage({ url: node.url }).dilute(batch, 18)
    await upload.putFile(leaves, root)
    await upload.confirm()
    assert.equal(await slots(node, batch), 7)
    for (const { reference, bytes } of [...leaves, root])
      assert.deepEqual(await elsewhere().get(reference), bytes)
  })

  /** A store behind a proxy that answers the first requests of a route as told. */
  async function refusing(
    t: TestContext,
    route: string,
    faults: readonly (Fault | undefined)[],
    retryMs = 20_000,
  ) {
    let asked = 0
    const proxy = await startFaultProxy({ target: node.url })
    t.after(() => proxy.stop())
    const batch = await node.grantBatch()
    const store = new SwarmStore({ url: proxy.url, batch, retryMs, maxInFlight: 1 })
    proxy.setRule(({ method, path }) => (`${method} ${path}` === route ? faults[asked++] : undefined))
    return { proxy, batch, store, count: () => asked }
  }

  const busy = (status: number, after?: string): Fault => ({
    answer: {
      status,
      headers: { 'content-type': 'application/json', ...(after !== undefined && { 'retry-after': after }) },
      body: JSON.stringify({ code: status, message: 'slow down' }),
    },
  })

  const ROUTES = ['POST /bytes', 'POST /chunks', 'POST /tags'] as const

  test('429 and 503 with Retry-After, several times in a row, are waited out on every route, and nothing is paid twice', async t => {
    const through = async (route: string) => {
      const past = new Date(Date.now() - 60_000).toUTCString()
      const faults = [busy(429, '0'), busy(503, '1'), busy(429), busy(503, past)]
      const { batch, store, count } = await refusing(t, route, faults)
      const upload = await store.beginUpload()
      assert.ok(isFileUpload(upload))
      const { leaves, root } = fileOf([`${route} 1`, `${route} 2`])
      const single = makeChunk(seededBytes(route, 100))
      await upload.putFile(leaves, root)
      await upload.put(single)
      await upload.confirm()
      assert.equal(count(), 5, route)
      assert.equal(await slots(node, batch), 4, route)
      for (const { reference, bytes } of [...leaves, root, single])
        assert.deepEqual(await elsewhere().get(reference), bytes)
    }
    await Promise.all(ROUTES.map(through))
  })

  for (const route of ROUTES) {
    test(`${route} that stays refused is given up: UNAVAILABLE with the gateway, what did not go up, and what to do`, async t => {
      const refusal = () => busy(503, '30')
      const { proxy, batch, store, count } = await refusing(t, route, Array.from({ length: 9 }, refusal), 600)
      const { leaves, root } = fileOf([`given up ${route} 1`, `given up ${route} 2`])
      const single = makeChunk(seededBytes(`given up ${route}`, 100))
      const upload = async () => {
        const begun = await store.beginUpload()
        assert.ok(isFileUpload(begun))
        await begun.putFile(leaves, root)
        await begun.put(single)
        await begun.confirm()
      }
      const { details, message } = await expectCode(upload(), 'UNAVAILABLE', 'upload')
      // Longer than the store would try: it is not asked again before, nor waited for.
      assert.deepEqual([count(), details.retryAfterMs, details.url], [1, 30_000, proxy.url])
      assert.equal(details.status, 503)
      if (route !== 'POST /tags') {
        assert.equal(details.reference, route === 'POST /bytes' ? root.reference : single.reference)
        assert.match(message, /publish again later, or through another node/)
      }
      proxy.setRule(undefined)
      await upload()
      assert.equal(await slots(node, batch), 4)
    })
  }
})

test('a node that is started again between upload and confirmation: the upload goes on under its tag, nothing is paid twice', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'remote-log-restarted-'))
  t.after(() => rm(folder, { recursive: true }))
  let node = await startBeeNode({ folder })
  const { port } = new URL(node.url)
  t.after(() => node.stop())
  const batch = await node.grantBatch()
  const { leaves, root } = fileOf(['restarted 1', 'restarted 2', 'restarted 3'])
  const single = makeChunk(seededBytes('restarted', 100))
  node.pauseSync()
  const options = { url: node.url, batch, retryMs: 300, patienceMs: 10_000 }
  const upload = await new SwarmStore(options).beginUpload()
  assert.ok(isFileUpload(upload))
  await upload.putFile(leaves, root)
  await upload.put(single)
  await node.stop()
  const { details } = await expectCode(upload.confirm(), 'UNAVAILABLE', 'confirm while it is down')
  assert.deepEqual([details.stored, details.total], [0, 5])
  node = await startBeeNode({ folder, port: Number(port) })
  // The process that waits goes on, and so does one that was started anew with the upload's name alone.
  await upload.confirm()
  const resumed = await new SwarmStore(options).beginUpload({ resume: upload.id })
  assert.ok(isFileUpload(resumed))
  await resumed.putFile(leaves, root)
  await resumed.put(single)
  await resumed.confirm()
  assert.equal(resumed.id, upload.id)
  assert.equal(await slots(node, batch), 5)
})
