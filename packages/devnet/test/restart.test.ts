import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { LockedError } from '@remote-log/core'
import { ManualClock, startBeeNode } from '../src/index.ts'
import { BeeClient, chunkOf, parse } from './bee-client.ts'
import { payload } from './replay/material.ts'
import { spawnNode } from './spawned.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'remote-log-bee-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('everything is there again after a stop: chunks, batches, tags, pins, what was not pushed yet', async () => {
  const clock = new ManualClock()
  const first = await startBeeNode({ folder, clock })
  const batch = await first.grantBatch({ depth: 17, immutable: true, label: 'kept' })
  const bee = new BeeClient(first.url, batch)
  const file = payload('file', 300_000)
  const { reference } = parse<{ reference: string }>(
    await bee.post('/bytes', file, { 'swarm-redundancy-level': '0', 'swarm-pin': 'true' }),
  )
  const tag = await bee.newTag()
  await bee.putChunk('waiting', tag)
  const stamps = (await bee.get('/stamps')).body.toString()
  const buckets = (await bee.get(`/stamps/${batch}/buckets`)).body.toString()
  await first.stop()

  const second = await startBeeNode({ folder, clock })
  const again = new BeeClient(second.url, batch)
  assert.deepEqual((await again.get(`/bytes/${reference}`)).body, file)
  assert.deepEqual(await again.json('/pins'), { references: [reference] })
  assert.equal((await again.get('/stamps')).body.toString(), stamps)
  assert.equal((await again.get(`/stamps/${batch}/buckets`)).body.toString(), buckets)
  assert.deepEqual((await again.json<{ synced: number }>(`/tags/${tag}`)).synced, 0)
  clock.advance(1000)
  assert.deepEqual((await again.json<{ synced: number }>(`/tags/${tag}`)).synced, 1)
  assert.ok((await again.newTag()) > tag)
  await second.stop()
})

test('what was answered 201 is there after SIGKILL, and slots are not given out twice', async () => {
  const { said, end } = await spawnNode<{ url: string; batch: string }>(folder)
  const bee = new BeeClient(said.url, said.batch)
  const tag = await bee.newTag()
  const accepted: string[] = []
  let killed: Promise<void> | undefined
  const upload = async (worker: number) => {
    for (let i = 0; ; i++) {
      const seed = `${worker} ${i}`
      const answer = await bee.putChunk(seed, tag).catch(() => undefined)
      if (!answer) return
      assert.equal(answer.status, 201)
      accepted.push(seed)
      if (accepted.length > 200) killed ??= end('SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: 8 }, (_, worker) => upload(worker)))
  await killed

  const node = await startBeeNode({ folder })
  const again = new BeeClient(node.url, said.batch)
  for (const seed of accepted) {
    const { reference, bytes } = chunkOf(seed)
    assert.deepEqual((await again.get(`/chunks/${reference}`)).body, Buffer.from(bytes), seed)
  }
  const { split } = await again.json<{ split: number }>(`/tags/${tag}`)
  assert.ok(split >= accepted.length)
  const used = async () =>
    (await again.json<{ buckets: { collisions: number }[] }>(`/stamps/${said.batch}/buckets`)).buckets.reduce(
      (sum, { collisions }) => sum + collisions,
      0,
    )
  const before = await used()
  assert.ok(before >= accepted.length)
  for (const seed of accepted.slice(0, 20)) assert.equal((await again.putChunk(seed)).status, 201)
  assert.equal(await used(), before)
  await node.stop()
})

test('one node at a time uses a folder; a port that is in use is named', async () => {
  const node = await startBeeNode({ folder })
  await assert.rejects(startBeeNode({ folder }), (error: unknown) => {
    assert.ok(error instanceof LockedError)
    assert.match(error.message, new RegExp(folder))
    return true
  })
  await assert.rejects(startBeeNode({ port: node.port }), (error: unknown) => {
    assert.ok(error instanceof LockedError)
    assert.equal(error.details.port, node.port)
    return true
  })
  await node.stop()
  const free = await startBeeNode({ folder, port: node.port })
  assert.equal(free.port, node.port)
  await free.stop()
})
