import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { keccak } from '../src/bee/keccak.ts'
import { signDigest } from '../src/bee/signing.ts'
import { contentChunk } from '../src/bee/swarm-chunk.ts'
import { type BeeNode, ManualClock, startBeeNode } from '../src/index.ts'
import { BeeClient, chunkOf, parse } from './bee-client.ts'
import { ask } from './replay/ask.ts'
import { AUTHOR_KEY, author, payload } from './replay/material.ts'

let clock: ManualClock
let warnings: string[]
let a: BeeNode
let b: BeeNode
let here: BeeClient
let there: BeeClient

beforeEach(async () => {
  clock = new ManualClock()
  warnings = []
  a = await startBeeNode({ clock, onWarning: message => warnings.push(message) })
  b = await startBeeNode({ peers: a })
  const batch = await a.grantBatch()
  here = new BeeClient(a.url, batch)
  there = new BeeClient(b.url, batch)
})
afterEach(async () => {
  await a.stop()
  await b.stop()
})

type Counters = Record<'split' | 'seen' | 'sent' | 'synced', number>
const counters = async (tag: number) => {
  const { split, seen, sent, synced } = await here.json<Counters>(`/tags/${tag}`)
  return { split, seen, sent, synced }
}

test('a deferred chunk reaches other nodes when its tag says so, not before', async () => {
  const tag = await here.newTag()
  const { reference } = parse<{ reference: string }>(await here.putChunk('deferred', tag))
  assert.equal((await here.get(`/chunks/${reference}`)).status, 200)
  assert.equal((await there.get(`/chunks/${reference}`)).status, 500)
  assert.deepEqual(await counters(tag), { split: 1, seen: 0, sent: 0, synced: 0 })
  clock.advance(60_000)
  assert.deepEqual(await counters(tag), { split: 1, seen: 0, sent: 1, synced: 1 })
  assert.equal((await there.get(`/chunks/${reference}`)).status, 200)
})

test('a direct upload of a chunk that still waits under a tag is answered at once, and pushes nothing', async () => {
  await here.putChunk('waits', await here.newTag())
  const answer = await here.putChunk('waits')
  assert.equal(answer.status, 201)
  const { reference } = parse<{ reference: string }>(answer)
  assert.equal((await there.get(`/chunks/${reference}`)).status, 500)
  clock.advance(60_000)
  assert.equal((await there.get(`/chunks/${reference}`)).status, 200)
})

test('a chunk that still waits is seen under a second tag; one that arrived goes up again', async () => {
  const first = await here.newTag()
  const second = await here.newTag()
  await here.putChunk('twice', first)
  await here.putChunk('twice', second)
  assert.deepEqual(await counters(second), { split: 1, seen: 1, sent: 0, synced: 0 })
  clock.advance(1000)
  await here.putChunk('twice', second)
  clock.advance(1000)
  assert.deepEqual(await counters(second), { split: 2, seen: 1, sent: 1, synced: 1 })
})

test('a paused node keeps its tags standing still', async () => {
  a.pauseSync()
  const tag = await here.newTag()
  await here.putChunk('paused', tag)
  clock.advance(100_000)
  assert.deepEqual(await counters(tag), { split: 1, seen: 0, sent: 0, synced: 0 })
  a.resumeSync()
  clock.advance(0)
  assert.deepEqual(await counters(tag), { split: 1, seen: 0, sent: 1, synced: 1 })
})

test('who asks before it is there finds nothing for a minute, or until it comes by itself', async () => {
  const { reference } = chunkOf('asked too early')
  assert.equal((await here.get(`/chunks/${reference}`)).status, 500)
  await here.putChunk('asked too early')
  assert.equal((await here.get(`/chunks/${reference}`)).status, 500)
  assert.equal((await there.get(`/chunks/${reference}`)).status, 200)
  clock.advance(1000)
  assert.equal((await here.get(`/chunks/${reference}`)).status, 200)
})

test('a single-owner chunk written twice: this node stays with the first content and warns, the network has the second', async () => {
  const id = payload('cell', 32)
  const write = async (content: string, headers: Record<string, string>) => {
    const { bytes } = chunkOf(content)
    const signature = signDigest(AUTHOR_KEY, keccak(id, contentChunk(bytes).address)).toString('hex')
    const path = `/soc/${author}/${id.toString('hex')}?sig=${signature}`
    assert.equal((await here.post(path, bytes, headers)).status, 201)
  }
  const read = async (bee: BeeClient) => (await bee.get(`/soc/${author}/${id.toString('hex')}`)).body
  await write('first', { 'swarm-deferred-upload': 'true' })
  await write('second', {})
  assert.deepEqual(await read(here), payload('first', 200))
  assert.deepEqual(await read(there), payload('second', 200))
  assert.deepEqual(warnings, [])
  await write('third', { 'swarm-deferred-upload': 'true' })
  assert.equal(warnings.length, 1)
  assert.deepEqual(await read(here), payload('first', 200))
})

test('with many peers what nobody has is absent: 404', async () => {
  const many = await startBeeNode({ manyPeers: true })
  try {
    const bee = new BeeClient(many.url, '')
    const { reference } = chunkOf('absent')
    const answer = await bee.get(`/chunks/${reference}`)
    assert.deepEqual([answer.status, parse(answer).message], [404, 'chunk not found'])
    assert.equal((await bee.get(`/bytes/${reference}`)).status, 404)
  } finally {
    await many.stop()
  }
})

test('a file with a missing chunk begins and is cut short', async () => {
  const file = payload('with a hole', 3 * 4096)
  const root = parse<{ reference: string }>(
    await here.post('/bytes', file, { 'swarm-redundancy-level': '0', 'swarm-deferred-upload': 'false' }),
  ).reference
  const lone = await startBeeNode()
  try {
    const tree = await here.get(`/chunks/${root}`)
    const batch = await lone.grantBatch()
    const bee = new BeeClient(lone.url, batch)
    await bee.post('/chunks', tree.body)
    await bee.post('/chunks', (await here.get(`/chunks/${tree.body.subarray(8, 40).toString('hex')}`)).body)
    const whole = await ask(`${lone.url}/bytes/${root}`, 'GET')
    assert.deepEqual([whole.status, whole.cut, whole.body.length], [200, true, 0])
    const exact = { 'swarm-lookahead-buffer-size': '0' }
    const part = await bee.get(`/bytes/${root}`, { range: 'bytes=100-199', ...exact })
    assert.deepEqual([part.cut, part.body], [false, file.subarray(100, 200)])
  } finally {
    await lone.stop()
  }
})
