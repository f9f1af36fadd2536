import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededBytes } from '@remote-log/conformance'
import { defaultMessageId } from '@remote-log/core'
import type { LocalDatabase } from '../src/index.ts'
import { all, hooked, memory, reopened, START, textsOf, World } from './world.ts'

/** The keys that a database holds. */
async function keysOf(local: LocalDatabase): Promise<string[]> {
  const range = { keyEncoding: 'utf8', valueEncoding: 'view', gte: '', lt: '~' } as const
  return (await Array.fromAsync(local.iterator(range))).map(([key]) => key)
}
const stagedIn = async (local: LocalDatabase) => (await keysOf(local)).filter(key => key.includes('/staged/'))

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

test('a payload of some MB goes in and comes out as a stream', async () => {
  const world = new World()
  const local = memory()
  const alice = await world.writer({ local })
  const payload = seededBytes('megabytes', 3_000_001)
  const { id } = await alice.append(cut(payload, 70_001), { timestamp: START })
  assert.equal(id, defaultMessageId(payload))
  assert.deepEqual(await (await alice.entry(0)).bytes(), payload)
  await alice.publish()
  assert.deepEqual(await stagedIn(local), [], 'staged chunks go when they are published')
  const [entry] = await all((await world.reader()).read())
  assert.ok(entry)
  let at = 0
  for await (const piece of entry.stream()) {
    assert.ok(piece.length <= 4096)
    assert.deepEqual(piece, payload.subarray(at, at + piece.length))
    at += piece.length
  }
  assert.equal(at, payload.length)
})

test('a stream that reuses its buffer, or gives nothing, or little, is taken as it is', async () => {
  const alice = await new World().writer()
  const reusing = async function* () {
    const buffer = Buffer.alloc(3)
    for (const text of ['one', 'two', 'six']) {
      new TextEncoder().encodeInto(text, buffer)
      yield buffer
    }
  }
  await alice.append(reusing())
  await alice.append(cut(new Uint8Array(0), 1))
  await alice.append(new Blob(['web']).stream())
  assert.deepEqual(await textsOf(alice.read()), ['onetwosix', '', 'web'])
})

test('a stream that fails midway adds nothing and leaves nothing, and keeps its reason', async () => {
  const local = memory()
  const alice = await new World().writer({ local })
  await alice.append('before')
  const reason = new Error('the disk of the sender was pulled out')
  const failing = async function* () {
    yield seededBytes('a lot', 1_200_000)
    throw reason
  }
  await assert.rejects(alice.append(failing()), error => error === reason)
  assert.deepEqual(await stagedIn(local), [])
  await alice.append('after')
  assert.deepEqual(await textsOf(alice.read()), ['before', 'after'])
})

test('appendMany adds all or none, and leaves nothing of what it had staged', async () => {
  const local = memory()
  const alice = await new World().writer({ local })
  const long = seededBytes('long', 9000)
  const items = [{ payload: long }, { payload: 'x' }, { payload: 'y', timestamp: -1 }]
  await assert.rejects(alice.appendMany(items), { code: 'INVALID_ARGUMENT' })
  assert.equal(alice.status().unsent, 0)
  assert.deepEqual(await keysOf(local), [])
  const added = await alice.appendMany([{ payload: long }, { payload: 'x' }])
  assert.deepEqual(
    added.map(({ seq }) => seq),
    [0, 1],
  )
  assert.deepEqual(await alice.appendMany([]), [])
})

test('what is not bytes is a TypeError, also inside a stream', async () => {
  const alice = await new World().writer()
  for (const payload of [undefined, null, 7, {}, [1, 2]]) {
    await assert.rejects(alice.append(payload as never), TypeError)
  }
  const strings = async function* () {
    yield 'text' as never
  }
  await assert.rejects(alice.append(strings()), TypeError)
  assert.equal(alice.status().unsent, 0)
})

test('a payload over 4 GiB is refused when its length is known, and nothing of it stays', async () => {
  const local = memory()
  const dropping = new Proxy(local, {
    get(target, name) {
      if (name === 'batch') return async () => {}
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const alice = await new World().writer({ local: dropping })
  const huge = new Uint8Array(2 ** 32)
  const endless = async function* () {
    yield new Uint8Array(5000)
    for (;;) yield huge
  }
  await assert.rejects(alice.append(endless()), { code: 'INVALID_ARGUMENT', details: { limit: 2 ** 32 } })
  await assert.rejects(alice.append(new Uint8Array(2 ** 32 + 1)), { code: 'INVALID_ARGUMENT' })
  assert.equal(alice.status().unsent, 0)
})

test('a stream that stays silent ends with the signal, and is told so', async () => {
  const alice = await new World().writer()
  let told = false
  const silent: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: async () => {
        told = true
        return { done: true, value: undefined }
      },
    }),
  }
  const stop = new AbortController()
  const appended = alice.append(silent, { signal: stop.signal })
  stop.abort('enough')
  await assert.rejects(appended, { code: 'ABORTED', cause: 'enough' })
  assert.ok(told)
  assert.equal((await alice.append('next')).seq, 0)
})

test('chunks that a crash left behind go at the next start, those in use stay', async () => {
  const world = new World()
  const local = memory()
  let writes = 0
  const crashing = hooked(local, operation => {
    return operation === 'batch' && ++writes > 2 ? new Promise<void>(() => {}) : undefined
  })
  const alice = await world.writer({ local: crashing })
  const kept = seededBytes('kept', 5000)
  await alice.append(kept)
  void alice.append(seededBytes('lost', 5000))
  writes = 1
  void alice.append(seededBytes('half', 2_000_000))
  await new Promise(resolve => setImmediate(resolve))
  const again = await world.writer({ local: reopened(local) })
  assert.equal((await stagedIn(local)).length, 3)
  assert.equal(again.status().unsent, 1)
  assert.deepEqual(await (await again.entry(0)).bytes(), kept)
  await again.append(seededBytes('another', 6000))
  await again.publish()
  assert.deepEqual(await stagedIn(local), [])
  assert.equal((await all((await world.reader()).read())).length, 2)
})
