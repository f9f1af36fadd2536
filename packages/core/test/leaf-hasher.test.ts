import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beginHashWorker, HashWorker } from '../src/bmt/hash-worker.ts'
import { hashLeaves } from '../src/bmt/leaf-hasher.ts'
import {
  CHUNK_BYTES,
  LEAF_RECORD_BYTES,
  makeChunk,
  type Reference,
  recordAddress,
  recordLeaf,
  recordsIn,
  referenceToBytes,
  UnavailableError,
  verifiedLeaves,
} from '../src/index.ts'
import { seededBytes } from './tree-model.ts'

const fileOf = (name: string, count: number) => seededBytes(name, CHUNK_BYTES * count)
const leafOf = (bytes: Uint8Array, i: number) => bytes.subarray(CHUNK_BYTES * i, CHUNK_BYTES * (i + 1))

/** Records of so many leaves, with their addresses or without. */
function records(name: string, count: number, addressed = false): Uint8Array<ArrayBuffer> {
  const file = fileOf(name, count)
  const all = new Uint8Array(LEAF_RECORD_BYTES * count)
  for (let i = 0; i < count; i++) {
    const record = all.subarray(LEAF_RECORD_BYTES * i, LEAF_RECORD_BYTES * (i + 1))
    recordLeaf(record).set(leafOf(file, i))
    if (addressed) recordAddress(record).set(referenceToBytes(makeChunk(leafOf(file, i)).reference))
  }
  return all
}

test('a worker fills in the addresses that this thread computes, in the order of the questions', async () => {
  const worker = beginHashWorker()
  assert.ok(worker)
  const questions = [1, 64, 3, 17].map(count => [`leaves ${count}`, count] as const)
  const answers = await Promise.all(questions.map(([name, count]) => worker.hash(records(name, count))))
  assert.deepEqual(
    answers,
    questions.map(([name, count]) => records(name, count, true)),
  )
  assert.ok(worker.ready)
})

test('the shared worker takes part once it is ready, and both ways agree', async () => {
  const ways = new Set<string>()
  for (let i = 0; ways.size < 2; i++) {
    const hashed = hashLeaves(records(`shared ${i}`, 2), i)
    ways.add(hashed instanceof Promise ? 'worker' : 'this thread')
    assert.deepEqual(await hashed, records(`shared ${i}`, 2, true))
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
  const answers = [worker.hash(records('lost', 1)), worker.hash(records('lost too', 1))]
  const all = Promise.allSettled(answers)
  end(new Error('out of memory'))
  for (const { status, reason } of (await all) as PromiseRejectedResult[]) {
    assert.equal(status, 'rejected')
    assert.ok(reason instanceof UnavailableError)
  }
  assert.equal(worker.ready, false)
})

test('leaves are cut out of pieces of any length, whoever hashes them', async () => {
  const file = fileOf('file', 200)
  const expected = (leaf: number): Reference => makeChunk(leafOf(file, leaf)).reference
  for (const length of [1000, 4096, 5000, 65_536, file.length]) {
    async function* pieces() {
      for (let at = 3 * CHUNK_BYTES; at < file.length; at += length) yield file.subarray(at, at + length)
    }
    const range = { from: 3, to: 190 }
    const read = await Array.fromAsync(verifiedLeaves(pieces(), range, expected, { file: expected(0) }))
    const leaves = read.flatMap(some => [...recordsIn(some)].map(recordLeaf))
    assert.deepEqual(Buffer.concat(leaves), Buffer.from(file.subarray(3 * CHUNK_BYTES, 190 * CHUNK_BYTES)))
  }
})
