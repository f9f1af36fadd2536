import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ChunkRoom, type ContentStore, RefusedError } from '@remote-log/core'
import type { Progress } from '../src/index.ts'
import { texts, textsOf, World } from './world.ts'

/** One head page in 16,384 finds room. */
const CROWDED: ChunkRoom = {
  maxSalts: 2 ** 18,
  choices: 1,
  crowding: ([page]) => (page![0] === 0 && page![1]! < 4 ? 0 : Number.POSITIVE_INFINITY),
  take: () => {},
  full: () => new RefusedError('full'),
}

/** The store, whose batch is nearly full, and what was put into it. */
function crowded(store: ContentStore) {
  const put: string[] = []
  const beginUpload: ContentStore['beginUpload'] = async options => {
    const upload = await store.beginUpload(options)
    return {
      id: upload.id,
      room: CROWDED,
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
  const { put, store } = crowded(world.store)
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
