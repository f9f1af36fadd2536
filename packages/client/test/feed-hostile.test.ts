import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, type TestContext, test } from 'node:test'
import {
  type Chunk,
  feedTopic,
  feedUpdateId,
  type LogId,
  MemoryChain,
  MemoryNameSystem,
  type NameSystem,
  type Reference,
  singleOwnerAddress,
  topicOf,
} from '@remote-log/core'
import { type BeeNode, type FaultRule, startBeeNode, startFaultProxy } from '@remote-log/devnet'
import { openFeed, SwarmStore } from '@remote-log/swarm'
import { LocalFeedRecords } from '../src/feed/local-feed-records.ts'
import { RemoteLog } from '../src/index.ts'
import { FEED_ID, SIGNER } from './feed-world.ts'
import { memory, texts, textsOf } from './world.ts'

describe('an anchored log over nodes that lie about its feed', () => {
  let node: BeeNode
  let other: BeeNode
  let batch: string
  let id: LogId
  let chain: MemoryChain
  let logs = 0
  before(async () => {
    node = await startBeeNode({ manyPeers: true })
    other = await startBeeNode({ peers: node, manyPeers: true })
    batch = await node.grantBatch()
  })
  beforeEach(() => {
    id = { ...FEED_ID, topic: topicOf(`hostile ${logs++}`) }
    chain = new MemoryChain()
  })
  after(() => Promise.all([node.stop(), other.stop()]))

  function open(url: string, feedUrls: readonly string[], { local = memory(), writable = false } = {}) {
    const signer = writable ? SIGNER : undefined
    const records = new LocalFeedRecords(local)
    return RemoteLog.open({
      ...{ id, local, writable, anchor: 'onDemand' },
      store: new SwarmStore({ url, batch, retryMs: 0 }),
      names: new MemoryNameSystem({ chain, ...(writable && { owner: id.owner }) }),
      feed: openFeed({ urls: feedUrls, batch, signer, records, timeoutMs: 2000 }),
    })
  }

  /** A log with an anchored entry, and further ones that are announced one by one. */
  async function announced(count: number, local = memory()) {
    const alice = await open(node.url, [node.url], { local, writable: true })
    await alice.appendMany(texts(1))
    const { head } = await alice.publish()
    for (let i = 1; i <= count; i++) {
      await alice.appendMany(texts(1, i))
      await alice.publish()
    }
    return { alice, base: head! }
  }

  const addressOf = (base: Reference, index: number) =>
    singleOwnerAddress(id.owner, feedUpdateId(feedTopic(id, base), index))

  async function liar(t: TestContext, rule: FaultRule) {
    const proxy = await startFaultProxy({ target: other.url, rule })
    t.after(() => proxy.stop())
    return proxy.url
  }

  const provisional = async (bob: RemoteLog) => {
    const { entries, feedTrouble } = await bob.sync()
    return [entries, bob.status().provisional?.entries, feedTrouble?.code]
  }

  test('a forged update is told, shown to nobody, and asked for elsewhere', async t => {
    await announced(2)
    const forging = await liar(t, ({ path }) =>
      path.startsWith('/chunks/') ? { flipBit: 8 * 150 } : undefined,
    )
    assert.deepEqual(await provisional(await open(other.url, [forging])), [1, undefined, 'CORRUPT'])
    assert.deepEqual((await provisional(await open(other.url, [forging, other.url]))).slice(0, 2), [1, 3])
  })

  test('an earlier update that is replayed in the place of the newest is no update, nor is one of an earlier base', async t => {
    const { alice, base } = await announced(2)
    const replaying = await liar(t, ({ path }) =>
      path === `/chunks/${addressOf(base, 1)}` ? { instead: `/chunks/${addressOf(base, 0)}` } : undefined,
    )
    const [entries, shown, trouble] = await provisional(await open(other.url, [replaying]))
    assert.deepEqual([entries, trouble], [1, 'CORRUPT'])
    assert.ok(shown === undefined || shown === 2, 'at most the old one, for what it is')

    // What was announced before an anchor is never shown behind it.
    const { head } = await alice.publish({ anchor: true })
    const before = await liar(t, ({ path }) =>
      path === `/chunks/${addressOf(head!, 0)}` ? { instead: `/chunks/${addressOf(base, 0)}` } : undefined,
    )
    assert.deepEqual((await provisional(await open(other.url, [before]))).slice(0, 2), [3, undefined])
  })

  test('an owner who signs two heads for one place is found out, and the chain stands', async () => {
    const { base } = await announced(1)
    const local = memory()
    const bob = await open(other.url, [other.url], { local })
    assert.deepEqual(await provisional(bob), [1, 2, undefined])
    await bob.close()
    // The same key on a second device, which claims the same base and writes through a node that knows nothing of it.
    const apart = await startBeeNode({ manyPeers: true })
    const twin = openFeed({
      urls: [apart.url],
      batch: await apart.grantBatch(),
      signer: SIGNER,
      records: new LocalFeedRecords(memory()),
    })
    await twin.claim(id, base)
    const forked = await forkedHead()
    await twin.announce(id, base, forked)
    const again = await open(other.url, [apart.url], { local })
    const { entries, feedTrouble } = await again.sync()
    assert.equal(feedTrouble?.code, 'REWRITTEN')
    assert.ok([feedTrouble?.details.trustedHead, feedTrouble?.details.head].includes(forked.reference))
    assert.equal(entries, 1)
    assert.deepEqual(await textsOf(again.read()), ['entry 0'])
    await apart.stop()
  })

  /** Another head on the same base, whose chunks are in the network. */
  async function forkedHead(): Promise<Chunk> {
    const taken = Promise.withResolvers<Reference>()
    const store = new SwarmStore({ url: node.url, batch })
    const names = named({
      publish: async (_log, _expected, next) => {
        taken.resolve(next)
        throw new Error('not to the chain')
      },
    })
    const builder = await RemoteLog.open({ id, local: memory(), writable: true, names, store })
    await builder.sync()
    await builder.append('something else')
    await assert.rejects(builder.publish(), /not to the chain/)
    const reference = await taken.promise
    return { reference, bytes: await store.get(reference) }
  }

  /** The chain, but for some of what it does. */
  function named(changes: Partial<NameSystem>): NameSystem {
    const names: NameSystem = new MemoryNameSystem({ chain, owner: id.owner })
    return {
      chainId: options => names.chainId(options),
      head: (key, options) => names.head(key, options),
      heads: (keys, options) => names.heads(keys, options),
      block: (number, options) => names.block(number, options),
      publish: (...publication) => names.publish(...publication),
      ...changes,
    }
  }

  test('an update for another base than the head that stands is not looked at', async () => {
    const { alice, base } = await announced(1)
    const ahead = alice.status().provisional!.head
    const bytes = await new SwarmStore({ url: other.url }).get(ahead)
    const chained = new MemoryNameSystem({ chain })
    for (const [on, shown] of [
      ['ab'.repeat(32) as Reference, undefined],
      [base, 2],
    ] as const) {
      const update = { base: on, index: 0, chunk: { reference: ahead, bytes } }
      const names = named({
        head: async (key, options) => ({
          ...(await chained.head(key, options)),
          ahead: { update, trouble: undefined },
        }),
      })
      const bob = await RemoteLog.open({
        id,
        store: new SwarmStore({ url: other.url }),
        names,
        local: memory(),
      })
      await bob.sync()
      assert.equal(bob.status().provisional?.entries, shown)
    }
  })
})
