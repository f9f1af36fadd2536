import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { expectCode, seededBytes } from '@remote-log/conformance'
import {
  type Chunk,
  chunkPayload,
  FileSplitter,
  isFileUpload,
  makeChunk,
  parseReference,
} from '@remote-log/core'
import { type BeeUnderTest, beeUnderTest, startFaultProxy } from '@remote-log/devnet'
import { BeePostage, MemoryStampStorage, openFeed, Stamper, SwarmStore } from '../src/index.ts'
import { OWNER as BATCH_OWNER, ownerSigner } from './batch-owner.ts'
import { logAbout, MemoryRecords, SIGNER } from './feed-parts.ts'

/** A real node keeps what an earlier run stored: each run has chunks of its own. */
const RUN = randomUUID()
const chunkOf = (name: string) => makeChunk(seededBytes(`${RUN} ${name}`, 500))
const DAY = 86_400

function fileOf(name: string, leaves: number): { leaves: readonly Chunk[]; root: Chunk } {
  const splitter = new FileSplitter()
  const bytes = seededBytes(`${RUN} ${name}`, leaves * 4096)
  const chunks = [...splitter.push(bytes), ...splitter.finish().chunks]
  return { leaves: chunks.slice(0, -1), root: chunks.at(-1)! }
}

describe('what any Bee has to do', () => {
  let bee: BeeUnderTest
  before(async () => {
    bee = await beeUnderTest({ blockTimeMs: 1000 })
  })
  after(() => bee?.stop())

  const slots = async (batch: string) => {
    const { taken } = await new BeePostage({ url: bee.url }).buckets(batch)
    return taken.reduce((sum, n) => sum + n, 0)
  }
  const arrived = async (chunks: readonly Chunk[]) => {
    const elsewhere = new SwarmStore({ url: bee.readBackUrl })
    for (const { reference, bytes } of chunks) assert.deepEqual(await elsewhere.get(reference), bytes)
  }

  test('bulk writing: files whose answers are lost go again, each chunk takes one slot, a second node has them', async t => {
    const proxy = await startFaultProxy({ target: bee.url })
    t.after(() => proxy.stop())
    let posts = 0
    proxy.setRule(({ method, path }) =>
      method === 'POST' && path === '/bytes' && posts++ === 0 ? { cutAfter: 0 } : undefined,
    )
    const store = new SwarmStore({
      url: proxy.url,
      batch: bee.batch,
      readBack: bee.readBackUrl,
      evidence: 'all',
    })
    const free = await slots(bee.batch)
    const upload = await store.beginUpload()
    assert.ok(isFileUpload(upload))
    const [one, two] = [fileOf('one', 128), fileOf('two', 5)]
    for (const { leaves, root } of [one, two]) await upload.putFile(leaves, root)
    await upload.put(chunkOf('beside'))
    await upload.confirm()
    assert.equal(posts, 3)
    const all = [...one.leaves, one.root, ...two.leaves, two.root, chunkOf('beside')]
    await arrived(all)
    assert.equal((await slots(bee.batch)) - free, all.length)
    const resumed = await store.beginUpload({ resume: upload.id })
    assert.ok(isFileUpload(resumed))
    await resumed.putFile(two.leaves, two.root)
    await resumed.confirm()
    assert.equal((await slots(bee.batch)) - free, all.length)
  })

  test('own stamps: a node that does not own the batch takes them, and the network keeps it; twice the same slot', async () => {
    const batch = await bee.grantOwnBatch(BATCH_OWNER)
    const open = (depth: number) =>
      Stamper.open({ batch, depth, signer: ownerSigner(), storage: new MemoryStampStorage() })
    const stamper = await open(17)
    const store = new SwarmStore({ url: bee.url, stamper })
    const chunks = Array.from({ length: 20 }, (_, n) => chunkOf(`own ${n}`))
    for (let again = 0; again < 2; again++) {
      const upload = await store.beginUpload()
      await Promise.all(chunks.map(chunk => upload.put(chunk)))
      await upload.confirm()
    }
    await arrived(chunks)
    assert.equal(stamper.fill, 20 / 2 ** 17)
    const deeper = new SwarmStore({ url: bee.url, stamper: await open(18) })
    const refused = await expectCode(deeper.beginUpload(), 'REFUSED', 'a depth that the chain has not')
    assert.equal(refused.details.reason, 'depth-mismatch')
    const stranger = await Stamper.open({
      batch,
      depth: 17,
      signer: ownerSigner(seededBytes('a stranger', 32)),
      storage: new MemoryStampStorage(),
    })
    const forged = await new SwarmStore({ url: bee.url, stamper: stranger }).beginUpload()
    const error = await expectCode(forged.put(chunkOf('forged')), 'REFUSED', 'put')
    assert.equal(error.details.reason, 'stamp-invalid')
  })

  test('feeds: announcements by the node’s batch or own stamps are found at the other node, newest first', async () => {
    const own = await bee.grantOwnBatch(BATCH_OWNER)
    const stamper = await Stamper.open({
      batch: own,
      depth: 17,
      signer: ownerSigner(),
      storage: new MemoryStampStorage(),
    })
    for (const [name, payer] of [
      ['node', { batch: bee.batch }],
      ['own', { batch: own, stamper }],
    ] as const) {
      const log = logAbout(`${RUN} ${name}`)
      const base = parseReference(chunkOf(`base ${name}`).reference)
      const feed = openFeed({ urls: [bee.url], signer: SIGNER, records: new MemoryRecords(), ...payer })
      await feed.claim(log, base)
      const pages = [0, 1, 2].map(n => chunkOf(`${name} page ${n}`))
      for (const page of pages) await feed.announce(log, base, page)
      const reader = openFeed({ urls: [bee.readBackUrl], records: new MemoryRecords() })
      const { update } = await reader.newest(log, base)
      assert.deepEqual([update?.index, update?.chunk.reference], [2, pages[2]!.reference], name)
      assert.deepEqual(chunkPayload(update!.chunk.bytes), chunkPayload(pages[2]!.bytes))
    }
  })

  test('postage: a batch is bought once though the answer is lost, waited for, topped up and diluted once', async t => {
    const proxy = await startFaultProxy({ target: bee.url })
    t.after(() => proxy.stop())
    proxy.setRule(({ method }) => (method === 'GET' ? undefined : { cutAfter: 0 }))
    const postage = new BeePostage({ url: proxy.url, pollMs: 50 })
    const quote = await postage.quote({ depth: 17, days: 4 })
    const order = JSON.parse(JSON.stringify(await postage.order(quote)))
    const before = (await postage.list()).length
    const { id } = await postage.buy(order)
    assert.equal((await postage.buy(order)).id, id)
    assert.equal((await postage.list()).length, before + 1)
    const blocks: number[] = []
    const usable = await postage.waitUsable(id, { onProgress: done => blocks.push(done) })
    assert.deepEqual([usable.depth, usable.usable, usable.immutable], [17, true, true])
    const topUp = JSON.parse(JSON.stringify(await postage.orderTopUp(id, await postage.quoteTopUp(id, 4))))
    for (let again = 0; again < 2; again++) await postage.topUp(topUp)
    for (let again = 0; again < 2; again++) assert.equal((await postage.dilute(id, 18)).depth, 18)
    const { seconds } = await postage.expiry(id)
    assert.ok(seconds! > 3.9 * DAY && seconds! <= 4 * DAY + 60, `${seconds} s`)
    const { batch, rejected } = await postage.choose({ bytes: 1000, seconds: 3 * DAY })
    assert.ok(batch?.id === id || rejected.some(other => other.id === id))
    await expectCode(postage.dilute(id, 23), 'REFUSED', 'a dilution that leaves less than a day')
  })
})
