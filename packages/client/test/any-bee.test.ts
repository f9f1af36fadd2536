import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import {
  type ContentStore,
  type LogId,
  MemoryChain,
  MemoryNameSystem,
  parseAddress,
  topicOf,
} from '@remote-log/core'
import { type BeeUnderTest, beeUnderTest } from '@remote-log/devnet'
import { SwarmStore } from '@remote-log/swarm'
import { RemoteLog } from '../src/index.ts'
import { bulky, memory } from './world.ts'

const OWNER = parseAddress(`0x${'a1'.repeat(20)}`)

/** The store, which says of the n-th chunk that it took it, and loses it. */
function losing(store: ContentStore, n: number): ContentStore {
  let put = 0
  return {
    get: store.get.bind(store),
    beginUpload: async options => {
      const upload = await store.beginUpload(options)
      return {
        id: upload.id,
        put: async (chunk, call) => {
          if (put++ !== n) await upload.put(chunk, call)
        },
        confirm: call => upload.confirm(call),
      }
    },
  }
}

describe('a log over any Bee', () => {
  let bee: BeeUnderTest
  before(async () => {
    bee = await beeUnderTest()
  })
  after(() => bee?.stop())

  test('is audited as complete or not, and repaired by whoever has a copy, so that another node has all of it', async () => {
    const id: LogId = { chainId: 1, registry: OWNER, owner: OWNER, topic: topicOf(`any Bee ${randomUUID()}`) }
    const chain = new MemoryChain()
    const names = new MemoryNameSystem({ chain, owner: OWNER })
    const store = new SwarmStore({ url: bee.url, batch: bee.batch, retryMs: 0 })
    const local = memory()
    const alice = await RemoteLog.open({ id, store: losing(store, 7), names, local, writable: true })
    await alice.appendMany(bulky(60))
    await alice.publish()
    await alice.close()
    const open = (through: SwarmStore, at = memory()) =>
      RemoteLog.open({ id, store: through, names: new MemoryNameSystem({ chain }), local: at })
    const stranger = await open(store)
    const found = await stranger.audit()
    assert.equal(found.complete, false)
    assert.deepEqual(
      found.lost.map(({ part, pages }) => [part, pages?.from]),
      [['page', 7]],
    )
    await stranger.close()
    const keeper = await open(store, local)
    const report = await keeper.repair()
    assert.deepEqual([report.repaired, report.restored], [true, 1])
    await keeper.close()
    // Another node, which was never asked in vain, has it from the network.
    const elsewhere = await open(new SwarmStore({ url: bee.readBackUrl }))
    assert.ok((await elsewhere.audit()).complete)
    await elsewhere.close()
  })
})
