import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Chunk, MemoryContentStore, makeChunk, type Reference } from '@remote-log/core'
import { DepthStore } from '../peers/depth-store.ts'

/** A chunk that names `references`, one byte off any alignment. */
function naming(...references: Reference[]): Chunk {
  return makeChunk(Buffer.from(`00${references.join('')}`, 'hex'))
}

const leaves = [1, 2, 3].map(n => makeChunk(Uint8Array.of(n)))
const inner = naming(...leaves.map(({ reference }) => reference))
const head = naming(inner.reference, leaves[0]!.reference)

async function watched(): Promise<DepthStore> {
  const memory = new MemoryContentStore()
  const upload = await memory.beginUpload()
  for (const chunk of [...leaves, inner, head]) await upload.put(chunk)
  await upload.confirm()
  return new DepthStore(memory)
}

test('requests that one answer names are one deeper than that answer, however many', async () => {
  const store = await watched()
  await store.get(head.reference)
  assert.equal(store.depth(head.reference), 1)
  await store.get(inner.reference)
  await Promise.all(leaves.map(({ reference }) => store.get(reference)))
  assert.equal(store.depth(head.reference), 3)
})

test('a request that only queued behind another is no deeper', async () => {
  const store = await watched()
  await store.get(head.reference)
  await store.get(inner.reference)
  await store.get(leaves[0]!.reference)
  assert.equal(store.depth(head.reference), 2)
})

test('a chunk that nothing named before it was asked for is an error', async () => {
  const store = await watched()
  await store.get(head.reference)
  await store.get(leaves[1]!.reference)
  await store.get(inner.reference)
  assert.throws(() => store.depth(head.reference), /asked for before anything named it/)
})
