import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { decodePage, defaultMessageId, encodeHeadPage, encodeSealedPage, type Page } from '../src/index.ts'
import { anyEntry, BASE, byReference, embedded, firstPage, headPage, LOG, page, SEED } from './page-model.ts'

const SCHEMA = new URL('../../../docs/remote-log.proto', import.meta.url)
const RemoteLog = protobuf
  .parse(readFileSync(SCHEMA, 'utf8'), { keepCase: true })
  .root.lookupType('RemoteLog')
/** What protobuf's JSON mapping makes of a message: hex instead of bytes, 64-bit numbers as decimal text. */
const plain = (bytes: Uint8Array) =>
  RemoteLog.toObject(RemoteLog.decode(bytes), { longs: String, bytes: Array, defaults: false })
const hex = (bytes: Iterable<number>) => Buffer.from([...bytes]).toString('hex')

/** The message that a page is, field by field, written down without the codec. */
function messageOf({ entries, roots, ...rest }: Page): Record<string, unknown> {
  let previous = BigInt(rest.baseTimestamp)
  const pair = entries.map(({ content, id, timestamp }) => {
    const delta = String(BigInt(timestamp) - previous)
    previous = BigInt(timestamp)
    if (content.kind === 'reference') {
      return {
        remoteHash: fromHex(content.reference),
        localHash: fromHex(id),
        delta,
        length: String(content.length),
      }
    }
    const isDefault = id === defaultMessageId(content.data)
    return { ...(isDefault ? {} : { localHash: fromHex(id) }), data: [...content.data], delta }
  })
  return {
    pair,
    ...(rest.tail ? { tail: fromHex(rest.tail) } : {}),
    format: 1,
    log: fromHex(rest.log),
    firstSeq: String(rest.firstSeq),
    baseTimestamp: String(rest.baseTimestamp),
    salt: String(Buffer.from(rest.salt).readBigUInt64LE()),
    ...(roots
      ? {
          history: fromHex(roots.history),
          sealedPages: roots.sealedPages,
          directory: fromHex(roots.directory),
        }
      : {}),
  }
}
const fromHex = (text: string) => [...Buffer.from(text, 'hex')]

describe('protobufjs with the full schema', () => {
  test('reads the fields of any page', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { minLength: 1, maxLength: 6 }), fc.boolean(), (entries, first) => {
        const small = entries.filter(
          ({ content }) => content.kind === 'reference' || content.data.length < 500,
        )
        if (small.length === 0) return
        const value = first ? firstPage(small) : page(small)
        const { padding, ...fields } = plain(encodeSealedPage(value))
        assert.deepEqual(fields, messageOf(value))
        assert.ok(padding.every((field: number[]) => field.every(byte => byte === 0)))
        const head = headPage(small)
        assert.deepEqual(plain(encodeHeadPage(head)), messageOf(head))
      }),
      { seed: SEED, numRuns: 200 },
    )
  })

  test('writes fields that, put in the order of the format, are a page', () => {
    const value = headPage([
      embedded(Uint8Array.of(1, 2, 3), BASE + 60_000),
      embedded(new Uint8Array(0), BASE - 1, 'ee'.repeat(32)),
      byReference(2 ** 32, Number.MAX_SAFE_INTEGER),
    ])
    const order = [10, 11, 12, 13, 14, 16, 17, 18, 2, 1]
    const message = RemoteLog.fromObject({ ...messageOf(value), padding: [] })
    const fields = order.map(id => {
      const { name } = RemoteLog.fieldsById[id]!
      return RemoteLog.encode(RemoteLog.create({ [name]: message[name as keyof typeof message] })).finish()
    })
    const bytes = Uint8Array.from(Buffer.concat(fields))
    assert.equal(hex(bytes), hex(encodeHeadPage(value)))
    assert.deepEqual(decodePage(bytes, { kind: 'head', log: LOG }), value)
  })
})
