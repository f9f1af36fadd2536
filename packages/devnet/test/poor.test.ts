import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { makeChunk } from '@remote-log/core'
import { keccak } from '../src/bee/keccak.ts'
import { signDigest } from '../src/bee/signing.ts'
import { type BeeNode, ManualClock, startBeeNode } from '../src/index.ts'
import { BeeClient, chunkOf, parse } from './bee-client.ts'
import { type Answer, ask } from './replay/ask.ts'
import { AUTHOR_KEY, author, payload } from './replay/material.ts'

const POOR = { allowancePerSecond: 10, burst: 20, waitingReads: 4 }

let clock: ManualClock
let a: BeeNode
let b: BeeNode
let here: BeeClient
let there: BeeClient

beforeEach(async () => {
  clock = new ManualClock()
  a = await startBeeNode({ clock })
  b = await startBeeNode({ peers: a, poor: POOR })
  const batch = await a.grantBatch()
  here = new BeeClient(a.url, batch)
  there = new BeeClient(b.url, batch)
})
afterEach(async () => {
  await a.stop()
  await b.stop()
})

/** How many of these answers are there once `count` of them are, and no more come although the node could answer. */
async function settled(
  bee: BeeClient,
  answers: readonly Promise<Answer>[],
  count: number,
): Promise<Answer[]> {
  const got = await settledAny(answers, count)
  // A request that came later was answered: those that are out still wait for the clock.
  await bee.get('/health')
  return got
}

async function settledAny(answers: readonly Promise<Answer>[], count: number): Promise<Answer[]> {
  const got: Answer[] = []
  let reached: () => void = () => {}
  const enough = new Promise<void>(resolve => {
    reached = resolve
  })
  for (const answer of answers) {
    void answer.then(value => {
      got.push(value)
      if (got.length === count) reached()
    })
  }
  await enough
  return got
}

const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status)
const chunks = (count: number) => Array.from({ length: count }, (_, i) => chunkOf(`poor ${i}`))

test('direct uploads are as slow as the allowance, and all of them are taken', async () => {
  a.setPoor(POOR)
  const uploads = chunks(30).map(({ bytes }) => here.post('/chunks', bytes))
  assert.equal((await settled(here, uploads, 20)).length, 20)
  clock.advance(500)
  assert.equal((await settled(here, uploads, 25)).length, 25)
  clock.advance(500)
  assert.deepEqual(statuses(await Promise.all(uploads)), Array(30).fill(201))
})

test('deferred uploads are taken at once, and reach the other node as the tag counts them', async () => {
  a.setPoor(POOR)
  const tag = await here.newTag()
  const uploads = chunks(50)
  for (const { bytes } of uploads) {
    const answer = await here.post('/chunks', bytes, { 'swarm-tag': String(tag) })
    assert.equal(answer.status, 201)
  }
  const synced = async () => (await here.json<{ synced: number }>(`/tags/${tag}`)).synced
  assert.equal(await synced(), 0)
  clock.advance(100)
  assert.equal(await synced(), 20)
  clock.advance(1000)
  assert.equal(await synced(), 30)
  const last = `/chunks/${uploads[49]!.reference}`
  assert.equal((await there.get(`/chunks/${uploads[0]!.reference}`)).status, 200)
  assert.equal((await there.get(last)).status, 500)
  clock.advance(2000)
  assert.equal(await synced(), 50)
  assert.equal((await there.get(last)).status, 500, 'it was asked for too early: a minute of blindness')
  clock.advance(60_000)
  assert.equal((await there.get(last)).status, 200)
})

test('many reads at once: those that can not wait are refused, and stay refused for a minute', async () => {
  const all = chunks(40)
  for (const { bytes } of all) await here.post('/chunks', bytes)
  const read = ({ reference }: { reference: string }) => there.get(`/chunks/${reference}`)
  const reads = all.map(read)
  const first = await settled(there, reads, 36)
  assert.equal(statuses(first).filter(status => status === 200).length, 20)
  const refused = first.filter(({ status }) => status === 500)
  assert.equal(refused.length, 16)
  assert.equal(parse(refused[0]!).message, 'read chunk failed')
  clock.advance(400)
  const answers = await Promise.all(reads)
  const lost = all.filter((_, i) => answers[i]!.status === 500)
  assert.equal(lost.length, 16)

  clock.advance(10_000)
  for (const chunk of lost) assert.equal((await read(chunk)).status, 500)
  clock.advance(50_000)
  for (const chunk of lost) assert.equal((await read(chunk)).status, 200)
})

test('what was fetched once is there: reading it again costs nothing', async () => {
  const all = chunks(20)
  for (const { bytes } of all) await here.post('/chunks', bytes)
  for (let round = 0; round < 3; round++) {
    for (const { reference } of all) assert.equal((await there.get(`/chunks/${reference}`)).status, 200)
  }
})

test('a file is waited for inside, whole or in part, and comes whole', async () => {
  const file = payload('poor file', 100 * 4096)
  const options = { 'swarm-redundancy-level': '0', 'swarm-deferred-upload': 'false' }
  const { reference } = parse<{ reference: string }>(await here.post('/bytes', file, options))
  const range = { range: `bytes=0-${10 * 4096 - 1}` }
  const part = there.get(`/bytes/${reference}`, { ...range, 'swarm-lookahead-buffer-size': '0' })
  assert.deepEqual((await part).body, file.subarray(0, 10 * 4096), '12 chunks of the first 20')
  const ahead = there.get(`/bytes/${reference}`, range)
  for (let waited = 0; waited < 5000; waited += 100) {
    clock.advance(100)
    await there.get('/health')
  }
  assert.deepEqual((await ahead).body, file.subarray(0, 10 * 4096), 'once 256 kB are there')
  const whole = ask(`${b.url}/bytes/${reference}`, 'GET')
  let done = false
  void whole.then(() => {
    done = true
  })
  for (let waited = 0; !done; waited += 100) {
    assert.ok(waited < 20_000, 'it comes with time')
    clock.advance(100)
    await there.get('/health')
  }
  assert.deepEqual((await whole).body, file)
})

test('a single-owner chunk that is written again: two nodes, two contents, both by 200', async () => {
  for (const node of [a, b]) node.setPoor(POOR)
  const id = keccak(Buffer.from('cell'))
  const path = `/soc/${author}/${id.toString('hex')}`
  const write = async (text: string, headers: Record<string, string>) => {
    const { reference, bytes } = makeChunk(Buffer.from(text))
    const sig = signDigest(AUTHOR_KEY, keccak(id, Buffer.from(reference, 'hex'))).toString('hex')
    assert.equal((await here.post(`${path}?sig=${sig}`, bytes, headers)).status, 201)
  }
  await write('old', { 'swarm-deferred-upload': 'true' })
  await write('new', {})
  const read = async (bee: BeeClient) => (await bee.get(path)).body.toString()
  assert.deepEqual([await read(here), await read(there)], ['old', 'new'])
})

test('a node that starts says 503 until it is built, and 429 to too many at once', async () => {
  const young = await startBeeNode({ clock, startupMs: 5000, poor: { requestsAtOnce: 2, burst: 1 } })
  try {
    const bee = new BeeClient(young.url, await young.grantBatch())
    const early = await bee.get('/stamps')
    assert.deepEqual(
      [early.status, parse(early).message],
      [503, 'Node is syncing. This endpoint is unavailable. Try again later.'],
    )
    assert.deepEqual([(await bee.get('/health')).status, (await bee.get('/readiness')).status], [200, 400])
    clock.advance(5000)
    assert.equal((await bee.get('/readiness')).status, 200)
    assert.equal((await bee.putChunk('the first allowance')).status, 201)
    const uploads = chunks(5).map(({ bytes }) => bee.post('/chunks', bytes))
    assert.deepEqual(statuses(await settledAny(uploads, 3)), [429, 429, 429])
    clock.advance(200)
    await Promise.all(uploads)
  } finally {
    await young.stop()
  }
})

test('a node can become poor and rich again; limits that make no sense are refused', async () => {
  a.setPoor({ burst: 1, allowancePerSecond: 0.01 })
  const uploads = chunks(3).map(({ bytes }) => here.post('/chunks', bytes))
  assert.equal((await settled(here, uploads, 1)).length, 1)
  a.setPoor()
  assert.deepEqual(statuses(await Promise.all(uploads)), [201, 201, 201])
  assert.throws(() => a.setPoor({ burst: 0 }), { code: 'INVALID_ARGUMENT' })
  await assert.rejects(startBeeNode({ poor: { allowancePerSecond: -1 } }), { code: 'INVALID_ARGUMENT' })
})
