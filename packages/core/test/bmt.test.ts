import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MerkleTree } from '@ethersphere/bee-js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import {
  type BlockHasher,
  createBlockHasher,
  jsBlockHasher,
  wasmBlockHasher,
} from '../src/bmt/block-hasher.ts'
import { type BmtAddress, bmtWith } from '../src/bmt/bmt.ts'
import { roundConstants } from '../src/bmt/keccak-module.ts'
import {
  chunkPayload,
  chunkReference,
  chunkSpan,
  makeChunk,
  type Reference,
  verifyChunk,
} from '../src/index.ts'
import { seededBytes } from './tree-model.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const address = (bmt: BmtAddress, chunk: Uint8Array) => bmt(chunk.subarray(0, 8), chunk.subarray(8))

test('"foo" and the empty chunk have the addresses that bee-js 12.1.0 and Bee 2.8.1 give', () => {
  assert.equal(
    makeChunk(Buffer.from('foo')).reference,
    '2387e8e7d8a48c2a9339c97c1dc3461a9a7aa07e994c5cb8b38fd7c1b3e6ea48',
  )
  assert.equal(
    makeChunk(new Uint8Array(0)).reference,
    'b34ca8c22b9e982354f9c7f50b470d66db428d880c8a904d5fe4ec9713171526',
  )
})

test('addresses are those of bee-js at every length around a segment, a level and a chunk', async () => {
  for (const length of [1, 31, 32, 33, 63, 64, 65, 127, 128, 129, 2047, 2048, 2049, 4095, 4096]) {
    const payload = seededBytes('lengths', length)
    const tree = await MerkleTree.root(payload)
    assert.equal(makeChunk(payload).reference, hex(tree.hash()), `${length} bytes`)
  }
})

test('WebAssembly and JavaScript hash the same', () => {
  const [wasm, js] = [bmtWith(wasmBlockHasher()), bmtWith(jsBlockHasher())]
  const bytes = fc.uint8Array({ minLength: 8, maxLength: 4104, size: 'max' })
  fc.assert(
    fc.property(bytes, chunk => assert.equal(hex(address(wasm, chunk)), hex(address(js, chunk)))),
    { seed: 1, numRuns: 60 },
  )
})

test('both hash any number of blocks in place, of both lengths', () => {
  const check = (hasher: BlockHasher, count: number, length: 40 | 64): void => {
    const blocks = seededBytes(`${count} blocks`, count * length)
    hasher.buffer.set(blocks)
    hasher.hash(count, length)
    for (let i = 0; i < count; i++) {
      const want = keccak_256(blocks.subarray(length * i, length * (i + 1)))
      assert.equal(hex(hasher.buffer.subarray(32 * i, 32 * (i + 1))), hex(want), `block ${i} of ${count}`)
    }
  }
  for (const hasher of [wasmBlockHasher(), jsBlockHasher()]) {
    for (const length of [40, 64] as const) for (const count of [1, 2, 3, 7, 64]) check(hasher, count, length)
  }
})

test('the round constants are those of FIPS 202', () => {
  const constants = roundConstants()
  assert.equal(constants.length, 24)
  assert.deepEqual(constants.slice(0, 4), [0x1n, 0x8082n, 0x800000000000808an, 0x8000000080008000n])
  assert.equal(constants.at(-1), 0x8000000080008008n)
})

test('where WebAssembly may not be compiled, JavaScript takes over', t => {
  t.mock.method(WebAssembly, 'Module', function Module() {
    throw new EvalError('forbidden by a content security policy')
  })
  assert.throws(wasmBlockHasher, EvalError)
  const chunk = makeChunk(seededBytes('fallback', 100))
  assert.equal(hex(address(bmtWith(createBlockHasher()), chunk.bytes)), chunk.reference)
})

test('a chunk is its span, little endian, and its payload', () => {
  const { bytes } = makeChunk(Uint8Array.of(7, 8), 2 ** 40 + 1)
  assert.deepEqual([...bytes], [1, 0, 0, 0, 0, 1, 0, 0, 7, 8])
  assert.equal(chunkSpan(bytes), 2 ** 40 + 1)
  assert.deepEqual([...chunkPayload(bytes)], [7, 8])
  const inside = new Uint8Array([9, ...bytes]).subarray(1)
  assert.equal(chunkSpan(inside), 2 ** 40 + 1)
  assert.equal(chunkReference(inside), chunkReference(bytes))
})

test('making a chunk copies the payload', () => {
  const payload = Uint8Array.of(1, 2, 3)
  const chunk = makeChunk(payload)
  payload.fill(0)
  verifyChunk(chunk.reference, chunk.bytes)
})

test('what can be no chunk is refused', () => {
  assert.throws(() => makeChunk(new Uint8Array(4097)), RangeError)
  for (const span of [-1, 0.5, 2 ** 53, Number.NaN])
    assert.throws(() => makeChunk(new Uint8Array(1), span), RangeError)
  for (const length of [0, 7, 4105]) assert.throws(() => chunkReference(new Uint8Array(length)), RangeError)
  assert.equal(chunkSpan(makeChunk(new Uint8Array(1), 2 ** 53 - 1).bytes), 2 ** 53 - 1)
})

test('bytes that are another chunk, or none, are CORRUPT', () => {
  const { reference, bytes } = makeChunk(seededBytes('verify', 500))
  verifyChunk(reference, bytes)
  for (const at of [0, 7, 8, 507]) {
    const flipped = bytes.slice()
    flipped[at] = flipped[at]! ^ 1
    const got: Reference = chunkReference(flipped)
    assert.throws(() => verifyChunk(reference, flipped), { code: 'CORRUPT', details: { reference, got } })
  }
  for (const length of [0, 7, 4105]) {
    const wrong = new Uint8Array(length)
    assert.throws(() => verifyChunk(reference, wrong), { code: 'CORRUPT', details: { reference, length } })
  }
})

test('spans above 2^53-1 or without 8 bytes are CORRUPT', () => {
  assert.throws(() => chunkSpan(Uint8Array.of(0, 0, 0, 0, 0, 0, 32, 0)), { code: 'CORRUPT' })
  assert.throws(() => chunkSpan(Uint8Array.of(0, 16, 0, 0, 0, 0, 0, 129)), { code: 'CORRUPT' })
  assert.throws(() => chunkSpan(new Uint8Array(7)), { code: 'CORRUPT' })
})
