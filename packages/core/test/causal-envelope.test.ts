import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import {
  type CausalHeader,
  ENVELOPE_HEADER_BYTES,
  encodeEnvelope,
  type LogHash,
  MAX_CAUSAL_DEPENDENCIES,
  MAX_LAMPORT,
  type MessageId,
  plainPayload,
  readEnvelope,
} from '../src/index.ts'
import { SEED } from './page-model.ts'

const OWN = 'c0'.repeat(32) as LogHash
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const fromHex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
const read = (payload: Uint8Array, own = OWN) =>
  readEnvelope(payload.subarray(0, ENVELOPE_HEADER_BYTES), payload.length, own)

const anyHash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(hex)
const plainly = { noNullPrototype: true } as const
const anyDependency = fc.record(
  { log: anyHash as fc.Arbitrary<LogHash>, seq: fc.maxSafeNat(), id: anyHash as fc.Arbitrary<MessageId> },
  plainly,
)
const anyHeader: fc.Arbitrary<CausalHeader> = fc.record(
  {
    lamport: fc.oneof(
      fc.maxSafeNat().map(n => n % (MAX_LAMPORT + 1)),
      fc.constantFrom(0, MAX_LAMPORT),
    ),
    dependencies: fc
      .uniqueArray(anyDependency, { maxLength: MAX_CAUSAL_DEPENDENCIES, selector: ({ log }) => log })
      .map(all => all.sort((a, b) => (a.log < b.log ? -1 : 1))),
  },
  plainly,
)
const anyContent = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(new Uint8Array(5000)))

interface EnvelopeVectors {
  readonly own: LogHash
  readonly envelopes: readonly {
    readonly name: string
    readonly header: CausalHeader | null
    readonly content: string
    readonly payload: string
  }[]
  readonly plain: readonly { readonly name: string; readonly payload: string; readonly fault: boolean }[]
  readonly unknown: readonly { readonly name: string; readonly payload: string; readonly version: number }[]
}
const vectors = JSON.parse(
  readFileSync(new URL('../../../test/vectors/causal-v1.json', import.meta.url), 'utf8'),
) as EnvelopeVectors

describe('the envelope around the content of an entry (spec 16.1)', () => {
  test('what is written is read, and nothing else has that meaning', () => {
    fc.assert(
      fc.property(anyHeader, anyContent, fc.boolean(), (header, content, reversed) => {
        const dependencies = reversed ? header.dependencies.toReversed() : header.dependencies
        const payload = encodeEnvelope({ ...header, dependencies }, content, OWN)
        const contentAt = payload.length - content.length
        assert.deepEqual(read(payload), { kind: 'causal', header, contentAt })
        assert.deepEqual(payload.subarray(contentAt), content)
        assert.ok(contentAt <= 2549)
      }),
      { seed: SEED },
    )
  })

  test('a payload with any bit changed, anything cut off or added means something else, or nothing', () => {
    fc.assert(
      fc.property(anyHeader, fc.uint8Array({ maxLength: 40 }), fc.nat(), (header, content, where) => {
        const payload = encodeEnvelope(header, content, OWN)
        const changed = payload.slice()
        changed[where % payload.length]! ^= 1 << (where % 8)
        for (const other of [changed, payload.slice(0, -1), Uint8Array.of(...payload, 0)]) {
          const envelope = read(other)
          if (envelope.kind !== 'causal') continue
          const again = encodeEnvelope(envelope.header, other.subarray(envelope.contentAt), OWN)
          assert.deepEqual(again, other)
        }
      }),
      { seed: SEED, numRuns: 500 },
    )
  })

  test('content without header is its own payload, but where it would be taken for an envelope', () => {
    fc.assert(
      fc.property(anyContent, content => {
        assert.equal(plainPayload(content), content)
        assert.deepEqual(read(content), { kind: 'plain', contentAt: 0 })
        const looksLikeOne = encodeEnvelope({ lamport: 1, dependencies: [] }, content, OWN)
        const payload = plainPayload(looksLikeOne)
        const envelope = read(payload)
        assert.ok(envelope.kind === 'plain' && envelope.fault === undefined)
        assert.deepEqual(payload.subarray(envelope.contentAt), looksLikeOne)
      }),
      { seed: SEED },
    )
  })

  test('headers that break a rule are not written', () => {
    const dependency = { log: '1'.repeat(64) as LogHash, seq: 0, id: '2'.repeat(64) as MessageId }
    const wrong: Record<string, CausalHeader> = {
      'a Lamport time of 2^48': { lamport: MAX_LAMPORT + 1, dependencies: [] },
      'a negative one': { lamport: -1, dependencies: [] },
      'a broken one': { lamport: 0.5, dependencies: [] },
      'the log itself': { lamport: 1, dependencies: [{ ...dependency, log: OWN }] },
      'one log twice': { lamport: 1, dependencies: [dependency, { ...dependency, seq: 1 }] },
      'no seq': { lamport: 1, dependencies: [{ ...dependency, seq: 2 ** 53 }] },
      'too many': {
        lamport: 1,
        dependencies: Array.from({ length: MAX_CAUSAL_DEPENDENCIES + 1 }, (_, i) => ({
          ...dependency,
          log: `${i}`.padStart(64, '0') as LogHash,
        })),
      },
    }
    for (const [name, header] of Object.entries(wrong))
      assert.throws(() => encodeEnvelope(header, new Uint8Array(), OWN), RangeError, name)
  })

  test('the vectors', () => {
    for (const { name, header, content, payload } of vectors.envelopes) {
      const bytes = fromHex(payload)
      const made = header
        ? encodeEnvelope(header, fromHex(content), vectors.own)
        : plainPayload(fromHex(content))
      assert.equal(hex(made), payload, name)
      const envelope = read(bytes, vectors.own)
      assert.ok(envelope.kind !== 'unknown' && !('fault' in envelope), name)
      assert.deepEqual(envelope.kind === 'causal' ? envelope.header : null, header, name)
      assert.equal(hex(bytes.subarray(envelope.contentAt)), content, name)
    }
    for (const { name, payload, fault } of vectors.plain) {
      const envelope = read(fromHex(payload), vectors.own)
      assert.ok(envelope.kind === 'plain' && envelope.contentAt === 0, name)
      assert.equal(envelope.fault !== undefined, fault, name)
    }
    for (const { name, payload, version } of vectors.unknown)
      assert.deepEqual(read(fromHex(payload), vectors.own), { kind: 'unknown', version }, name)
  })

  test('any protobuf reader finds time, history and content where SDS has them', () => {
    const schema = readFileSync(new URL('../../../docs/remote-log.proto', import.meta.url), 'utf8')
    const Envelope = protobuf.parse(schema, { keepCase: true }).root.lookupType('CausalEnvelope')
    fc.assert(
      fc.property(anyHeader, anyContent, (header, content) => {
        const message = Envelope.decode(encodeEnvelope(header, content, OWN))
        assert.deepEqual(Envelope.toObject(message, { longs: String, bytes: Array, arrays: true }), {
          marker: 0x01434c52,
          lamport_timestamp: String(header.lamport),
          causal_history: header.dependencies.map(({ log, seq, id }) => ({
            message_id: [...fromHex(id)],
            sender_id: [...fromHex(log)],
            seq: String(seq),
          })),
          content: [...content],
        })
      }),
      { seed: SEED, numRuns: 50 },
    )
  })
})
