import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHUNK_BYTES, MemoryContentStore, type Reference, SPAN_BYTES } from '@remote-log/core'
import type { RemoteLog, SyncPlan } from '../src/index.ts'
import { LinkEstimate } from '../src/plan/link-estimate.ts'
import { planStretch, segmentsOf } from '../src/plan/stretch.ts'
import { bulky, memory, World } from './world.ts'

/** An inner chunk of 128 references. */
const INNER_BYTES = SPAN_BYTES + CHUNK_BYTES

/** Counts calls, and forges one leaf wherever it comes by range. */
class CountingStore extends MemoryContentStore {
  readonly calls = { get: 0, ranges: [] as [from: number, length: number][] }
  forged = -1
  cutAt = Number.POSITIVE_INFINITY

  override get(...args: Parameters<MemoryContentStore['get']>): Promise<Uint8Array> {
    this.calls.get++
    return super.get(...args)
  }

  protected override async *range(...[root, from, length, signal]: Parameters<MemoryContentStore['range']>) {
    this.calls.ranges.push([from / 4096, length / 4096])
    const cut = from === 0 ? this.cutAt : Number.POSITIVE_INFINITY
    let at = from
    for await (const piece of super.range(root, from, length, signal)) {
      if (at / 4096 === cut) return
      yield at / 4096 === this.forged ? piece.map(byte => byte ^ 1) : piece
      at += piece.length
    }
  }
}

async function longLog(entries = 900): Promise<World> {
  const world = new World()
  const alice = await world.writer()
  await alice.appendMany(bulky(entries))
  await alice.publish()
  return world
}

async function synced(log: RemoteLog, byteBudget?: number) {
  const plans: SyncPlan[] = []
  const statement = await log.sync({ byteBudget, onPlan: plan => void plans.push(plan) })
  assert.equal(plans.length, 1)
  return { statement, plan: plans[0]! }
}

function assertAsPlanned(
  { costs }: { costs: SyncPlan['spent'] },
  { spent, bytes, requests, rounds }: SyncPlan,
) {
  assert.deepEqual(
    [costs.bytes, costs.requests, costs.rounds],
    [spent.bytes + bytes, spent.requests + requests, spent.rounds + rounds],
  )
}

test('a sync costs what its plan says, by ranges and chunk by chunk, whole and within budgets', async () => {
  const world = await longLog()
  for (const ranges of [true, false]) {
    for (const byteBudget of [undefined, 0, 5000, 30_000, 200_000, 700_000, 5_000_000]) {
      const store = new CountingStore({ network: world.network })
      const log = await world.open({ store, ranges })
      const { statement, plan } = await synced(log, byteBudget)
      assertAsPlanned(statement, plan)
      assert.equal(store.calls.get + store.calls.ranges.length, statement.costs.requests)
      assert.equal(log.status().keptPages, plan.pages)
      assert.equal(statement.complete, plan.pages === plan.missingPages)
      if (byteBudget !== undefined && byteBudget > 5000) assert.ok(statement.costs.bytes <= byteBudget)
      assert.ok(ranges || plan.stretches.every(({ way }) => way === 'chunks'))
    }
  }
})

test('budget after budget the log becomes complete, each as planned', async () => {
  const world = await longLog()
  const log = await world.reader()
  for (let runs = 0; ; runs++) {
    const { statement, plan } = await synced(log, 400_000)
    assertAsPlanned(statement, plan)
    assert.ok(statement.costs.bytes <= 400_000)
    if (statement.complete) break
    assert.ok(plan.pages > 0 && runs < 10)
  }
})

test('holes between kept pages are planned as stretches of their own', async () => {
  const world = await longLog()
  const store = new CountingStore({ network: world.network })
  const local = memory()
  const log = await world.open({ store, local })
  const lost = new Map<Reference, Uint8Array>()
  const pages = [...world.network].filter(([, bytes]) => bytes.length === 4104)
  for (const [reference, bytes] of pages.filter((_, i) => i % 60 === 7)) {
    lost.set(reference, bytes)
    world.network.delete(reference)
  }
  assert.equal((await log.sync()).complete, false)
  for (const [reference, bytes] of lost) world.network.set(reference, bytes)
  const { statement, plan } = await synced(log)
  assert.ok(plan.stretches.length > 1)
  assert.ok(statement.complete)
  assertAsPlanned(statement, plan)
})

test('plan() reads head and index edge, and no page', async () => {
  const world = await longLog()
  const store = new CountingStore({ network: world.network })
  const log = await world.open({ store })
  const plan = (await log.plan())!
  assert.deepEqual([store.calls.get, store.calls.ranges.length], [1, 0])
  assert.equal(log.status().keptPages, 0)
  assert.deepEqual([plan.pages, plan.missingPages], [plan.sealedPages, plan.sealedPages])
  const { costs } = await log.sync()
  assert.equal(costs.bytes, plan.bytes, 'the head is known already')
  assert.equal(costs.requests, plan.requests)
  assert.equal((await log.plan())?.pages, 0)
  assert.equal(await (await new World().reader()).plan(), undefined)
})

test('who does not like the plan ends the sync before anything is spent', async () => {
  const world = await longLog()
  const store = new CountingStore({ network: world.network })
  const log = await world.open({ store })
  const refusal = new TypeError('too dear')
  const onPlan = () => Promise.reject(refusal)
  await assert.rejects(log.sync({ onPlan }), refusal)
  assert.deepEqual([store.calls.get, store.calls.ranges.length], [1, 0])
  assert.ok((await log.sync()).complete)
})

test('one forged leaf is asked for alone, and the range goes on behind it', async () => {
  const world = await longLog()
  const store = new CountingStore({ network: world.network })
  store.forged = 20
  const { statement, plan } = await synced(await world.open({ store }))
  assert.ok(statement.complete)
  const segment = plan.stretches[0]!.segmentPages
  const asked = store.calls.ranges.filter(([from]) => from < segment)
  assert.deepEqual(asked, [
    [0, segment],
    [21, segment - 21],
  ])
  assert.equal(
    statement.costs.bytes,
    plan.spent.bytes + plan.bytes + INNER_BYTES + CHUNK_BYTES + SPAN_BYTES,
    'the inner chunk that tells, the forged leaf, and the chunk in its place with its span',
  )
  assert.equal(statement.costs.requests, plan.spent.requests + plan.requests + 3)
})

test('a range that was cut is taken up at the first leaf that is missing', async () => {
  const world = await longLog()
  const store = new CountingStore({ network: world.network })
  store.cutAt = 50
  const { statement, plan } = await synced(await world.open({ store }))
  assert.ok(statement.complete)
  const segment = plan.stretches[0]!.segmentPages
  const asked = store.calls.ranges.filter(([from]) => from < segment)
  assert.deepEqual(asked, [
    [0, segment],
    [50, segment - 50],
  ])
  const inner = 'the inner chunk by which the leaves before the cut are told right'
  assert.equal(statement.costs.bytes, plan.spent.bytes + plan.bytes + INNER_BYTES, inner)
  assert.equal(statement.costs.requests, plan.spent.requests + plan.requests + 2)
})

test('ranges need no inner chunk right above pages, single pages do, and so do parts of what it names', async () => {
  const world = await longLog()
  const store = new CountingStore({ network: world.network })
  const log = await world.open({ store })
  const { statement, plan } = await synced(log)
  assert.ok(statement.complete && plan.sealedPages > 128)
  assert.equal(store.calls.get, 2, 'head and root')
  const part = await synced(await world.open({ store }), 700_000)
  const [stretch] = part.plan.stretches
  assert.equal(stretch!.way, 'ranges')
  assert.notEqual(stretch!.from % 128, 0)
  assert.equal(store.calls.get, 2 + 3, 'head, root, and the one above the part')
})

test('connections are opened ahead of a first sync of all, not of others', async () => {
  const world = await longLog()
  let warmed = 0
  const store = Object.assign(new CountingStore({ network: world.network }), { warmUp: () => void warmed++ })
  await (await world.open({ store })).sync({ byteBudget: 10_000 })
  assert.equal(warmed, 0, 'a little')
  await (await world.open({ store, ranges: false })).sync()
  assert.equal(warmed, 0, 'chunk by chunk')
  const log = await world.open({ store })
  await log.sync()
  assert.equal(warmed, 1)
  await log.sync()
  assert.equal(warmed, 1, 'nothing new')
})

test('a few pages go chunk by chunk, many by ranges, as few as keep a link full', async () => {
  const link = (roundTripMs: number, bytesPerMs: number) => {
    const estimate = new LinkEstimate()
    Object.defineProperties(estimate, {
      roundTripMs: { value: roundTripMs },
      bytesPerMs: { value: bytesPerMs },
    })
    return estimate
  }
  const [near, far] = [link(0.5, 100_000), link(200, 20_000)]
  for (const one of [near, far]) {
    assert.equal(planStretch({ from: 5, to: 8 }, one, true).way, 'chunks')
    assert.equal(planStretch({ from: 0, to: 5000 }, one, true).way, 'ranges')
    assert.equal(planStretch({ from: 0, to: 5000 }, one, false).way, 'chunks')
  }
  const segment = (pages: number) => planStretch({ from: 0, to: pages }, far, true).segmentPages
  assert.deepEqual([500, 3200, 1_000_000].map(segment), [128, 256, 512])
})

test('segments end where groups of pages do', () => {
  const stretch = { from: 100, to: 700, way: 'ranges', segmentPages: 256 } as const
  assert.deepEqual(segmentsOf(stretch), [
    { from: 100, to: 256 },
    { from: 256, to: 512 },
    { from: 512, to: 700 },
  ])
})
