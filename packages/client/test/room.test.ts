import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ChunkRoom, type ContentStore, RefusedError, type RemoteLogError } from '@remote-log/core'
import type { Progress } from '../src/index.ts'
import { bulky, texts, textsOf, World } from './world.ts'

/** One head page in 16,384 finds room. */
const CROWDED: ChunkRoom = {
  maxSalts: 2 ** 18,
  choices: 1,
  crowding: ([page]) => (page![0] === 0 && page![1]! < 4 ? 0 : Number.POSITIVE_INFINITY),
  take: () => {},
  full: () => new RefusedError('full'),
}

/** The store, whose batch is nearly full, and what was put into it. */
function crowded(store: ContentStore, { room, free }: { readonly room?: ChunkRoom; readonly free?: number }) {
  const put: string[] = []
  const beginUpload: ContentStore['beginUpload'] = async options => {
    const upload = await store.beginUpload(options)
    return {
      id: upload.id,
      paidBy: 'ab'.repeat(32),
      ...(room && { room }),
      ...(free !== undefined && { free }),
      put: async (chunk, call) => {
        put.push(chunk.reference)
        await upload.put(chunk, call)
      },
      confirm: call => upload.confirm(call),
    }
  }
  return { put, store: { get: store.get.bind(store), beginUpload } satisfies ContentStore }
}

test('a search for room lets the event loop go around, tells how far it is, and stops when it is told to', async () => {
  const world = new World()
  const { put, store } = crowded(world.store, { room: CROWDED })
  const alice = await world.writer({ store })
  await alice.appendMany(texts(3))
  const stop = new AbortController()
  // Whatever else this process has to do comes to its turn: here the one who stops it.
  const abort = async ({ phase }: Progress) => {
    if (phase === 'room') setImmediate(() => stop.abort('enough'))
  }
  await assert.rejects(alice.publish({ signal: stop.signal, onProgress: abort }), { code: 'ABORTED' })
  assert.deepEqual(put, [])
  let [turns, searching] = [0, true]
  const count = () => {
    turns++
    if (searching) setImmediate(count)
  }
  setImmediate(count)
  const tried: Progress[] = []
  await alice.publish({ onProgress: step => step.phase === 'room' && tried.push(step) })
  searching = false
  assert.ok(tried.length > 1)
  assert.deepEqual(
    tried,
    tried.map((_, i) => ({ phase: 'room', done: 1024 * (i + 1), total: CROWDED.maxSalts })),
  )
  assert.ok(turns >= tried.length, `the event loop went around ${turns} times in ${tried.length} steps`)
  assert.equal(put.length, 1)
  assert.match(put[0]!, /^000[0-3]/)
  const bob = await world.reader()
  await bob.sync()
  assert.deepEqual(await textsOf(bob.read()), ['entry 0', 'entry 1', 'entry 2'])
})

test('a batch that certainly can’t hold a publication refuses it before anything is sent, each time; a larger one takes it', async () => {
  const world = new World()
  const { put, store } = crowded(world.store, { free: 8 })
  const alice = await world.writer({ store })
  await alice.appendMany(bulky(40))
  for (let again = 0; again < 2; again++) {
    await assert.rejects(alice.publish(), ({ code, details, message }: RemoteLogError) => {
      assert.deepEqual(
        [code, details.reason, details.chunks, details.free],
        ['REFUSED', 'batch-too-small', 12, 8],
      )
      assert.match(message, /postage batch (ab){32} has room for 8 at the most: dilute it/)
      return true
    })
  }
  assert.deepEqual([put, alice.status().publishing, alice.status().unsent], [[], false, 40])
  // What might fit is tried: chunk by chunk the store knows best.
  const larger = crowded(world.store, { free: 12 })
  await alice.close()
  const again = await world.writer({ store: larger.store })
  await again.appendMany(bulky(40))
  assert.equal((await again.publish()).entries, 40)
})
