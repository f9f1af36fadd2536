import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beginHashWorker, HashWorker } from '../src/bmt/hash-worker.ts'
import { hashLeaves } from '../src/bmt/leaf-hasher.ts'
import { CHUNK_BYTES, makeChunk, type Reference, UnavailableError, verifiedLeaves } from '../src/index.ts'
import { seededBytes } from './tree-model.ts'

const leavesOf = (name: string, count: number) => new Uint8Array(seededBytes(name, CHUNK_BYTES * count))
const leafOf = (bytes: Uint8Array, i: number) => bytes.subarray(CHUNK_BYTES * i, CHUNK_BYTES * (i + 1))

function wanted(bytes: Uint8Array): string {
  const count = bytes.length / CHUNK_BYTES
  return Array.from({ length: count }, (_, i) => makeChunk(leafOf(bytes, i)).reference).join('')
}

test('a worker gives leaves back with the addresses that this thread computes, in the order of the questions', async () => {
  const worker = beginHashWorker()
  assert.ok(worker)
  const questions = [1, 64, 3, 17].map(count => leavesOf(`leaves ${count}`, count))
  const expected = questions.map(wanted)
  const copies = questions.map(bytes => bytes.slice())
  const answers = await Promise.all(questions.map(bytes => worker.hash(bytes)))
  assert.deepEqual(
    answers.map(({ addresses }) => Buffer.from(addresses).toString('hex')),
    expected,
  )
  assert.deepEqual(
    answers.map(({ leaves }) => leaves),
    copies,
  )
  assert.ok(worker.ready)
})

test('the shared worker takes part once it is ready, and both ways agree', async () => {
  const ways = new Set<string>()
  for (let i = 0; ways.size < 2; i++) {
    const bytes = leavesOf(`shared ${i}`, 2)
    const expected = wanted(bytes)
    const hashed = hashLeaves(bytes)
    ways.add(hashed instanceof Promise ? 'worker' : 'this thread')
    assert.equal(Buffer.from((await hashed).addresses).toString('hex'), expected)
    await new Promise(resolve => setImmediate(resolve))
  }
})

test('a worker that ends fails what it was asked as UNAVAILABLE, and is asked no more', async () => {
  let end: (cause: unknown) => void = () => {}
  let say: (data: unknown) => void = () => {}
  const worker = new HashWorker({
    post: () => {},
    keepAlive: () => {},
    onMessage: listener => {
      say = listener
    },
    onEnd: listener => {
      end = listener
    },
  })
  say('ready')
  assert.ok(worker.ready)
  const answers = [worker.hash(leavesOf('lost', 1)), worker.hash(leavesOf('lost too', 1))]
  const all = Promise.allSettled(answers)
  end(new Error('out of memory'))
  for (const { status, reason } of (await all) as PromiseRejectedResult[]) {
    assert.equal(status, 'rejected')
    assert.ok(reason instanceof UnavailableError)
  }
  assert.equal(worker.ready, false)
})

test('leaves are cut out of pieces of any length, whoever hashes them', async () => {
  const file = leavesOf('file', 200)
  const expected = (leaf: number): Reference => makeChunk(leafOf(file, leaf)).reference
  for (const length of [1000, 4096, 5000, 65_536, file.length]) {
    async function* pieces() {
      for (let at = 3 * CHUNK_BYTES; at < file.length; at += length) yield file.subarray(at, at + length)
    }
    const range = { from: 3, to: 190 }
    const leaves = await Array.fromAsync(verifiedLeaves(pieces(), range, expected, { file: expected(0) }))
    assert.deepEqual(Buffer.concat(leaves), Buffer.from(file.subarray(3 * CHUNK_BYTES, 190 * CHUNK_BYTES)))
  }
})
