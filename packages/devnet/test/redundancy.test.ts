import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { parityShards, recoverShards } from '../src/bee/reed-solomon.ts'
import { branching, type Level, parityCount } from '../src/bee/tree-shape.ts'
import { type BeeNode, startBeeNode } from '../src/index.ts'
import { BeeClient, parse } from './bee-client.ts'
import { ask } from './replay/ask.ts'
import { payload } from './replay/material.ts'

const LEVELS: readonly Level[] = [0, 1, 2, 3, 4]

test('any of the shards make the data again, as long as there are as many as data shards', () => {
  const data = Array.from({ length: 12 }, (_, i) => payload(`shard ${i}`, 50))
  const all = [...data, ...parityShards(data, 5)]
  for (let lost = 0; lost < 100; lost++) {
    const gone = new Set(Array.from({ length: 5 }, (_, i) => (lost * 7 + i * (1 + (lost % 3))) % all.length))
    const rest = all.map((shard, i) => (gone.has(i) ? undefined : shard))
    assert.deepEqual(recoverShards(rest, 12)?.map(Buffer.from), data.map(Buffer.from))
  }
  assert.equal(
    recoverShards(
      all.map((shard, i) => (i < 6 ? undefined : shard)),
      12,
    ),
    undefined,
  )
})

test('full inner chunks have the children that Bee documents', () => {
  const full = (encrypted: boolean) =>
    LEVELS.map(level => {
      const children = branching(level, encrypted)
      return [children, parityCount(children, level, encrypted)]
    })
  assert.deepEqual(full(false), [
    [128, 0],
    [119, 9],
    [107, 21],
    [97, 31],
    [39, 89],
  ])
  assert.deepEqual(full(true), [
    [64, 0],
    [59, 9],
    [53, 21],
    [48, 31],
    [20, 87],
  ])
})

describe('files with redundancy, encryption or both', () => {
  let node: BeeNode
  let bee: BeeClient
  before(async () => {
    node = await startBeeNode()
    bee = new BeeClient(node.url, await node.grantBatch())
  })
  after(() => node.stop())

  const upload = async (file: Uint8Array, headers: Record<string, string>) =>
    parse<{ reference: string }>(await bee.post('/bytes', file, headers)).reference

  for (const encrypt of [false, true]) {
    for (const level of LEVELS.filter(one => (encrypt ? one % 2 === 0 : one > 0))) {
      test(`level ${level}${encrypt ? ', encrypted' : ''}: what went up comes down, whole and in parts`, async () => {
        const headers = { 'swarm-redundancy-level': String(level), 'swarm-encrypt': String(encrypt) }
        const leaves = branching(level, encrypt)
        for (const length of [0, 1, 4096, 4097, leaves * 4096 + 1]) {
          const file = payload('redundant', length)
          const reference = await upload(file, headers)
          assert.equal(reference.length, encrypt ? 128 : 64)
          assert.deepEqual((await bee.get(`/bytes/${reference}`)).body, file)
          if (length < 9000) continue
          const part = await bee.get(`/bytes/${reference}`, { range: `bytes=4000-${length - 2}` })
          assert.deepEqual(part.body, file.subarray(4000, length - 1))
        }
      })
    }
  }

  /** A node that has of a file's chunks only those that `keep` names, by their place in the root. */
  async function lossy(root: string, keep: (place: number) => boolean) {
    const lone = await startBeeNode()
    const there = new BeeClient(lone.url, await lone.grantBatch())
    const tree = (await bee.get(`/chunks/${root}`)).body
    await there.post('/chunks', tree)
    for (let i = 0; 8 + 32 * i < tree.length; i++) {
      const child = tree.subarray(8 + 32 * i, 40 + 32 * i).toString('hex')
      if (keep(i)) await there.post('/chunks', (await bee.get(`/chunks/${child}`)).body)
    }
    return lone
  }

  test('lost data is made of what is left; with too much lost the body is cut short', async () => {
    const file = payload('with holes', 5 * 4096 - 100)
    const root = await upload(file, { 'swarm-redundancy-level': '2' })
    const parities = parityCount(5, 2, false)
    const enough = await lossy(root, place => place >= parities)
    const few = await lossy(root, place => place > parities)
    try {
      assert.deepEqual((await ask(`${enough.url}/bytes/${root}`, 'GET')).body, file)
      const { status, cut } = await ask(`${few.url}/bytes/${root}`, 'GET')
      assert.deepEqual([status, cut], [200, true])
    } finally {
      await enough.stop()
      await few.stop()
    }
  })

  test('a lost root is found among its replicas, unless the reader says that there are none', async () => {
    const file = payload('replicated', 100)
    const direct = { 'swarm-deferred-upload': 'false' }
    const root = await upload(file, { ...direct, 'swarm-redundancy-level': '1' })
    const replicas = []
    for (let nonce = 0; replicas.length < 2 && nonce < 256; nonce++) {
      const id = Buffer.from([nonce, ...Buffer.from(root.slice(2), 'hex')])
      const answer = await bee.get(`/soc/${REPLICA_OWNER}/${id.toString('hex')}`, {
        'swarm-only-root-chunk': 'true',
      })
      if (answer.status === 200)
        replicas.push({ id, signature: String(answer.headers['swarm-soc-signature']), bytes: answer.body })
    }
    assert.equal(replicas.length, 2)
    const second = await startBeeNode()
    try {
      const there = new BeeClient(second.url, await second.grantBatch())
      const { id, signature, bytes } = replicas[1]!
      await there.post(`/soc/${REPLICA_OWNER}/${id.toString('hex')}?sig=${signature}`, bytes)
      const none = await there.get(`/bytes/${root}`, { 'swarm-redundancy-level': '0' })
      assert.equal(none.status, 404)
      assert.deepEqual((await there.get(`/bytes/${root}`)).body, file)
    } finally {
      await second.stop()
    }
  })
})

/** The address of the key 0x01 00 …, which signs replicas. */
const REPLICA_OWNER = 'dc5b20847f43d67928f49cd4f85d696b5a7617b5'
