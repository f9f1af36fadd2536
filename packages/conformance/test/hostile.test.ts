import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Chunk,
  MemoryContentStore,
  MemoryNameSystem,
  makeChunk,
  parseAddress,
  verifyChunk,
} from '@remote-log/core'
import {
  expectCode,
  HostileContentStore,
  HostileNameSystem,
  NAME_SYSTEM_ATTACKS,
  STORE_ATTACKS,
  seededBytes,
  seededReference,
  seededTopic,
} from '../src/index.ts'

const owner = parseAddress('0x8d3766440f0d7b949a5e32995d09619a7f86e632')
const [chunk, other] = [makeChunk(seededBytes('chunk', 4096)), makeChunk(seededBytes('other', 4096))]

async function honestStore(...chunks: Chunk[]) {
  const store = new MemoryContentStore()
  const upload = await store.beginUpload()
  for (const one of chunks) await upload.put(one)
  await upload.confirm()
  return store
}

describe('HostileContentStore', () => {
  for (const attack of STORE_ATTACKS) {
    test(`${attack}: attacks its victims and nobody else`, async () => {
      const store = new HostileContentStore(await honestStore(chunk, other), {
        attack,
        victims: reference => reference === chunk.reference,
      })
      assert.deepEqual(await store.get(other.reference), other.bytes)
      assert.equal(store.attacked, 0)
      const stop = new AbortController()
      const outcome = store.get(chunk.reference, { signal: stop.signal }).then(bytes => {
        verifyChunk(chunk.reference, bytes)
      })
      stop.abort()
      const codes = { absent: 'NOT_FOUND', unavailable: 'UNAVAILABLE', silent: 'ABORTED' } as const
      const code = attack in codes ? codes[attack as keyof typeof codes] : 'CORRUPT'
      await expectCode(outcome, code, attack)
      assert.equal(store.attacked, 1)
    })
  }

  test('another chunk is the one that was named', async () => {
    const options = { attack: 'another chunk', instead: other.reference } as const
    const store = new HostileContentStore(await honestStore(chunk, other), options)
    assert.deepEqual(await store.get(chunk.reference), other.bytes)
  })
})

describe('HostileNameSystem', () => {
  const log = { owner, topic: seededTopic('hostile') }
  const [a, b, c] = [seededReference('a'), seededReference('b'), seededReference('c')]

  for (const attack of NAME_SYSTEM_ATTACKS) {
    test(`${attack}: as described`, async () => {
      const honest = new MemoryNameSystem({ owner })
      const names = new HostileNameSystem(honest)
      await names.publish(log, undefined, a)
      const before = await names.head(log)
      await names.publish(log, a, b)
      const truth = await names.head(log)
      names.attack = attack
      names.instead = c
      const ask = (signal?: AbortSignal) => names.head(log, { signal })
      if (attack === 'stale head') assert.deepEqual(await ask(), before)
      if (attack === 'earlier head') assert.deepEqual(await ask(), { head: a, block: truth.block })
      if (attack === 'another head') assert.deepEqual(await ask(), { head: c, block: truth.block })
      if (attack === 'no head') assert.deepEqual(await ask(), { head: undefined, block: truth.block })
      if (attack === 'unavailable') await expectCode(ask(), 'UNAVAILABLE', 'head')
      if (attack === 'silent') await expectCode(ask(AbortSignal.abort()), 'ABORTED', 'head')
      if (attack === 'lost receipt') {
        await expectCode(names.publish(log, b, c), 'UNAVAILABLE', 'publish')
        assert.equal((await honest.head(log)).head, c)
      }
      names.attack = undefined
      assert.equal((await ask()).head, attack === 'lost receipt' ? c : b)
    })
  }
})
