import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HashQueue } from '../src/bmt/hash-queue.ts'
import { HashWorker } from '../src/bmt/hash-worker.ts'

/** A worker that answers when the test says so. */
function manualWorker() {
  const posted: Uint8Array[] = []
  let [say, end]: ((value: unknown) => void)[] = []
  const worker = new HashWorker({
    post: message => {
      if (message instanceof Uint8Array) posted.push(message)
    },
    keepAlive: () => {},
    onMessage: listener => {
      say = listener
    },
    onEnd: listener => {
      end = listener
    },
  })
  return { worker, posted, answer: () => say!(posted.shift()), end: () => end!(new Error('killed')) }
}

const records = (mark: number) => new Uint8Array([mark])
const settled = () => new Promise(resolve => setImmediate(resolve))

test('two arrays are at the worker, and of those that wait the one with the smallest turn goes next', async () => {
  const { worker, posted, answer } = manualWorker()
  const queue = new HashQueue(worker)
  const order: number[] = []
  const turns = [3, 3, 9, 5, 1, 5]
  const all = turns.map(async (turn, i) => order.push((await queue.hash(records(10 * turn + i), turn))[0]!))
  assert.deepEqual(
    posted.map(([mark]) => mark),
    [30, 31],
  )
  for (const _ of turns) {
    answer()
    await settled()
    assert.ok(posted.length <= 2)
  }
  await Promise.all(all)
  assert.deepEqual(order, [30, 31, 14, 53, 55, 92], 'those with one turn in the order in which they came')
})

test('where the worker ends, what waits for it fails as UNAVAILABLE too', async () => {
  const { worker, end } = manualWorker()
  const queue = new HashQueue(worker)
  const all = Promise.allSettled([1, 2, 3, 4].map(turn => queue.hash(records(turn), turn)))
  end()
  for (const outcome of await all) {
    assert.ok(outcome.status === 'rejected')
    assert.deepEqual([outcome.reason.code, outcome.reason.details.transient], ['UNAVAILABLE', true])
  }
})
