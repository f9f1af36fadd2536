import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectCode } from '@remote-log/conformance'
import { logHash, makeChunk, type Reference, RefusedError, UnavailableError } from '@remote-log/core'
import { FEED_ID, FeedWorld } from './feed-world.ts'
import { bulky, memory, reopened, texts, textsOf } from './world.ts'

const both = { provisional: true } as const

test('the first publish anchors; those behind it cost no block until the anchor, which moves the head once', async () => {
  const net = new FeedWorld()
  const alice = await net.writer()
  const bob = await net.reader()
  await alice.appendMany(texts(1))
  assert.ok((await alice.publish()).publication)
  await bob.sync()
  const block = net.world.chain.headAt(logHash(FEED_ID)).block.number
  for (let i = 1; i <= 20; i++) {
    await alice.appendMany(texts(1, i))
    const report = await alice.publish()
    assert.equal(report.publication, undefined)
    assert.equal(report.entries, 1)
    assert.deepEqual([report.provisional?.entries, report.provisional?.index], [i + 1, i - 1])
    net.owners.gets = 0
    const statement = await bob.sync()
    assert.equal(statement.provisional?.head, report.provisional?.head)
    assert.equal(statement.entries, 1)
    assert.equal(net.owners.gets, 2, 'the update, and a look behind it')
    assert.equal((await textsOf(bob.read(both))).length, i + 1)
    assert.equal(
      (await textsOf(bob.read())).length,
      1,
      'what is not anchored is given to those who ask for it',
    )
  }
  assert.equal(net.world.chain.headAt(logHash(FEED_ID)).block.number, block)
  assert.equal(alice.status().unsent, 20)
  const anchored = await alice.anchor()
  assert.equal(anchored.chunks, 0, 'the network has them')
  assert.equal(anchored.entries, 20)
  assert.equal(net.world.chain.headAt(logHash(FEED_ID)).block.number, block + 1)
  assert.deepEqual([alice.status().unsent, alice.status().provisional], [0, undefined])
  const statement = await bob.sync()
  assert.deepEqual(
    [statement.entries, statement.provisional, statement.feedTrouble],
    [21, undefined, undefined],
  )
  assert.deepEqual(
    await textsOf(bob.read(both)),
    texts(21).map(({ payload }) => payload),
  )
})

test('entries say what stands behind them, here and at a reader, over sealed pages', async () => {
  const net = new FeedWorld()
  const alice = await net.writer()
  await alice.appendMany(bulky(8))
  await alice.publish()
  await alice.appendMany(bulky(9, 8))
  await alice.publish()
  await alice.appendMany(bulky(1, 17))
  const bob = await net.reader()
  await bob.sync()
  const flags = async (log: typeof bob) =>
    (await Array.fromAsync(log.read(both))).map(({ seq, published, anchored }) => [seq, published, anchored])
  const expected = (to: number) => Array.from({ length: to }, (_, seq) => [seq, seq < 17, seq < 8])
  assert.deepEqual(await flags(alice), expected(18))
  assert.deepEqual(await flags(bob), expected(17))
  assert.deepEqual(
    await textsOf(bob.read({ ...both, reverse: true, from: 5, to: 12 })),
    texts(12)
      .map(({ payload }) => payload)
      .slice(5)
      .reverse(),
  )
  assert.equal((await Array.fromAsync(alice.read({ ...both, publishedOnly: true }))).length, 17)
  assert.equal((await Array.fromAsync(alice.read({ publishedOnly: true }))).length, 8)
})

test('policy: after so many entries, after so long, on demand; a wish of the caller goes before', async () => {
  const net = new FeedWorld()
  let now = 1_800_000_000_000
  const alice = await net.writer(memory(), { anchor: { every: 3, everyMs: 1000 }, now: () => now })
  const publish = async (options = {}) => {
    await alice.appendMany(texts(1))
    return (await alice.publish(options)).publication !== undefined
  }
  assert.deepEqual(
    [await publish(), await publish(), await publish(), await publish()],
    [true, false, false, true],
  )
  assert.equal(await publish(), false)
  now += 1000
  assert.notEqual((await alice.publish()).publication, undefined, 'due, without a new entry')
  for (let i = 0; i < 4; i++) assert.equal(await publish({ anchor: false }), false)
  assert.equal(await publish({ anchor: true }), true)
  for (const anchor of [{ every: -1 }, { everyMs: 0.5 }])
    await expectCode(net.writer(memory(), { anchor }), 'INVALID_ARGUMENT', 'open')
})

test('a device that did not anchor the head does not write its feed: it anchors, and is the one from then on', async () => {
  const net = new FeedWorld()
  const alice = await net.writer()
  const phone = await net.writer()
  await alice.appendMany(texts(1))
  await alice.publish()
  await alice.appendMany(texts(1, 1))
  await alice.publish()
  await phone.sync()
  assert.equal(phone.status().provisional?.entries, 2)
  await phone.append('from the phone')
  await expectCode(phone.publish({ anchor: false }), 'REFUSED', 'publish')
  assert.ok((await phone.publish()).publication)
  await phone.append('by feed')
  assert.equal((await phone.publish()).publication, undefined)
  const puts = net.owners.puts
  await alice.append('third')
  assert.ok((await alice.publish()).publication, 'her feed was that of the head before')
  assert.equal(net.owners.puts, puts)
  assert.ok((await phone.publish()).publication)
  const bob = await net.reader()
  await bob.sync()
  assert.deepEqual(await textsOf(bob.read()), ['entry 0', 'from the phone', 'entry 1', 'third', 'by feed'])
})

test('a feed that is stale, silent or wrong takes nothing from what the chain says', async () => {
  const net = new FeedWorld()
  const alice = await net.writer()
  await alice.appendMany(texts(1))
  await alice.publish()
  net.owners.freeze()
  for (let i = 1; i < 4; i++) {
    await alice.appendMany(texts(1, i))
    await alice.publish()
  }
  const bob = await net.reader()
  net.owners.mood = 'stale'
  assert.deepEqual([(await bob.sync()).entries, bob.status().provisional], [1, undefined])
  net.owners.mood = 'silent'
  assert.equal((await bob.sync()).feedTrouble?.code, 'UNAVAILABLE')
  net.owners.mood = 'honest'
  assert.equal((await bob.sync()).provisional?.entries, 4)
  net.owners.mood = 'silent'
  assert.equal((await bob.sync()).provisional?.entries, 4, 'what was seen to extend the chain still does')
  await alice.anchor()
  assert.deepEqual([(await bob.sync()).entries, bob.status().provisional], [4, undefined])
})

test('an owner’s update that contradicts the chain is evidence, and is not shown', async () => {
  const net = new FeedWorld()
  const alice = await net.writer()
  await alice.appendMany(texts(2))
  await alice.publish()
  const other = new FeedWorld()
  const forger = await other.writer()
  await forger.appendMany(texts(3, 100))
  const { head } = await forger.publish()
  for (const [reference, bytes] of other.world.network) net.world.network.set(reference, bytes)
  const base = alice.status().head!
  for (const [chunk, code] of [
    [{ reference: head!, bytes: net.world.network.get(head!)! }, 'REWRITTEN'],
    [makeChunk(new Uint8Array(500)), 'INVALID_PAGE'],
  ] as const) {
    const feed = net.feed(memory())
    await feed.claim(FEED_ID, base)
    net.owners.chunks.clear()
    await feed.announce(FEED_ID, base, chunk)
    const bob = await net.reader()
    const statement = await bob.sync()
    assert.equal(statement.feedTrouble?.code, code)
    assert.deepEqual([statement.entries, statement.provisional], [2, undefined])
    assert.equal((await textsOf(bob.read(both))).length, 2)
  }
})

test('after a reorganisation the feed of the earlier head is there again, and its writer goes on with it', async () => {
  const net = new FeedWorld()
  const local = memory()
  const alice = await net.writer(local)
  const bob = await net.reader()
  await alice.appendMany(texts(1))
  await alice.publish()
  await alice.appendMany(texts(2, 1))
  await alice.publish()
  await alice.anchor()
  assert.equal((await bob.sync()).entries, 3)
  net.world.chain.reorganise(1)
  await expectCode(bob.sync(), 'REORG', 'sync')
  await bob.forget()
  const statement = await bob.sync()
  assert.deepEqual([statement.entries, statement.provisional?.entries], [1, 3])
  await expectCode(alice.publish({ onReorg: 'fail' }), 'REORG', 'publish')
  await expectCode(alice.publish({ anchor: false }), 'REORG', 'publish')
  await alice.forget()
  await alice.append('behind it')
  const report = await alice.publish()
  assert.equal(report.provisional?.index, 1, 'at the next place, not at one that is taken')
})

test('killed at any write or answer of a publish by feed: nothing is lost or there twice', async () => {
  for (let at = 0; at < 12; at++) {
    const net = new FeedWorld()
    const local = memory()
    const first = await net.writer(local)
    await first.appendMany(texts(1))
    await first.publish()
    await first.appendMany(texts(1, 1))
    let left = at
    const dying = { ...reopened(local) }
    dying.batch = async (changes, options) => {
      if (left-- <= 0) throw new Error('killed')
      await local.batch(changes, options)
    }
    await first.close()
    await local.open()
    const second = await net.writer(dying)
    if (at % 2) net.owners.mood = 'deaf'
    await second.publish().catch(() => undefined)
    net.owners.mood = 'honest'
    const third = await net.writer(reopened(local))
    await third.appendMany(texts(1, 2))
    await third.publish()
    const bob = await net.reader()
    await bob.sync()
    assert.deepEqual(
      await textsOf(bob.read(both)),
      texts(3).map(({ payload }) => payload),
    )
    await third.anchor()
    await bob.sync()
    assert.deepEqual(
      await textsOf(bob.read()),
      texts(3).map(({ payload }) => payload),
    )
  }
})

test('before there is a head the feed is written only by a device that is said to be the only one', async () => {
  const net = new FeedWorld()
  const local = memory()
  const alice = await net.writer(local, { feed: net.feed(local, true) })
  const bob = await net.reader()
  for (let i = 0; i < 20; i++) {
    await alice.appendMany(texts(1, i))
    assert.equal((await alice.publish()).publication, undefined)
  }
  const statement = await bob.sync()
  assert.deepEqual([statement.head, statement.entries, statement.provisional?.entries], [undefined, 0, 20])
  assert.equal((await textsOf(bob.read(both))).length, 20)
  assert.equal((await textsOf(bob.read())).length, 0)
  await alice.anchor()
  assert.deepEqual([(await bob.sync()).entries, bob.status().provisional], [20, undefined])
})

test('watch gives what is announced at once, and again when the chain has it', async () => {
  const net = new FeedWorld()
  const alice = await net.writer()
  await alice.appendMany(texts(1))
  await alice.publish()
  const bob = await net.reader()
  const stop = new AbortController()
  const seen: string[] = []
  await alice.appendMany(texts(2, 1))
  await alice.publish()
  for await (const entry of bob.watch({ ...both, from: 0, intervalMs: 1, signal: stop.signal })) {
    seen.push(`${await entry.text()} ${entry.anchored}`)
    if (seen.length === 3) await alice.anchor()
    if (seen.length === 5) stop.abort()
  }
  assert.deepEqual(seen, ['entry 0 true', 'entry 1 false', 'entry 2 false', 'entry 1 true', 'entry 2 true'])
})

test('a damaged record of the feed is named; forget goes on by an anchor', async () => {
  const net = new FeedWorld()
  const local = memory()
  const alice = await net.writer(local)
  await alice.appendMany(texts(1))
  await alice.publish()
  await alice.close()
  await local.open()
  const options = { keyEncoding: 'utf8', valueEncoding: 'view' } as const
  const key = await feedKey(local)
  await local.batch([{ type: 'put', key, value: new Uint8Array(9) }], options)
  const again = await net.writer(reopened(local))
  await again.appendMany(texts(1, 1))
  const error = await expectCode(again.publish(), 'LOCAL_DAMAGED', 'publish')
  assert.equal(error.details.record, 'feed')
  await again.forget()
  assert.ok((await again.publish()).publication)
  await again.appendMany(texts(1, 2))
  assert.equal((await again.publish()).publication, undefined)
})

test('forget does not forget what was announced and may still arrive, unless told to', async () => {
  const net = new FeedWorld()
  const alice = await net.writer(memory())
  await alice.appendMany(texts(1))
  await alice.publish()
  await alice.appendMany(texts(2, 1))
  await alice.publish()
  const error = await expectCode(alice.forget(), 'REFUSED', 'forget')
  assert.equal(error.details.announced, 2)
  assert.equal((await textsOf(alice.read())).length, 3)
  await alice.anchor()
  await alice.forget()
  await alice.sync()
  assert.equal((await textsOf(alice.read())).length, 3)
  await alice.appendMany(texts(1, 3))
  await alice.publish()
  await alice.forget({ evenUnsettled: true })
})

async function feedKey(local: ReturnType<typeof memory>): Promise<string> {
  const options = { keyEncoding: 'utf8', valueEncoding: 'view', gte: '0', lt: 'g' } as const
  for await (const [key] of local.iterator(options)) if (key.endsWith('/feed')) return key
  return assert.fail('no record of the feed')
}

test('an announced head that somebody submits to the chain is known: its entries are not there twice', async () => {
  for (const submitted of [1, 2, 3]) {
    for (const behind of [false, true]) {
      const net = new FeedWorld()
      const local = memory()
      // A process that is killed before it clears what was sent: all of it is still there when it starts anew.
      let killed = false
      const kept = reopened(local)
      kept.clear = async options => {
        if (killed) throw new Error('killed')
        await local.clear(options)
      }
      const alice = await net.writer(kept)
      await alice.appendMany(texts(1))
      const { head: base } = await alice.publish()
      const heads: Reference[] = []
      for (let i = 1; i <= 3; i++) {
        await alice.appendMany(texts(1, i))
        heads.push((await alice.publish()).provisional!.head)
      }
      await net.names.publish(FEED_ID, base, heads[submitted - 1]!)
      // Another device goes on behind it before Alice looks.
      if (behind) {
        const phone = await net.plain()
        await phone.append('from the phone')
        await phone.publish()
      }
      killed = true
      await alice.sync().catch(() => undefined)
      const again = await net.writer(reopened(local))
      assert.equal(again.status().unsent, 3 - submitted)
      const report = await again.anchor()
      assert.equal(report.entries, 3 - submitted)
      const bob = await net.reader()
      await bob.sync()
      const all = await textsOf(bob.read())
      assert.deepEqual(
        all.filter(text => text !== 'from the phone'),
        ['entry 0', 'entry 1', 'entry 2', 'entry 3'],
      )
    }
  }
})

test('an anchor that is due and fails leaves its entries in the feed; one that is wished for is an error', async () => {
  const net = new FeedWorld()
  const alice = await net.writer(memory(), { anchor: { every: 2 } })
  const bob = await net.reader()
  await alice.appendMany(texts(1))
  await alice.publish()
  const honest = net.names.publish.bind(net.names)
  for (const failure of [new UnavailableError('a dead relayer'), new RefusedError('no ether')]) {
    net.names.publish = () => Promise.reject(failure)
    await alice.appendMany(texts(2, alice.status().unsent + 1))
    const { publication, anchorTrouble, entries, provisional } = await alice.publish()
    assert.deepEqual([publication, anchorTrouble, entries], [undefined, failure, 2])
    assert.equal((await bob.sync()).provisional?.head, provisional?.head)
    await expectCode(alice.anchor(), failure.code, 'anchor')
  }
  net.names.publish = honest
  const report = await alice.publish()
  assert.ok(report.publication)
  assert.deepEqual([report.anchorTrouble, report.entries, report.chunks], [undefined, 4, 0])
  assert.equal((await bob.sync()).entries, 5)
})

test('who built the head that somebody submitted writes the feed on it, also where it is an earlier one', async () => {
  const net = new FeedWorld()
  const alice = await net.writer()
  await alice.appendMany(texts(1))
  const { head: base } = await alice.publish()
  await alice.appendMany(texts(1, 1))
  const first = (await alice.publish()).provisional!.head
  await alice.appendMany(texts(1, 2))
  await alice.publish()
  await net.names.publish(FEED_ID, base, first)
  const report = await alice.publish({ anchor: false })
  assert.equal(report.head, first)
  assert.deepEqual([report.provisional?.entries, report.provisional?.index], [3, 0])
})
