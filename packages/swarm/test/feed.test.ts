import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Bee } from '@ethersphere/bee-js'
import { expectCode, seededBytes, seededReference } from '@remote-log/conformance'
import {
  type Chunk,
  feedTopic,
  feedUpdateId,
  type LogKey,
  makeChunk,
  singleOwnerAddress,
} from '@remote-log/core'
import { type BeeNode, type FaultRule, ManualClock, startBeeNode, startFaultProxy } from '@remote-log/devnet'
import { MemoryStampStorage, openFeed, Stamper, type SwarmFeedOptions } from '../src/index.ts'
import { OWNER as BATCH_OWNER, ownerSigner } from './batch-owner.ts'
import { logAbout, MemoryRecords, OWNER, SIGNER } from './feed-parts.ts'

const BASE = seededReference('an anchored head')
const page = (name: string | number) => makeChunk(seededBytes(`page ${name}`, 500))

describe('SwarmFeed over embedded nodes', () => {
  const clock = new ManualClock()
  let node: BeeNode
  let other: BeeNode
  let batch: string
  before(async () => {
    node = await startBeeNode({ clock })
    other = await startBeeNode({ peers: node })
    batch = await node.grantBatch()
  })
  after(() => Promise.all([node.stop(), other.stop()]))

  const writer = (parts: Partial<SwarmFeedOptions> = {}) =>
    openFeed({ urls: [node.url], batch, signer: SIGNER, records: new MemoryRecords(), ...parts })
  const reader = (parts: Partial<SwarmFeedOptions> = {}) =>
    openFeed({ urls: [other.url], records: new MemoryRecords(), ...parts })
  const write = async (log: LogKey, chunks: readonly Chunk[]) => {
    const feed = writer()
    await feed.claim(log, BASE)
    for (const chunk of chunks) await feed.announce(log, BASE, chunk)
    return feed
  }
  const addressOf = (log: LogKey, index: number) =>
    singleOwnerAddress(OWNER, feedUpdateId(feedTopic(log, BASE), index))

  test('what one device announces another finds, newest first, and so does Bee’s own lookup', async () => {
    const log = logAbout('found')
    const pages = [0, 1, 2].map(page)
    await write(log, pages)
    const { update, trouble } = await reader().newest(log, BASE)
    assert.equal(trouble, undefined)
    assert.deepEqual(update, { base: BASE, index: 2, chunk: pages[2] })
    const feed = new Bee(other.url).makeFeedReader(feedTopic(log, BASE), OWNER)
    const { payload, feedIndex } = await feed.downloadPayload()
    assert.equal(feedIndex.toBigInt(), 2n)
    assert.deepEqual(Buffer.from(payload.toUint8Array()), Buffer.from(pages[2]!.bytes.subarray(8)))
  })

  test('updates are stamped here where a stamper pays, also again when an answer was lost: no slot twice', async t => {
    const own = await node.grantBatch({ depth: 17, owner: BATCH_OWNER })
    const stamper = await Stamper.open({
      batch: own,
      depth: 17,
      signer: ownerSigner(),
      storage: new MemoryStampStorage(),
    })
    const log = logAbout('own stamps')
    const proxy = await startFaultProxy({ target: other.url })
    t.after(() => proxy.stop())
    const feed = writer({ urls: [proxy.url], batch: own, stamper })
    await feed.claim(log, BASE)
    let lost = 0
    proxy.setRule(({ path }) => (path.startsWith('/soc/') && lost++ === 0 ? { cutAfter: 0 } : undefined))
    for (const name of ['own 0', 'own 1', 'own 2']) await feed.announce(log, BASE, page(name))
    const { update } = await openFeed({ urls: [node.url], records: new MemoryRecords() }).newest(log, BASE)
    assert.deepEqual(update, { base: BASE, index: 2, chunk: page('own 2') })
    assert.deepEqual([lost, stamper.fill], [4, 3 / 2 ** 17])
    // Without its key the batch is of no use at a node that does not own it.
    const unpaid = writer({ urls: [other.url], batch: own })
    await unpaid.claim(logAbout('unpaid'), BASE)
    const error = await expectCode(unpaid.announce(logAbout('unpaid'), BASE, page(0)), 'REFUSED', 'announce')
    assert.equal(error.details.reason, 'batch-unknown')
  })

  test('nothing was announced: nothing is found, which is no trouble', async () => {
    const finding = await reader().newest(logAbout('empty'), BASE)
    assert.deepEqual(finding, { update: undefined, trouble: undefined })
  })

  test('one request to the newest where the index before it is known; about 2 log2 n for who was away', async () => {
    const log = logAbout('search')
    const feed = await write(log, [page('first')])
    const records = new MemoryRecords()
    let requests = 0
    const bob = reader({ records, onRequest: () => requests++ })
    assert.equal((await bob.newest(log, BASE)).update?.index, 0)
    for (let i = 1; i < 200; i++) await feed.announce(log, BASE, page(`more ${i}`))
    const found = async (who: typeof bob) => {
      requests = 0
      return (await who.newest(log, BASE)).update?.index
    }
    const fresh = reader({ onRequest: () => requests++ })
    assert.equal(await found(fresh), 199)
    assert.ok(requests <= 2 * Math.ceil(Math.log2(200)) + 1, `${requests} requests for 200 updates`)
    const again = reader({ urls: [node.url], records, onRequest: () => requests++ })
    assert.equal(await found(again), 199)
    assert.ok(requests <= 2 * Math.ceil(Math.log2(200)) + 2, `${requests} requests from a remembered index`)
    await feed.announce(log, BASE, page('one more'))
    clock.advance(60_001)
    assert.equal(await found(fresh), 200)
    assert.equal(requests, 2, 'the update, and a look behind it')
    assert.equal(await found(fresh), 200)
    assert.equal(requests, 1, 'a look behind it')
  })

  test('a device that writes never looks, and one that did not anchor does not write', async () => {
    const log = logAbout('roles')
    const seen: string[] = []
    const alice = writer({ onRequest: ({ method }) => seen.push(method) })
    await alice.claim(log, BASE)
    for (let i = 0; i < 3; i++) await alice.announce(log, BASE, page(i))
    assert.deepEqual(seen, ['POST', 'POST', 'POST'])
    const second = writer()
    assert.equal(await second.writes(log, BASE), false)
    const refused = await expectCode(second.announce(log, BASE, page('x')), 'REFUSED', 'announce')
    assert.equal(refused.details.reason, 'feed-not-claimed')
    assert.equal(await second.writes(log, undefined), false)
    assert.equal(await writer({ beginsLog: true }).writes(log, undefined), true)
    await expectCode(
      openFeed({ urls: [node.url], batch, records: await claimed(log), signer: undefined }).announce(
        log,
        BASE,
        page('x'),
      ),
      'READ_ONLY',
      'announce',
    )
  })

  test('killed between writing down and sending: the same update goes first, then the next one behind it', async () => {
    const log = logAbout('killed')
    const records = new MemoryRecords()
    const proxy = await startFaultProxy({ target: node.url })
    try {
      const before = writer({ urls: [proxy.url], records, timeoutMs: 2000 })
      await before.claim(log, BASE)
      await before.announce(log, BASE, page('sent'))
      for (const rule of [dropped, lostAnswer]) {
        proxy.setRule(rule)
        await expectCode(before.announce(log, BASE, page('in doubt')), 'UNAVAILABLE', 'announce')
        proxy.setRule(undefined)
      }
      // A new process over the same disk.
      const after = writer({ urls: [proxy.url], records })
      assert.deepEqual((await after.announce(log, BASE, page('behind it'))).index, 2)
      assert.equal(
        (await after.announce(log, BASE, page('behind it'))).index,
        2,
        'once more is no other update',
      )
      const bob = reader()
      assert.deepEqual((await bob.newest(log, BASE)).update?.chunk, page('behind it'))
      const bytes = await fetch(`${other.url}/chunks/${addressOf(log, 1)}`).then(answer => answer.bytes())
      assert.deepEqual(Buffer.from(bytes.subarray(97)), Buffer.from(page('in doubt').bytes))
    } finally {
      await proxy.stop()
    }
  })

  test('forged, cut, exchanged and silent answers: another node is asked, and what happened is told', async () => {
    const log = logAbout('lies')
    await write(log, [0, 1].map(page))
    const old = await fetch(`${other.url}/chunks/${addressOf(log, 0)}`).then(answer => answer.bytes())
    const lies: [FaultRule, string][] = [
      [() => ({ flipBit: 8 * 40 }), 'CORRUPT'],
      [() => ({ flipBit: 8 * 200 }), 'CORRUPT'],
      [() => ({ cutAfter: 300 }), 'UNAVAILABLE'],
      [() => ({ answer: { status: 200, body: old } }), 'CORRUPT'],
      [
        () => ({ answer: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' } }),
        'UNAVAILABLE',
      ],
      [() => ({ answer: { status: 502, body: 'bad gateway' } }), 'UNAVAILABLE'],
      [() => ({ drop: true }), 'UNAVAILABLE'],
    ]
    const proxy = await startFaultProxy({ target: other.url })
    try {
      for (const [rule, code] of lies) {
        proxy.setRule(rule)
        const alone = await reader({ urls: [proxy.url] }).newest(log, BASE)
        assert.equal(alone.trouble?.code, code)
        assert.ok((alone.update?.index ?? 0) === 0, 'at most the old update, at its own place')
        const beside = await reader({ urls: [proxy.url, other.url] }).newest(log, BASE)
        assert.deepEqual(beside.update?.chunk, page(1))
      }
    } finally {
      await proxy.stop()
    }
  })

  test('who asks too early is blind for a minute at that node, not at another', async () => {
    const log = logAbout('blind')
    const feed = await write(log, [page(0)])
    const bob = reader({ urls: [node.url] })
    const roaming = reader({ urls: [node.url, other.url] })
    assert.equal((await bob.newest(log, BASE)).update?.index, 0)
    assert.equal((await roaming.newest(log, BASE)).update?.index, 0)
    await feed.announce(log, BASE, page(1))
    assert.equal((await bob.newest(log, BASE)).update?.index, 0, 'still blind')
    assert.equal((await roaming.newest(log, BASE)).update?.index, 1, 'the next look goes to another node')
    clock.advance(60_001)
    assert.equal((await bob.newest(log, BASE)).update?.index, 1)
  })

  test('two heads at one place are evidence against their owner', async () => {
    const log = logAbout('twice')
    const records = new MemoryRecords()
    await write(log, [page('one')])
    assert.equal((await reader({ records }).newest(log, BASE)).update?.index, 0)
    const copied = await startBeeNode({ clock })
    try {
      const twin = openFeed({
        urls: [copied.url],
        batch: await copied.grantBatch(),
        signer: SIGNER,
        records: await claimed(log),
      })
      await twin.announce(log, BASE, page('another'))
      const finding = await reader({ urls: [copied.url], records }).newest(log, BASE)
      assert.equal(finding.trouble?.code, 'REWRITTEN')
      assert.equal(finding.trouble?.details.trustedHead, page('one').reference)
      assert.equal(finding.trouble?.details.head, page('another').reference)
    } finally {
      await copied.stop()
    }
  })

  test('bases do not touch each other, and an earlier one is remembered', async () => {
    const log = logAbout('bases')
    const next = seededReference('the next anchored head')
    const alice = writer()
    for (const base of [BASE, next]) await alice.claim(log, base)
    await alice.announce(log, BASE, page('on the first'))
    await alice.announce(log, next, page('on the second'))
    await alice.claim(log, BASE)
    assert.equal((await alice.announce(log, BASE, page('again on the first'))).index, 1)
    const bob = reader()
    assert.deepEqual((await bob.newest(log, next)).update?.chunk, page('on the second'))
    assert.deepEqual((await bob.newest(log, BASE)).update?.chunk, page('again on the first'))
    // Nor in what a device remembers across a restart: the same place on another base is no contradiction.
    const records = new MemoryRecords()
    await reader({ records }).newest(log, next)
    await alice.claim(log, next)
    await alice.announce(log, next, page('again on the second'))
    await reader({ records }).newest(log, next)
    const finding = await reader({ records }).newest(log, BASE)
    assert.deepEqual([finding.update?.index, finding.trouble], [1, undefined])
  })

  test('signals end it; what Bee would take for a reference is refused', async () => {
    const log = logAbout('aborted')
    const feed = await write(log, [])
    const signal = AbortSignal.abort()
    await expectCode(feed.announce(log, BASE, page(0), { signal }), 'ABORTED', 'announce')
    await expectCode(reader().newest(log, BASE, { signal }), 'ABORTED', 'newest')
    for (const length of [40, 72]) {
      await expectCode(
        feed.announce(log, BASE, makeChunk(new Uint8Array(length))),
        'INVALID_ARGUMENT',
        'announce',
      )
    }
    await expectCode(
      openFeed({ urls: [node.url], signer: SIGNER, records: await claimed(log) }).announce(
        log,
        BASE,
        page(0),
      ),
      'REFUSED',
      'announce without a batch',
    )
  })
})

/** A disk on which this device is the writer on `BASE`. */
async function claimed(log: LogKey): Promise<MemoryRecords> {
  const records = new MemoryRecords()
  await openFeed({ urls: ['http://127.0.0.1:1'], records }).claim(log, BASE)
  return records
}

const dropped: FaultRule = ({ method }) => (method === 'POST' ? { drop: true } : undefined)

/** The update arrives, its answer does not. */
const lostAnswer: FaultRule = ({ method }) => (method === 'POST' ? { cutAfter: 0 } : undefined)
