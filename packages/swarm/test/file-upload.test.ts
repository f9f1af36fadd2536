import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, type TestContext, test } from 'node:test'
import { expectCode, seededBytes } from '@remote-log/conformance'
import { type Chunk, FileSplitter, isFileUpload, type Upload } from '@remote-log/core'
import {
  type BeeNode,
  type BeeUnderTest,
  beeUnderTest,
  type Fault,
  type FaultRequest,
  startBeeNode,
  startFaultProxy,
} from '@remote-log/devnet'
import { BeePostage, SwarmStore, type SwarmStoreOptions } from '../src/index.ts'

/** A real node keeps what an earlier run stored: each run has files of its own. */
const RUN = randomUUID()

/** A file of so many leaves. */
function fileOf(seed: string, leaves = 5): { leaves: readonly Chunk[]; root: Chunk } {
  const splitter = new FileSplitter()
  const chunks = [...splitter.push(seededBytes(`${RUN} ${seed}`, leaves * 4096)), ...splitter.finish().chunks]
  return { leaves: chunks.slice(0, -1), root: chunks.at(-1)! }
}

const isFile = ({ method, path }: FaultRequest) => method === 'POST' && path === '/bytes'

/** Whether the network, not the node that took it, has every chunk. */
async function arrived({ readBackUrl }: Nodes, chunks: readonly Chunk[]): Promise<void> {
  const elsewhere = new SwarmStore({ url: readBackUrl })
  for (const { reference, bytes } of chunks) assert.deepEqual(await elsewhere.get(reference), bytes)
}

/** Slots taken in all buckets of the batch. */
async function slots({ url, batch }: Nodes): Promise<number> {
  const { taken } = await new BeePostage({ url }).buckets(batch)
  return taken.reduce((sum, n) => sum + n, 0)
}

interface TagOfFile {
  readonly uid: number
  readonly address: string
  readonly split: number
  readonly synced: number
}

/** The tag of a file, once the network has all of it: what waits still may be pushed again any number of times. */
async function tagThrough({ url }: Nodes, { reference }: Chunk): Promise<TagOfFile> {
  for (let offset = 0; ; ) {
    const answer = await fetch(`${url}/tags?limit=1000&offset=${offset}`)
    const { tags } = (await answer.json()) as { tags: readonly TagOfFile[] }
    assert.ok(tags.length > 0)
    const tag = tags.find(({ address }) => address === reference)
    if (tag && tag.synced === tag.split) return tag
    if (!tag) offset += tags.length
  }
}

type Nodes = Pick<BeeUnderTest, 'url' | 'readBackUrl' | 'batch'>

/** An upload through a proxy that treats the n-th file as `fault` says. */
async function upload(
  t: TestContext,
  { url, batch }: Nodes,
  fault: (nth: number) => Fault | undefined,
  options: Partial<SwarmStoreOptions> = {},
) {
  let files = 0
  const routes: string[] = []
  const proxy = await startFaultProxy({
    target: url,
    rule: request => {
      routes.push(`${request.method} ${request.path.split('/')[1]}`)
      return isFile(request) ? fault(files++) : undefined
    },
  })
  t.after(() => proxy.stop())
  const store = new SwarmStore({ url: proxy.url, batch, ...options })
  const begun = await store.beginUpload()
  assert.ok(isFileUpload(begun))
  const sent = (route: string) => routes.filter(one => one === route).length
  return { begun, store, sent, proxy }
}

describe('files of an upload, over the Bee under test behind a bad line', () => {
  let bee: BeeUnderTest
  before(async () => {
    bee = await beeUnderTest()
  })
  after(() => bee?.stop())

  const passing: readonly [string, Fault][] = [
    ['whose answer was lost', { cutAfter: 0 }],
    ['whose connection was closed before it arrived', { drop: true }],
    ['answered by 429', { answer: { status: 429, body: '{"code":429,"message":"slow down"}' } }],
    ['answered by 500', { answer: { status: 500, body: '{"code":500,"message":"split write all failed"}' } }],
    ['answered by a page of a proxy', { answer: { status: 502, body: '<html>bad gateway' } }],
  ]
  for (const [what, fault] of passing) {
    test(`a file ${what} goes again, and takes each slot once`, async t => {
      const { leaves, root } = fileOf(what)
      const { begun, sent } = await upload(t, bee, nth => (nth === 0 ? fault : undefined))
      const free = await slots(bee)
      await begun.putFile(leaves, root)
      assert.equal(sent('POST bytes'), 2)
      await begun.confirm()
      await arrived(bee, [...leaves, root])
      assert.equal((await slots(bee)) - free, 6)
    })
  }

  test('a node that takes no files gets chunks, and is not asked again', async t => {
    for (const status of [404, 405, 413, 501]) {
      const [one, two] = [fileOf(`no files, ${status}`), fileOf(`still none, ${status}`)]
      const answer = { status, body: `{"code":${status},"message":"Not Found"}` }
      const { begun, sent } = await upload(t, bee, () => ({ answer }))
      for (const { leaves, root } of [one, two]) await begun.putFile(leaves, root)
      assert.deepEqual([sent('POST bytes'), sent('POST chunks')], [1, 12])
      await begun.confirm()
      await arrived(bee, [...one.leaves, one.root, ...two.leaves, two.root])
    }
  })

  const refusals: readonly [number, string, string][] = [
    [402, 'batch is overissued', 'batch-full'],
    [422, 'batch not usable yet or does not exist', 'batch-not-usable'],
    [404, 'batch with id not found', 'batch-unknown'],
  ]
  for (const [status, message, reason] of refusals) {
    test(`${status} ${message}: REFUSED ${reason}, the file can go later under the same upload`, async t => {
      const { leaves, root } = fileOf(message)
      const answer = { status, body: JSON.stringify({ code: status, message }) }
      const { begun } = await upload(t, bee, nth => (nth === 0 ? { answer } : undefined))
      const error = await expectCode(begun.putFile(leaves, root), 'REFUSED', 'putFile')
      assert.equal(error.details.reason, reason)
      await begun.putFile(leaves, root)
      await begun.confirm()
      await arrived(bee, [...leaves, root])
    })
  }

  test('another root in the answer is CORRUPT and names both and the gateway', async t => {
    const { leaves, root } = fileOf('another root')
    const body = JSON.stringify({ reference: 'ff'.repeat(32) })
    const { begun, proxy } = await upload(t, bee, () => ({ answer: { status: 201, body } }))
    const { details } = await expectCode(begun.putFile(leaves, root), 'CORRUPT', 'putFile')
    assert.deepEqual(
      [details.reference, details.got, details.url],
      [root.reference, 'ff'.repeat(32), proxy.url],
    )
  })

  test('a tag that was deleted leaves its file to be pushed again', async t => {
    const { leaves, root } = fileOf('tag deleted')
    const { begun, sent } = await upload(t, bee, () => undefined)
    await begun.putFile(leaves, root)
    const { uid } = await tagThrough(bee, root)
    await fetch(`${bee.url}/tags/${uid}`, { method: 'DELETE' })
    await begun.confirm()
    assert.equal(sent('POST bytes'), 2)
    await arrived(bee, [...leaves, root])
  })

  test('evidence by read-back asks the second node for a sample or for all, whatever the tags say', async t => {
    await assert.rejects(
      async () => new SwarmStore({ url: bee.url, batch: bee.batch, evidence: 'all' }),
      /name a second node/,
    )
    for (const [evidence, least, most] of [
      ['sample', 2, 65],
      ['all', 131, 131],
    ] as const) {
      const { leaves, root } = fileOf(`evidence ${evidence}`, 128)
      const asked = await startFaultProxy({ target: bee.readBackUrl })
      t.after(() => asked.stop())
      const { begun } = await upload(t, bee, () => undefined, { evidence, readBack: asked.url })
      await begun.putFile(leaves, root)
      const [one, two] = [fileOf(`beside ${evidence} 1`).root, fileOf(`beside ${evidence} 2`).root]
      await putBoth(begun, one, two)
      await begun.confirm()
      const { requests } = asked.stats()
      assert.ok(requests >= least && requests <= most, `${requests} reads`)
    }
  })
})

describe('files of an upload, over an embedded node that stands still', () => {
  let node: BeeNode
  let bee: Nodes
  let second: BeeNode
  before(async () => {
    node = await startBeeNode({ manyPeers: true })
    second = await startBeeNode({ peers: node })
    bee = { url: node.url, readBackUrl: second.url, batch: await node.grantBatch() }
  })
  after(() => Promise.all([node.stop(), second.stop()]))

  test('a request that is cut in its middle blurs no count', async t => {
    const { leaves, root } = fileOf('cut in the middle', 128)
    const { begun } = await upload(t, bee, () => undefined, { patienceMs: 300 })
    const body = Buffer.concat(leaves.map(({ bytes }) => bytes.subarray(8)))
    await halfRequest(node.url, { 'swarm-postage-batch-id': bee.batch, 'swarm-redundancy-level': '0' }, body)
    node.pauseSync()
    await begun.putFile(leaves, root)
    await expectCode(begun.confirm(), 'UNAVAILABLE', 'confirm while the network takes nothing')
    node.resumeSync()
    await begun.confirm()
    await arrived(bee, [...leaves, root])
  })

  test('a file that waits under another tag counts when that one is through, however often it is pushed', async t => {
    const { leaves, root } = fileOf('waits elsewhere')
    const free = await slots(bee)
    node.pauseSync()
    const first = await upload(t, bee, () => undefined)
    await first.begun.putFile(leaves, root)
    const { begun } = await upload(t, bee, () => undefined, { patienceMs: 600 })
    await begun.putFile(leaves, root)
    await expectCode(begun.confirm(), 'UNAVAILABLE', 'confirm while the network takes nothing')
    node.resumeSync()
    await begun.confirm()
    await arrived(bee, [...leaves, root])
    assert.equal((await slots(bee)) - free, 6)
  })

  test('where a second node serves everything, a tag that stands still does not matter', async t => {
    const { leaves, root } = fileOf('read back')
    const { begun: ahead } = await upload(t, bee, () => undefined)
    await ahead.putFile(leaves, root)
    await ahead.confirm()
    node.pauseSync()
    const { begun } = await upload(t, bee, () => undefined, { readBack: second.url, patienceMs: 50 })
    await begun.putFile(leaves, root)
    await begun.put(fileOf('never there').root)
    await expectCode(begun.confirm(), 'UNAVAILABLE', 'confirm of a chunk that nobody else has')
    node.resumeSync()
    await begun.confirm()
  })
})

async function putBoth(upload: Upload, one: Chunk, two: Chunk): Promise<void> {
  await upload.put(one)
  await upload.put(two)
}

/** Sends the first half of a file, then ends the connection; resolves when the node has seen that. */
async function halfRequest(url: string, headers: Record<string, string>, body: Buffer): Promise<void> {
  const { request } = await import('node:http')
  const { hostname, port } = new URL(url)
  const closed = Promise.withResolvers<void>()
  const sending = request({
    hostname,
    port,
    path: '/bytes',
    method: 'POST',
    headers: { ...headers, 'content-length': String(body.length) },
  })
  sending.on('error', () => closed.resolve())
  sending.write(body.subarray(0, body.length / 2), () => sending.destroy())
  await closed.promise
}
