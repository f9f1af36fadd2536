import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { seededBytes } from '@remote-log/conformance'
import {
  isFileUpload,
  type LogId,
  MemoryChain,
  MemoryNameSystem,
  parseAddress,
  type RemoteLogError,
  topicOf,
} from '@remote-log/core'
import { type BeeNode, type FaultProxy, startBeeNode, startFaultProxy } from '@remote-log/devnet'
import { SwarmStore } from '@remote-log/swarm'
import { RemoteLog } from '../src/index.ts'
import { memory, reopened } from './world.ts'

const OWNER = parseAddress(`0x${'a1'.repeat(20)}`)
const ENTRIES = 2000

let node: BeeNode
let second: BeeNode
before(async () => {
  node = await startBeeNode({ manyPeers: true })
  second = await startBeeNode({ peers: node })
})
after(() => Promise.all([node.stop(), second.stop()]))

/** A device that publishes to the node through a proxy, over a chain in memory. */
function device(topic: string, batch: string, url: string, chain: MemoryChain) {
  const id: LogId = { chainId: 1337, registry: OWNER, owner: OWNER, topic: topicOf(topic) }
  const local = memory()
  const parts = {
    id,
    store: new SwarmStore({ url, batch, retryMs: 300 }),
    names: new MemoryNameSystem({ chain, owner: OWNER }),
    writable: true,
  }
  const open = () => RemoteLog.open({ ...parts, local: reopened(local) })
  return { id, open }
}

async function slots(batch: string, { url } = node): Promise<number> {
  const answer = await fetch(`${url}/stamps/${batch}/buckets`)
  const { buckets } = (await answer.json()) as { buckets: { collisions: number }[] }
  return buckets.reduce((sum, { collisions }) => sum + collisions, 0)
}

async function readAll(id: LogId, chain: MemoryChain): Promise<string[]> {
  const bob = await RemoteLog.open({
    id,
    store: new SwarmStore({ url: second.url }),
    names: new MemoryNameSystem({ chain }),
    local: memory(),
  })
  assert.ok((await bob.sync()).complete)
  const ids: string[] = []
  for await (const entry of bob.read()) ids.push(entry.id)
  await bob.close()
  return ids
}

const items = Array.from({ length: ENTRIES }, (_, i) => ({
  payload: seededBytes(`bulk ${i}`, 256),
  timestamp: 1_700_000_000_000 + i * 60_000,
}))

for (const dies of [0, 1, 3, 6]) {
  test(`a bulk publish whose line goes dead at request ${dies} is published once by the next process, and paid once`, async t => {
    const batch = await node.grantBatch()
    const proxy: FaultProxy = await startFaultProxy({ target: node.url })
    t.after(() => proxy.stop())
    const chain = new MemoryChain()
    const { id, open } = device(`killed at ${dies}`, batch, proxy.url, chain)
    const first = await open()
    const ids = (await first.appendMany(items)).map(entry => entry.id)
    const large = await first.append(seededBytes('a payload by reference', 600_000))
    const stop = new AbortController()
    let posted = 0
    // The request arrives, its answer does not, and from then on nothing: what a kill looks like from outside.
    proxy.setRule(({ method, path }) => {
      if (method !== 'POST' || !/^\/(bytes|chunks)$/.test(path))
        return stop.signal.aborted ? { drop: true } : undefined
      if (posted++ < dies) return undefined
      queueMicrotask(() => stop.abort('killed'))
      return posted % 2 ? { cutAfter: 0 } : { drop: true }
    })
    await assert.rejects(first.publish({ signal: stop.signal }))
    proxy.setRule(undefined)
    const again = await open()
    const report = await again.publish()
    assert.equal(report.entries, ENTRIES + 1)
    assert.deepEqual(await readAll(id, chain), [...ids, large.id])
    // Nothing but the chunks of this log has a slot, and each has one.
    assert.equal(await slots(batch), report.chunks)
  })
}

test('entries go up as files where the store takes files, chunk by chunk where it does not, with the same head', async () => {
  const heads = new Set<string>()
  for (const bulk of [true, false]) {
    const batch = await node.grantBatch()
    const routes: string[] = []
    const chain = new MemoryChain()
    const store = new SwarmStore({
      url: node.url,
      batch,
      onRequest: ({ method, route }) => routes.push(`${method} ${route}`),
    })
    assert.ok(isFileUpload(await store.beginUpload()))
    const log = await RemoteLog.open({
      id: { chainId: 1337, registry: OWNER, owner: OWNER, topic: topicOf('same head') },
      store,
      names: new MemoryNameSystem({ chain, owner: OWNER }),
      local: memory(),
      writable: true,
      bulk,
    })
    await log.appendMany(items)
    const { head, chunks } = await log.publish()
    heads.add(head!)
    const count = (route: string) => routes.filter(one => one === route).length
    // 133 sealed pages: a full stretch, and five pages below the right edge.
    assert.equal(count('POST /bytes'), bulk ? 2 : 0)
    assert.equal(count('POST /chunks'), bulk ? chunks - 129 - 6 : chunks)
    await log.close()
  }
  assert.equal(heads.size, 1)
})

test('a batch that is full in the middle of a bulk publish: REFUSED, no head; with room it goes on and pays nothing twice', async t => {
  const batch = await node.grantBatch()
  const proxy = await startFaultProxy({ target: node.url })
  t.after(() => proxy.stop())
  const chain = new MemoryChain()
  const { id, open } = device('full in the middle', batch, proxy.url, chain)
  const log = await open()
  const ids = (await log.appendMany(items)).map(entry => entry.id)
  const body = '{"code":402,"message":"batch is overissued"}'
  let files = 0
  proxy.setRule(({ method, path }) =>
    method === 'POST' && path === '/bytes' && files++ === 1 ? { answer: { status: 402, body } } : undefined,
  )
  await assert.rejects(log.publish(), (error: RemoteLogError) => {
    assert.deepEqual(
      [error.code, error.details.reason, error.details.batch],
      ['REFUSED', 'batch-full', batch],
    )
    return true
  })
  assert.deepEqual([log.status().head, log.status().unsent], [undefined, ENTRIES])
  const report = await log.publish()
  assert.deepEqual(await readAll(id, chain), ids)
  assert.equal(await slots(batch), report.chunks)
})

test('a node that is started again while a publish waits for it: the next run ends it, and pays nothing twice', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'remote-log-bulk-'))
  t.after(() => rm(folder, { recursive: true }))
  let own = await startBeeNode({ folder })
  t.after(() => own.stop())
  const batch = await own.grantBatch()
  const proxy = await startFaultProxy({ target: own.url })
  t.after(() => proxy.stop())
  const chain = new MemoryChain()
  const { id, open } = device('started again', batch, proxy.url, chain)
  const log = await open()
  const ids = (await log.appendMany(items)).map(entry => entry.id)
  own.pauseSync()
  let down: Promise<void> | undefined
  proxy.setRule(({ method, path }) => {
    if (method === 'GET' && path.startsWith('/tags/')) down ??= own.stop()
    return down && { drop: true }
  })
  await assert.rejects(log.publish(), { code: 'UNAVAILABLE' })
  await down
  assert.equal(log.status().head, undefined)
  own = await startBeeNode({ folder, port: Number(new URL(own.url).port) })
  proxy.setRule(undefined)
  const report = await (await open()).publish()
  assert.equal(report.entries, ENTRIES)
  const bob = await RemoteLog.open({
    id,
    store: new SwarmStore({ url: own.url }),
    names: new MemoryNameSystem({ chain }),
    local: memory(),
  })
  assert.ok((await bob.sync()).complete)
  assert.deepEqual(
    (await Array.fromAsync(bob.read())).map(entry => entry.id),
    ids,
  )
  assert.equal(await slots(batch, own), report.chunks)
})
