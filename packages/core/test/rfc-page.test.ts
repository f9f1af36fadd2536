import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import {
  CorruptError,
  decodeRfcPage,
  encodeHeadPage,
  encodeRfcPage,
  encodeSealedPage,
  type RfcPage,
} from '../src/index.ts'
import { byReference, embedded, firstPage, headPage, page, SEED, TAIL } from './page-model.ts'

/** The schema as RFC 3/REMOTE-LOG prints it. */
const RFC_SCHEMA = `
syntax = "proto3";
message RemoteLog {
  repeated Pair pair = 1;
  bytes tail = 2;
  message Pair {
    bytes remoteHash = 1;
    bytes localHash = 2;
    bytes data = 3;
  }
}`
const RemoteLog = protobuf.parse(RFC_SCHEMA, { keepCase: true }).root.lookupType('RemoteLog')

/** An RFC reader's view: proto3 does not tell an empty field from a missing one. */
const asRead = (value: RfcPage) => ({
  pair: value.pairs.map(pair =>
    Object.fromEntries(
      (['remoteHash', 'localHash', 'data'] as const).map(name => [name, [...(pair[name] ?? [])]]),
    ),
  ),
  tail: [...(value.tail ?? [])],
})
const read = (bytes: Uint8Array) =>
  RemoteLog.toObject(RemoteLog.decode(bytes), { bytes: Array, defaults: true, arrays: true })

const field = fc.option(fc.uint8Array({ maxLength: 200 }), { nil: undefined })
const anyRfcPage: fc.Arbitrary<RfcPage> = fc.record({
  pairs: fc.array(fc.record({ remoteHash: field, localHash: field, data: field }), { maxLength: 8 }),
  tail: field,
})

describe('plain RFC 3 pages (spec 2.7)', () => {
  test('protobufjs reads what is written', () => {
    fc.assert(
      fc.property(anyRfcPage, value => assert.deepEqual(read(encodeRfcPage(value)), asRead(value))),
      { seed: SEED },
    )
  })

  test('what protobufjs writes is read', () => {
    fc.assert(
      fc.property(anyRfcPage, value => {
        const bytes = RemoteLog.encode(RemoteLog.create({ pair: value.pairs, tail: value.tail })).finish()
        assert.deepEqual(asRead(decodeRfcPage(bytes)), asRead(value))
      }),
      { seed: SEED },
    )
  })

  test('fields come in any order, between fields nobody knows, the last of two counts', () => {
    const { Writer } = protobuf
    const unknown = (writer: protobuf.Writer) =>
      writer
        .uint32((40 << 3) | 0)
        .uint64(2 ** 60)
        .uint32((41 << 3) | 1)
        .fixed64(7)
        .uint32((42 << 3) | 2)
        .bytes(Uint8Array.of(1, 2))
        .uint32((43 << 3) | 5)
        .fixed32(9)
        .uint32((44 << 3) | 3)
        .uint32((1 << 3) | 2)
        .bytes(Uint8Array.of(3))
        .uint32((45 << 3) | 3)
        .uint32((45 << 3) | 4)
        .uint32((44 << 3) | 4)
    const pair = unknown(
      Writer.create()
        .uint32((3 << 3) | 2)
        .bytes(Uint8Array.of(9)),
    )
      .uint32((1 << 3) | 2)
      .bytes(Uint8Array.of(1))
      .uint32((3 << 3) | 2)
      .bytes(Uint8Array.of(8, 8))
      .finish()
    const bytes = unknown(
      Writer.create()
        .uint32((2 << 3) | 2)
        .bytes(Uint8Array.of(5)),
    )
      .uint32((1 << 3) | 2)
      .bytes(pair)
      .uint32((2 << 3) | 2)
      .bytes(Uint8Array.of(6, 6))
      .uint32((1 << 3) | 2)
      .bytes(new Uint8Array(0))
      .finish()
    const value = {
      pairs: [{ remoteHash: Uint8Array.of(1), data: Uint8Array.of(8, 8) }, {}],
      tail: Uint8Array.of(6, 6),
    }
    assert.deepEqual(decodeRfcPage(Uint8Array.from(bytes)), value)
    assert.deepEqual(asRead(value), read(bytes))
  })

  test('numbers may be longer than needed', () => {
    assert.deepEqual(
      decodeRfcPage(Uint8Array.of(0x92, 0x80, 0x00, 0x82, 0x80, 0x00, 7, 7)).tail,
      Uint8Array.of(7, 7),
    )
  })

  test('a known field of another wire type is one that nobody knows', () => {
    assert.deepEqual(decodeRfcPage(Uint8Array.of(0x10, 5, 0x08, 6)), { pairs: [] })
  })

  const broken: Record<string, number[]> = {
    'a cut tag': [0x80],
    'a cut length': [0x12],
    'a field longer than the page': [0x12, 5, 1],
    'a cut fixed64': [0x09, 1, 2, 3],
    'a cut fixed32': [0x0d, 1],
    'field number 0': [0x02, 0],
    'wire type 6': [0x0e],
    'wire type 7': [0x0f],
    'a number of eleven bytes': [0x08, ...new Array(10).fill(0x80), 1],
    'a group that does not end': [0x0b],
    'a group that ends another': [0x0b, 0x14],
    'the end of no group': [0x0c],
    'groups nested without end': new Array(4000).fill(0x0b),
    'field number 2^29': [0x80, 0x80, 0x80, 0x80, 0x10, 0],
    'a field longer than its pair': [0x0a, 3, 0x1a, 5, 1, 0x12, 1, 9],
    'a broken pair': [0x0a, 2, 0x1a, 9],
  }
  for (const [name, bytes] of Object.entries(broken)) {
    test(`${name} is corrupt`, () => assert.throws(() => decodeRfcPage(Uint8Array.from(bytes)), CorruptError))
  }

  test('random bytes are read or corrupt, nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
        try {
          decodeRfcPage(bytes)
        } catch (error) {
          assert.ok(error instanceof CorruptError)
        }
      }),
      { seed: SEED, numRuns: 3000 },
    )
  })
})

describe('a reader of the RFC reads the pages of a log', () => {
  const own = Uint8Array.of(1, 2, 3)
  const entries = [embedded(own), byReference(77), embedded(own, 5, 'ee'.repeat(32))]
  const fromHex = (text: string) => [...Buffer.from(text, 'hex')]
  const pair = [
    { remoteHash: [], localHash: [], data: [1, 2, 3] },
    { remoteHash: fromHex('44'.repeat(32)), localHash: fromHex('33'.repeat(32)), data: [] },
    { remoteHash: [], localHash: fromHex('ee'.repeat(32)), data: [1, 2, 3] },
  ]
  for (const [name, bytes, tail] of [
    ['sealed', encodeSealedPage(page(entries)), fromHex(TAIL)],
    ['first sealed', encodeSealedPage(firstPage(entries)), []],
    ['head', encodeHeadPage(headPage(entries)), fromHex(TAIL)],
  ] as const) {
    test(name, () => {
      assert.deepEqual(read(bytes), { pair, tail })
      assert.deepEqual(asRead(decodeRfcPage(bytes)), { pair, tail })
    })
  }
})
