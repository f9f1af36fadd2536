import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  type Chunk,
  defaultMessageId,
  emptyLogState,
  LogBuilder,
  MemoryContentStore,
  MemoryNameSystem,
} from '@remote-log/core'
import type { RemoteLog } from '../src/index.ts'
import { LockStep } from './lock-step.ts'
import { LOG, memory, reopened, START, World } from './world.ts'

const ENTRIES = 100_000

/** Entry `seq` of 256 bytes. */
function item(seq: number): { payload: Uint8Array; timestamp: number } {
  const payload = new Uint8Array(256)
  new DataView(payload.buffer).setUint32(0, seq)
  return { payload, timestamp: START + seq * 60_000 }
}

function items(from: number, count: number) {
  return Array.from({ length: count }, (_, i) => item(from + i))
}

describe('100,000 entries of 256 bytes', () => {
  const world = new World()
  let alice: RemoteLog

  before(async () => {
    const builder = new LogBuilder(emptyLogState(LOG))
    const upload = await world.store.beginUpload()
    let chunks = 0
    const put = async (made: readonly Chunk[]) => {
      chunks += made.length
      for (const chunk of made) await upload.put(chunk)
    }
    for (let seq = 0; seq < ENTRIES; seq++) {
      const { payload, timestamp } = item(seq)
      const content = { kind: 'embedded', data: payload } as const
      await put(builder.append({ timestamp, id: defaultMessageId(payload), content }).chunks)
    }
    const head = builder.head()
    await put([...head.edge, head.page])
    await upload.confirm()
    world.chain.mine(LOG, head.reference)
    assert.ok(chunks / ENTRIES <= 0.069, `${chunks} chunks`)
    alice = await world.writer({ now: () => START + 1e13 })
    await alice.refresh()
  })

  /** A reader whose every answer takes a round, and what an operation of it needs. */
  async function distant(local = memory()) {
    const network = new LockStep()
    const bob = await world.open({
      store: new MemoryContentStore({ network: world.network, onCall: network.onCall }),
      names: new MemoryNameSystem({ chain: world.chain, onCall: network.onCall }),
      local,
      now: () => START + 1e13,
    })
    const measure = async <T>(work: () => Promise<T>): Promise<{ value: T; rounds: number }> => {
      const { rounds } = network
      const value = await work()
      return { value, rounds: network.rounds - rounds }
    }
    return { bob, measure }
  }

  test('a cold sync takes at most 6 rounds', async () => {
    const { bob, measure } = await distant()
    const { value, rounds } = await measure(() => bob.sync())
    assert.ok(value.complete)
    assert.equal(value.entries, ENTRIES)
    assert.ok(value.costs.rounds <= 6, `${value.costs.rounds} rounds`)
    // Of 14 ranges 8 are under way at once, which fills a link; here, where all answers come at once, 6 come in one more.
    assert.equal(rounds, value.costs.rounds + 1)
  })

  test('one entry by seq or by time takes at most 5 rounds from nothing', async () => {
    for (const seq of [0, 1, 4999, 50_000, 77_777, 99_989, 99_999]) {
      const one = await distant()
      const bySeq = await one.measure(() => one.bob.entryWithCosts(seq))
      assert.equal(new DataView((await bySeq.value.value.bytes()).buffer).getUint32(0), seq)
      assert.ok(bySeq.rounds <= 5, `entry ${seq}: ${bySeq.rounds} rounds`)
      assert.equal(bySeq.value.costs.rounds, bySeq.rounds)
      const other = await distant()
      const byTime = await other.measure(() => other.bob.atWithCosts(START + seq * 60_000 - 30_000))
      assert.equal(byTime.value.value?.seq, seq)
      assert.ok(byTime.rounds <= 5, `the time of ${seq}: ${byTime.rounds} rounds`)
      assert.equal(byTime.value.costs.rounds, byTime.rounds)
    }
  })

  test('a catch-up takes 2 rounds inside the head page, 3 when a page was sealed, one a level more for several', async () => {
    const local = memory()
    const first = await distant(reopened(local))
    await first.bob.sync()
    let published = ENTRIES
    const seen = new Map<string, Set<number>>()
    for (const count of [1, 3, 10, 10, 10, 15, 40, 200, 1000]) {
      const before = alice.status().sealedPages
      await alice.appendMany(items(published, count))
      await alice.publish()
      published += count
      const sealed = alice.status().sealedPages - before
      const { bob, measure } = await distant(reopened(local))
      const { value, rounds } = await measure(() => bob.sync())
      assert.deepEqual([value.complete, value.entries, value.fresh], [true, published, count])
      assert.ok(value.costs.chunks <= sealed + 5, `${value.costs.chunks} chunks for ${sealed} pages`)
      assert.equal(value.costs.rounds, rounds)
      const kind = sealed === 0 ? 'none' : sealed === 1 ? 'one' : 'several'
      seen.set(kind, (seen.get(kind) ?? new Set()).add(rounds))
    }
    assert.deepEqual(
      [...seen].sort(([a], [b]) => a.localeCompare(b)).map(([kind, rounds]) => [kind, ...rounds]),
      [
        ['none', 2],
        ['one', 3],
        ['several', 5],
      ],
    )
  })

  test('a publish that seals no page writes one chunk', async () => {
    for (;;) {
      const { published, sealedPages } = alice.status()
      await alice.appendMany(items(published, 1))
      const { chunks } = await alice.publish()
      if (alice.status().sealedPages > sealedPages) continue
      assert.equal(chunks, 1)
      return
    }
  })

  test('reading all of it, from the store or from this device, keeps little in memory', async () => {
    const bob = await world.reader({ local: memory() })
    // The network, the chain and the writer's database are in this process too.
    const { heapUsed: before } = process.memoryUsage()
    for (const options of [{}, { reverse: true }] as const) {
      let count = 0
      let peak = 0
      let bytes = 0
      for await (const entry of bob.read(options)) {
        count++
        bytes += entry.length
        if (count % 5000 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed)
      }
      assert.equal(count, alice.status().published)
      assert.equal(bytes, count * 256)
      assert.ok(peak - before < 150e6, `${Math.round((peak - before) / 1e6)} MB more`)
      if (!options.reverse) await bob.sync()
    }
  })
})
