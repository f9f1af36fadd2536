import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { expectCode, seededBytes, seededReference } from '@remote-log/conformance'
import { type Chunk, type ContentStore, makeChunk, type Upload } from '@remote-log/core'
import { type BeeNode, ManualClock, startBeeNode } from '@remote-log/devnet'
import { SwarmStore } from '../src/index.ts'

const chunkOf = (seed: string) => makeChunk(seededBytes(seed, 1000))

describe('SwarmStore against an embedded node that is told what to do', () => {
  let node: BeeNode
  let batch: string
  before(async () => {
    node = await startBeeNode()
    batch = await node.grantBatch()
  })
  after(() => node.stop())

  test('a node with many peers knows what is absent: NOT_FOUND', async t => {
    const known = await startBeeNode({ manyPeers: true })
    t.after(() => known.stop())
    await expectCode(new SwarmStore({ url: known.url }).get(seededReference('absent')), 'NOT_FOUND', 'get')
  })

  test('a batch that runs out during an upload is REFUSED by the next put, and at the next upload', async t => {
    const clock = new ManualClock()
    const own = await startBeeNode({ clock })
    t.after(() => own.stop())
    const brief = await own.grantBatch({ amount: 24_000n * 100n })
    const store = new SwarmStore({ minimumBatchSeconds: 0, url: own.url, batch: brief })
    const upload = await store.beginUpload()
    await upload.put(chunkOf('in time'))
    await clock.advance(200_000)
    for (const late of [() => upload.put(chunkOf('too late')), () => store.beginUpload()]) {
      const { details } = await expectCode(late(), 'REFUSED', 'after the batch ran out')
      assert.match(String(details.reason), /^batch-(unknown|not-usable|expired)$/)
    }
  })

  test('an upload that broke off is resumed under its tag and confirmed as one', async () => {
    const chunks = Array.from({ length: 20 }, (_, i) => chunkOf(`resumed ${i}`))
    node.pauseSync()
    const { id } = await putHalf(new SwarmStore({ url: node.url, batch }), chunks)
    const store = new SwarmStore({ url: node.url, batch, patienceMs: 100 })
    const resumed = await store.beginUpload({ resume: id })
    for (const chunk of chunks) await resumed.put(chunk)
    const { details } = await expectCode(
      resumed.confirm(),
      'UNAVAILABLE',
      'confirm while the network takes nothing',
    )
    assert.deepEqual([details.stored, details.total], [0, 20])
    node.resumeSync()
    const patient = await new SwarmStore({ url: node.url, batch }).beginUpload({ resume: id })
    await putAll(patient, chunks)
    for (const { reference, bytes } of chunks) assert.deepEqual(await store.get(reference), bytes)
  })

  test('a new upload of chunks that still wait under another tag is not confirmed by being seen', async () => {
    const chunks = [chunkOf('waits 1'), chunkOf('waits 2')]
    node.pauseSync()
    await putHalf(new SwarmStore({ url: node.url, batch }), [...chunks, ...chunks])
    const store = new SwarmStore({ url: node.url, batch, patienceMs: 300 })
    const upload = await store.beginUpload()
    for (const chunk of chunks) await upload.put(chunk)
    await expectCode(upload.confirm(), 'UNAVAILABLE', 'nothing was pushed')
    node.resumeSync()
    await upload.confirm()
  })
})

async function putAll(upload: Upload, chunks: readonly Chunk[]): Promise<void> {
  await Promise.all(chunks.map(chunk => upload.put(chunk)))
  await upload.confirm()
}

/** Puts the first half of the chunks and stops, as a process that was killed would. */
async function putHalf(store: ContentStore, chunks: readonly Chunk[]): Promise<Upload> {
  const upload = await store.beginUpload()
  for (const chunk of chunks.slice(0, chunks.length / 2)) await upload.put(chunk)
  return upload
}
