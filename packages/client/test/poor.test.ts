import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { makeChunk } from '@remote-log/core'
import { type BeeNode, type PoorBee, startBeeNode } from '@remote-log/devnet'
import { type RequestReport, SwarmStore } from '@remote-log/swarm'
import { bulky, hooked, texts, textsOf, World } from './world.ts'

/** A poor Bee as recorded, a hundred times as fast. */
const POOR: PoorBee = { allowancePerSecond: 1000, burst: 30, waitingReads: 8, blindMs: 600 }
const ENTRIES = 300
const names = (count: number, first = 0) => texts(count, first).map(({ payload }) => payload)

let a: BeeNode
let b: BeeNode
let batch: string
let world: World
let reports: RequestReport[]

beforeEach(async () => {
  a = await startBeeNode({ poor: POOR })
  b = await startBeeNode({ peers: a, poor: POOR })
  batch = await a.grantBatch()
  world = new World()
  reports = []
})
afterEach(async () => {
  await a.stop()
  await b.stop()
})

const writing = (more: { readonly readBack?: string } = {}) =>
  new SwarmStore({ url: a.url, batch, onRequest: report => reports.push(report), ...more })
const reading = () => new SwarmStore({ url: b.url, onRequest: report => reports.push(report) })

const refused = () => reports.filter(({ status }) => status === 429 || status >= 500).length

interface Counters {
  readonly split: number
  readonly seen: number
  readonly synced: number
}

async function tags(): Promise<readonly Counters[]> {
  const answer = await fetch(`${a.url}/tags`)
  return ((await answer.json()) as { tags: Counters[] }).tags
}

test('a log is published, synced and watched over two poor nodes: nothing lost, nothing doubled, no head too early', async () => {
  let heads = 0
  const counted = hooked(world.names, async operation => {
    if (operation !== 'publish') return
    heads++
    for (const { split, seen, synced } of await tags()) {
      assert.ok(synced + seen >= split, `a head moves while the network has ${synced} of ${split} chunks`)
    }
  })
  const alice = await world.writer({ store: writing(), names: counted })
  await alice.appendMany(bulky(ENTRIES))
  await alice.publish()
  assert.equal(heads, 1)
  assert.equal(refused(), 0, 'deferred uploads of a client that heeds its tag are not refused')
  const uploads = reports.filter(({ method, route }) => method === 'POST' && route !== '/tags').length
  const [{ split, synced }] = (await tags()) as [Counters]
  assert.ok(
    synced <= split && uploads <= split + 1,
    `${uploads} requests for ${split} chunks: each went up once`,
  )

  reports = []
  const bob = await world.reader({ store: reading() })
  const statement = await bob.sync()
  assert.deepEqual([statement.complete, statement.entries], [true, ENTRIES])
  assert.deepEqual(await textsOf(bob.read()), names(ENTRIES))
  assert.equal((await bob.verify()).entries, ENTRIES)
  assert.ok(refused() <= reports.length / 4, `${refused()} of ${reports.length} requests were refused`)

  const stop = new AbortController()
  const seen: string[] = []
  const watched = bob.watch({ from: ENTRIES, intervalMs: 5, signal: stop.signal })
  const watching = (async () => {
    for await (const entry of watched) {
      seen.push((await entry.text()).replace(/\0+$/, ''))
      if (seen.length === 40) return
    }
  })()
  for (let first = ENTRIES; first < ENTRIES + 40; first += 20) {
    await alice.appendMany(bulky(20, first))
    await alice.publish()
  }
  await watching
  stop.abort()
  assert.deepEqual(seen, names(40, ENTRIES))
  await alice.close()
  await bob.close()
})

test('who asks for everything at once is refused most of it; a log read next to that comes whole', async () => {
  const alice = await world.writer({ store: writing() })
  await alice.appendMany(bulky(ENTRIES))
  await alice.publish()
  b.setPoor({ ...POOR, allowancePerSecond: 1, waitingReads: 0 })
  a.setPoor()
  const others = Array.from({ length: 100 }, (_, i) => makeChunk(new TextEncoder().encode(`other ${i}`)))
  for (const { bytes } of others) {
    const headers = { 'swarm-postage-batch-id': batch }
    await fetch(`${a.url}/chunks`, { method: 'POST', headers, body: Uint8Array.from(bytes) })
  }
  const eager = others.map(({ reference }) => fetch(`${b.url}/chunks/${reference}`))
  const statuses = (await Promise.all(eager)).map(({ status }) => status)
  assert.deepEqual([...new Set(statuses)].sort(), [200, 500])
  const refusals = statuses.filter(status => status === 500).length
  assert.ok(refusals > statuses.length / 3, `${refusals} of ${statuses.length} refused`)

  b.setPoor(POOR)
  reports = []
  const bob = await world.reader({ store: reading() })
  assert.equal((await bob.sync()).entries, ENTRIES)
  assert.deepEqual(await textsOf(bob.read()), names(ENTRIES))
  assert.ok(refused() < refusals, `${refused()} of ${reports.length} refused`)
  await alice.close()
  await bob.close()
})

test('a writer whose device dies under way goes on where it was: the same entries, once', async () => {
  a.setPoor({ ...POOR, allowancePerSecond: 400 })
  const stop = new AbortController()
  const alice = await world.writer({ store: writing() })
  await alice.appendMany(bulky(ENTRIES))
  const broken = alice.publish({
    signal: stop.signal,
    onProgress: () => stop.abort(),
  })
  await assert.rejects(broken, { code: 'ABORTED' })
  await alice.publish()
  await alice.close()
  const bob = await world.reader({ store: reading() })
  await bob.sync()
  assert.deepEqual(await textsOf(bob.read()), names(ENTRIES))
  await bob.close()
})
