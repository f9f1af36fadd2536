import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { makeChunk } from '@remote-log/core'
import { keccak } from '../src/bee/keccak.ts'
import { signDigest } from '../src/bee/signing.ts'
import { singleOwnerAddress } from '../src/bee/swarm-chunk.ts'
import { type BeeNode, ManualClock, startBeeNode } from '../src/index.ts'
import { BeeClient, chunkOf } from './bee-client.ts'
import { ask } from './replay/ask.ts'
import { AUTHOR_KEY, author } from './replay/material.ts'
import { listen, speak } from './replay/speak.ts'

/** Chunks whose addresses begin with the same 16 bits. */
function sameBucket(count: number): Buffer[] {
  const buckets = new Map<string, Buffer[]>()
  for (let i = 0; ; i++) {
    const { reference, bytes } = makeChunk(Buffer.from(`bucket ${i}`))
    const bucket = buckets.get(reference.slice(0, 4)) ?? []
    bucket.push(Buffer.from(bytes))
    if (bucket.length === count) return bucket
    buckets.set(reference.slice(0, 4), bucket)
  }
}

/** A single-owner chunk with this text, and how to post it. */
function singleOwner(bee: BeeClient, text: string) {
  const id = keccak(Buffer.from(text))
  const { reference, bytes } = makeChunk(Buffer.from(text))
  const signature = signDigest(AUTHOR_KEY, keccak(id, Buffer.from(reference, 'hex'))).toString('hex')
  const path = `/soc/${author}/${id.toString('hex')}?sig=${signature}`
  return {
    address: singleOwnerAddress(id, Buffer.from(author, 'hex')).toString('hex'),
    post: () => bee.post(path, bytes),
  }
}

const ACK = { message: 0, binary: true }

describe('chunks over a WebSocket', () => {
  const clock = new ManualClock()
  let node: BeeNode
  let bee: BeeClient
  let batch: Record<string, string>
  before(async () => {
    node = await startBeeNode({ clock, corsAllowedOrigins: ['http://app.example'] })
    bee = new BeeClient(node.url, await node.grantBatch())
    batch = { 'swarm-postage-batch-id': bee.batch }
  })
  after(() => node.stop())

  test('a tag in the query defers them, and counts them when the connection ends', async () => {
    const tag = await bee.newTag()
    const chunks = Array.from({ length: 1000 }, (_, i) => chunkOf(`streamed ${i}`))
    const events = await speak(
      `${node.url}/v1/chunks/stream?swarm-tag=${tag}`,
      batch,
      chunks.map(({ bytes }) => Buffer.from(bytes)),
    )
    const acks = Array.from(chunks, () => ACK)
    assert.deepEqual(events, [{ open: true }, ...acks, { close: 1006, reason: '' }])
    clock.advance(1000)
    const { split, synced, seen } = await bee.json(`/tags/${tag}`)
    assert.deepEqual({ split, synced, seen }, { split: 1000, synced: 1000, seen: 0 })
    for (const { reference } of [chunks[0]!, chunks[999]!]) {
      assert.equal((await bee.get(`/chunks/${reference}`)).status, 200)
    }
  })

  test('a full batch ends the stream', async () => {
    const tight = await node.grantBatch({ depth: 17, immutable: true })
    const full = sameBucket(3)
    const events = await speak(`${node.url}/chunks/stream`, { 'swarm-postage-batch-id': tight }, full)
    assert.deepEqual(events, [{ open: true }, ACK, ACK, { close: 1011, reason: 'batch is overissued' }])
  })

  test('what is wrong before the stream begins is answered as plain HTTP', async () => {
    const url = `${node.url}/chunks/stream`
    const refusal = async (query: string, headers: Record<string, string>) => {
      const [event] = await speak(url + query, headers, [])
      return event
    }
    assert.deepEqual(await refusal('?swarm-tag=x', batch), {
      status: 400,
      body: '{"code":400,"message":"invalid swarm-tag query parameter"}\n\n',
    })
    assert.deepEqual(await refusal('?swarm-tag=999', batch), {
      status: 404,
      body: '{"code":404,"message":"tag not found"}\n\n',
    })
    const stranger = await refusal('', { ...batch, origin: 'http://evil.example' })
    assert.ok(stranger && 'status' in stranger && stranger.status === 403)
    assert.equal((await ask(url, 'GET', batch)).status, 400)
    assert.equal((await ask(url, 'POST', batch)).status, 405)
  })

  test('messages on an address are heard by the other node only, and not by who asks elsewhere', async () => {
    const other = await startBeeNode({ peers: node })
    const { address, post } = singleOwner(bee, 'heard')
    const there = await listen(`${other.url}/gsoc/subscribe/${address}`)
    const here = await listen(`${node.url}/gsoc/subscribe/${address}`)
    const elsewhere = await listen(`${other.url}/gsoc/subscribe/${'ab'.repeat(32)}`)
    try {
      assert.equal((await post()).status, 201)
      assert.equal((await there.next()).toString(), 'heard')
      assert.deepEqual([here.received, elsewhere.received], [[], []])
    } finally {
      for (const socket of [there, here, elsewhere]) socket.stop()
      await other.stop()
    }
  })
})
