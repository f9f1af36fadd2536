import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Bee, MantarayNode, PrivateKey, Stamper, Topic } from '@ethersphere/bee-js'
import { type BeeNode, startBeeNode } from '../src/index.ts'
import { AUTHOR_KEY, author, BATCH_OWNER_KEY, clientOwner, payload } from './replay/material.ts'

/** bee-js drops `redundancyLevel: 0`; the header itself goes through. */
const LEVEL_0 = { headers: { 'swarm-redundancy-level': '0' } }

describe('bee-js 12.1.0, unchanged', () => {
  let node: BeeNode
  let bee: Bee
  let batch: string
  before(async () => {
    // A block a millisecond, so that bought batches are usable within ten.
    node = await startBeeNode({ blockTimeMs: 1, syncLagMs: 0, pullSyncMs: 0 })
    batch = await node.grantBatch({ depth: 20, label: 'bee-js' })
    bee = new Bee(node.url)
  })
  after(() => node.stop())

  test('data up and down, in one chunk and in many', async () => {
    for (const length of [1, 4096, 300_000]) {
      const data = payload('data', length)
      const { reference, tagUid } = await bee.uploadData(batch, data, {}, LEVEL_0)
      assert.deepEqual(Buffer.from((await bee.downloadData(reference)).toUint8Array()), data)
      assert.equal((await bee.probeData(reference)).contentLength, length)
      assert.equal((await bee.retrieveTag(tagUid!)).address, reference.toHex())
    }
  })

  test('chunks, under a tag and with a stamp of the client', async () => {
    const tag = await bee.createTag()
    const chunk = bee.makeContentAddressedChunk(payload('chunk', 1000))
    const { reference } = await bee.uploadChunk(batch, chunk, { tag: tag.uid })
    assert.equal(reference.toHex(), chunk.address.toHex())
    assert.deepEqual(await bee.downloadChunk(reference), chunk.data)
    assert.equal((await bee.retrieveTag(tag.uid)).split, 1)

    const own = await node.grantBatch({ depth: 18, owner: clientOwner })
    const stamper = Stamper.fromBlank(new PrivateKey(BATCH_OWNER_KEY), own, 18)
    const stamped = bee.makeContentAddressedChunk(payload('stamped', 1000))
    // Of the chunk it stamps, the stamper asks for nothing but the address.
    const address = { hash: () => stamped.address.toUint8Array() }
    const envelope = stamper.stamp(address as unknown as Parameters<Stamper['stamp']>[0])
    assert.deepEqual(
      await bee.downloadChunk((await bee.uploadChunk(envelope, stamped)).reference),
      stamped.data,
    )
  })

  test('single-owner chunks', async () => {
    const id = payload('id', 32)
    const data = payload('single owner', 100)
    const { reference } = await bee.makeSOCWriter(new PrivateKey(AUTHOR_KEY)).upload(batch, id, data)
    const read = await bee.makeSOCReader(author).download(id)
    assert.deepEqual(Buffer.from(read.payload.toUint8Array()), data)
    assert.equal(read.address.toHex(), reference.toHex())
  })

  test('feeds: updates, the newest one, one by index, and the manifest', async () => {
    const topic = Topic.fromString('bee-js')
    const writer = bee.makeFeedWriter(topic, new PrivateKey(AUTHOR_KEY))
    for (const i of [0, 1, 2]) {
      await writer.uploadPayload(batch, payload(`update ${i}`, 50), { index: i })
    }
    const reader = bee.makeFeedReader(topic, author)
    const newest = await reader.downloadPayload()
    assert.deepEqual(Buffer.from(newest.payload.toUint8Array()), payload('update 2', 50))
    assert.equal(newest.feedIndex.toBigInt(), 2n)
    const first = await reader.downloadPayload({ index: 0 })
    assert.deepEqual(Buffer.from(first.payload.toUint8Array()), payload('update 0', 50))

    const manifest = await bee.createFeedManifest(batch, topic, author)
    const root = await MantarayNode.unmarshal(bee, manifest)
    await root.loadRecursively(bee)
    assert.deepEqual(root.find('/')?.metadata, {
      'swarm-feed-owner': author,
      'swarm-feed-topic': topic.toHex(),
      'swarm-feed-type': 'Sequence',
    })
  })

  test('a feed that points at a file', async () => {
    const topic = Topic.fromString('reference')
    const { reference } = await bee.uploadData(batch, payload('target', 5000), {}, LEVEL_0)
    await bee
      .makeFeedWriter(topic, new PrivateKey(AUTHOR_KEY))
      .uploadReference(batch, reference, { index: 0 })
    const update = await bee.makeFeedReader(topic, author).downloadReference()
    assert.equal(update.reference.toHex(), reference.toHex())
  })

  test('postage batches: buy, look, top up, dilute', async () => {
    const bought = await bee.createPostageBatch('1000000000', 17, { waitForUsable: false, label: 'bought' })
    while (!(await bee.getPostageBatches()).find(b => b.batchID.equals(bought))?.usable) await delay()
    assert.equal((await bee.getPostageBatch(bought)).label, 'bought')
    assert.equal((await bee.getPostageBatchBuckets(bought)).buckets.length, 65536)
    await bee.topUpBatch(bought, '100000000')
    await bee.diluteBatch(bought, 18)
    const changed = await bee.getPostageBatch(bought)
    assert.deepEqual([changed.depth, changed.amount], [18, '1100000000'])
    assert.ok((await bee.getGlobalPostageBatches()).length >= 2)
  })

  test('tags and pins', async () => {
    const tag = await bee.createTag()
    const { reference } = await bee.uploadData(
      batch,
      payload('pinned', 10_000),
      { tag: tag.uid, pin: true },
      LEVEL_0,
    )
    await bee.updateTag(tag.uid, reference)
    assert.ok((await bee.getAllTags({ limit: 1000 })).some(({ uid }) => uid === tag.uid))
    await bee.deleteTag(tag.uid)
    assert.equal((await bee.getPin(reference)).reference.toHex(), reference.toHex())
    await bee.unpin(reference)
    assert.deepEqual(await bee.getAllPins(), [])
    await bee.pin(reference)
    assert.equal((await bee.getAllPins()).length, 1)
  })

  test('stewardship and envelopes', async () => {
    const { reference } = await bee.uploadData(batch, payload('kept', 10_000), {}, LEVEL_0)
    while (!(await bee.isReferenceRetrievable(reference))) await delay()
    await bee.reuploadPinnedData(batch, reference)
    const envelope = await bee.createEnvelope(batch, reference)
    assert.equal(`0x${Buffer.from(envelope.issuer).toString('hex')}`, node.address)
  })

  test('the state of the node', async () => {
    assert.equal(await bee.isConnected(), true)
    assert.equal((await bee.getHealth()).status, 'ok')
    assert.equal((await bee.getReadiness()).status, 'ready')
    assert.equal((await bee.getNodeInfo()).beeMode, 'full')
    assert.equal((await bee.getStatus()).isWarmingUp, false)
    assert.equal(`0x${(await bee.getNodeAddresses()).ethereum.toHex()}`, node.address)
    assert.equal((await bee.getPeers()).length, 1)
    assert.ok((await bee.getWalletBalance()).bzzBalance.toPLURBigInt() > 0n)
    assert.equal((await bee.getChainState()).currentPrice, 24_000)
  })
})

function delay(): Promise<void> {
  return new Promise(setImmediate)
}
