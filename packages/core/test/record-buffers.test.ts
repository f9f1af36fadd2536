import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LEAF_RECORD_BYTES, RecordBuffers, recordsIn } from '../src/index.ts'

test('an array is used again when each of its records came back, and empty for whoever still looks into it', () => {
  const buffers = new RecordBuffers()
  const lent = buffers.take(3).fill(7)
  buffers.lend(lent)
  const [first, second, third] = [...recordsIn(lent)]
  buffers.giveBack(first!)
  buffers.giveBack(third!)
  assert.equal(second!.length, LEAF_RECORD_BYTES, 'one is still out')
  assert.equal(buffers.take(3)[0], 0, 'so another array is made')
  buffers.giveBack(second!)
  assert.deepEqual(
    [lent, first, second].map(view => view!.length),
    [0, 0, 0],
  )
  const again = buffers.take(3)
  assert.deepEqual([again.length, again[0]], [3 * LEAF_RECORD_BYTES, 7])
  assert.equal(buffers.take(3)[0], 0, 'and it is used by one at a time')
})

test('an array serves for as many records as it had', () => {
  const buffers = new RecordBuffers()
  const lent = buffers.take(1).fill(7)
  buffers.lend(lent)
  buffers.giveBack(lent)
  assert.equal(buffers.take(2)[0], 0)
  assert.equal(buffers.take(1)[0], 7)
})

test('what was not lent, or comes back too often, is left alone', () => {
  const buffers = new RecordBuffers()
  const foreign = new Uint8Array(LEAF_RECORD_BYTES)
  buffers.giveBack(foreign)
  assert.equal(foreign.length, LEAF_RECORD_BYTES)
  const lent = buffers.take(2)
  buffers.lend(lent)
  for (const record of recordsIn(lent)) buffers.giveBack(record)
  const again = buffers.take(2)
  buffers.giveBack(again.subarray(LEAF_RECORD_BYTES))
  assert.equal(again.length, 2 * LEAF_RECORD_BYTES, 'it was taken, and not lent again')
})
