import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { expectCode, seededBytes } from '@remote-log/conformance'
import { makeChunk } from '@remote-log/core'
import { ManualClock, startBeeNode } from '@remote-log/devnet'
import { SwarmStore } from '../src/index.ts'

describe('a chunk that a Bee refuses for a minute because it once failed to fetch it', () => {
  const chunk = makeChunk(seededBytes('blind', 100))

  /** A node that failed to fetch the chunk, which came to the network right afterwards. */
  async function blinded(t: TestContext) {
    const clock = new ManualClock()
    const node = await startBeeNode({ clock })
    const poor = await startBeeNode({ clock, peers: node, poor: {} })
    t.after(() => Promise.all([poor.stop(), node.stop()]))
    await expectCode(new SwarmStore({ url: poor.url, retryMs: 0 }).get(chunk.reference), 'UNAVAILABLE', 'get')
    const upload = await new SwarmStore({ url: node.url, batch: await node.grantBatch() }).beginUpload()
    await upload.put(chunk)
    await clock.advance(1000)
    await upload.confirm()
    return { clock, poor }
  }

  test('is UNAVAILABLE within that minute, and the error says what to do', async t => {
    const { poor } = await blinded(t)
    const store = new SwarmStore({ url: poor.url, retryMs: 300 })
    const { details, message } = await expectCode(store.get(chunk.reference), 'UNAVAILABLE', 'get')
    assert.deepEqual([details.reference, details.url, details.status], [chunk.reference, poor.url, 500])
    assert.match(message, /for a minute: ask again after that, or another node/)
  })

  test('comes to whoever goes on asking for longer', async t => {
    const { clock, poor } = await blinded(t)
    let refused = 0
    const store = new SwarmStore({
      url: poor.url,
      retryMs: 60_000,
      onRequest: ({ status }) => {
        if (status === 500 && ++refused === 2) void clock.advance(60_000)
      },
    })
    assert.deepEqual(await store.get(chunk.reference), chunk.bytes)
    assert.equal(refused, 2)
  })
})
