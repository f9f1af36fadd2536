import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { makeChunk } from '@remote-log/core'
import { keccak } from '../src/bee/keccak.ts'
import { addressOfKey, signerOf } from '../src/bee/signing.ts'
import { parseStamp, signStamp, stampIndex, stampSigner } from '../src/bee/stamp.ts'
import { type BeeNode, ManualClock, startBeeNode } from '../src/index.ts'
import { BeeClient, parse } from './bee-client.ts'
import { BATCH_OWNER_KEY, clientOwner } from './replay/material.ts'

/** Chunks of bucket 0x3221, as recorded (full-batch.json). */
const SAME_BUCKET = [0, 59328, 194994].map(i => makeChunk(Buffer.from(`bucket ${i}`)))

let clock: ManualClock
let node: BeeNode

beforeEach(async () => {
  clock = new ManualClock()
  node = await startBeeNode({ clock })
})
afterEach(() => node.stop())

const client = (batch: string) => new BeeClient(node.url, batch)
const utilization = async (batch: string) =>
  (await client(batch).json<{ utilization: number }>(`/stamps/${batch}`)).utilization

test('a chunk stamped again takes no second slot, a full bucket of an immutable batch refuses', async () => {
  const batch = await node.grantBatch({ depth: 17, immutable: true })
  const bee = client(batch)
  for (const i of [0, 0, 1, 0]) assert.equal((await bee.post('/chunks', SAME_BUCKET[i]!.bytes)).status, 201)
  assert.equal(await utilization(batch), 2)
  const full = await bee.post('/chunks', SAME_BUCKET[2]!.bytes)
  assert.deepEqual([full.status, parse(full).message], [402, 'batch is overissued'])
  assert.equal((await bee.putChunk('another bucket')).status, 201)

  const { buckets } = await bee.json<{ buckets: { collisions: number }[] }>(`/stamps/${batch}/buckets`)
  assert.equal(buckets.length, 65536)
  assert.equal(buckets[0x3221]!.collisions, 2)
})

test('a full bucket of a mutable batch starts again, and the network loses the first chunk', async () => {
  const batch = await node.grantBatch({ depth: 17 })
  const bee = client(batch)
  const other = await startBeeNode({ peers: node })
  try {
    for (const chunk of SAME_BUCKET) assert.equal((await bee.post('/chunks', chunk.bytes)).status, 201)
    const statuses = []
    for (const { reference } of SAME_BUCKET) {
      statuses.push((await new BeeClient(other.url, batch).get(`/chunks/${reference}`)).status)
    }
    assert.deepEqual(statuses, [500, 200, 200])
  } finally {
    await other.stop()
  }
})

test('a bought batch is usable ten blocks later, and its price leaves the wallet', async () => {
  const bee = client('')
  const before = BigInt((await bee.json<{ bzzBalance: string }>('/wallet')).bzzBalance)
  const bought = await bee.post('/stamps/500000000/18?label=mine')
  const { batchID } = parse<{ batchID: string }>(bought)
  const after = BigInt((await bee.json<{ bzzBalance: string }>('/wallet')).bzzBalance)
  assert.equal(before - after, 500_000_000n << 18n)
  clock.advance(9999)
  assert.equal((await bee.get(`/stamps/${batchID}`)).status, 400)
  assert.equal((await client(batchID).putChunk('early')).status, 422)
  clock.advance(1)
  assert.equal((await bee.json<{ label: string }>(`/stamps/${batchID}`)).label, 'mine')
  assert.equal((await client(batchID).putChunk('in time')).status, 201)
})

test('an expired batch is gone, and so is what it alone paid for', async () => {
  const batch = await node.grantBatch({ amount: 24_000n * 100n, label: 'short' })
  const bee = client(batch)
  const other = await startBeeNode({ peers: node })
  try {
    const { reference } = parse<{ reference: string }>(await bee.putChunk('for a while'))
    const read = async () => (await new BeeClient(other.url, batch).get(`/chunks/${reference}`)).status
    assert.equal(await read(), 200)
    assert.equal((await bee.json<{ batchTTL: number }>(`/stamps/${batch}`)).batchTTL, 100)
    clock.advance(100_000)
    assert.equal((await bee.get(`/stamps/${batch}`)).status, 404)
    assert.equal((await bee.putChunk('too late')).status, 422)
    assert.equal(await read(), 500)
  } finally {
    await other.stop()
  }
})

test('topping up prolongs, diluting makes room and shortens', async () => {
  const batch = await node.grantBatch({ depth: 17, amount: 24_000n * 40_000n })
  const bee = client(batch)
  const left = async () => (await bee.json<{ batchTTL: number }>(`/stamps/${batch}`)).batchTTL
  const patch = async (path: string) => (await fetch(node.url + path, { method: 'PATCH' })).status
  assert.equal(await left(), 40_000)
  assert.equal(await patch(`/stamps/topup/${batch}/${24_000 * 10_000}`), 202)
  assert.equal(await left(), 50_000)
  assert.equal(await patch(`/stamps/dilute/${batch}/18`), 202)
  assert.equal(await left(), 25_000)
  // Less than a day of blocks would remain.
  assert.equal(await patch(`/stamps/dilute/${batch}/19`), 500)
})

test('a stamp of a client is valid for its chunk and its owner alone', async () => {
  const batch = await node.grantBatch({ owner: clientOwner, depth: 18 })
  const chunk = SAME_BUCKET[0]!
  const address = Buffer.from(chunk.reference, 'hex')
  const stamp = {
    batch: Buffer.from(batch, 'hex'),
    index: stampIndex(0x3221, 0),
    timestamp: 1_000_000n,
  }
  const bytes = signStamp(BATCH_OWNER_KEY, address, stamp)
  const parsed = parseStamp(bytes)!
  assert.deepEqual(stampSigner(address, parsed), addressOfKey(BATCH_OWNER_KEY))
  assert.equal(parseStamp(bytes.subarray(1)), undefined)

  const post = async (body: Uint8Array) =>
    (
      await client('').post('/chunks', body, {
        'swarm-postage-batch-id': '',
        'swarm-postage-stamp': bytes.toString('hex'),
      })
    ).status
  assert.equal(await post(chunk.bytes), 201)
  assert.equal(await post(SAME_BUCKET[1]!.bytes), 400)
})

test('an envelope is a stamp that holds anywhere', async () => {
  const batch = await node.grantBatch()
  const { reference, bytes } = SAME_BUCKET[0]!
  const envelope = parse<Record<'issuer' | 'index' | 'timestamp' | 'signature', string>>(
    await client(batch).post(`/envelope/${reference}`),
  )
  assert.equal(envelope.issuer.toLowerCase(), node.address)
  const stamp = batch + envelope.index + envelope.timestamp + envelope.signature
  const sent = await client('').post('/chunks', bytes, {
    'swarm-postage-batch-id': '',
    'swarm-postage-stamp': stamp,
  })
  assert.equal(sent.status, 201)
})

test('what is no signature has no signer', () => {
  assert.equal(signerOf(Buffer.alloc(65), keccak(Buffer.of(1))), undefined)
  assert.equal(signerOf(Buffer.alloc(64), keccak(Buffer.of(1))), undefined)
})
