import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CorruptError, encodeHeadPage, makeChunk, pagePayload, verifyChunk } from '../src/index.ts'
import { BASE, embedded, headPage } from './page-model.ts'

describe('the page in a chunk (spec 8)', () => {
  // Ends with a zero, the delta: the hash of its chunk is the same with and without it.
  const page = encodeHeadPage(headPage([embedded(Uint8Array.of(1), BASE)]))
  const { reference, bytes } = makeChunk(page)

  test('is the payload', () => assert.deepEqual(pagePayload(bytes, reference), page))

  for (const [name, changed] of [
    ['a zero cut off', bytes.subarray(0, -1)],
    ['a zero added', Uint8Array.from([...bytes, 0])],
  ] as const) {
    test(`with ${name} has the same hash and is corrupt`, () => {
      verifyChunk(reference, changed)
      assert.throws(
        () => pagePayload(changed, reference),
        error => error instanceof CorruptError && error.details.reference === reference,
      )
    })
  }
})
