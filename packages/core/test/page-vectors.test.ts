import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import {
  CorruptError,
  decodePage,
  decodeRfcPage,
  encodeHeadPage,
  encodeRfcPage,
  encodeSealedPage,
  InvalidPageError,
  makeChunk,
  type Page,
  type PageExpectation,
} from '../src/index.ts'

interface VectorBytes {
  readonly hex: string
  readonly zeros: number
}
interface PageVector {
  readonly name: string
  readonly kind: 'sealed' | 'head'
  readonly reference: string
  readonly bytes: VectorBytes
  readonly page: Record<string, unknown>
}
interface PageVectors {
  readonly log: PageExpectation['log']
  readonly pages: readonly PageVector[]
  readonly rejected: readonly {
    name: string
    kind: 'sealed' | 'head'
    log: PageExpectation['log']
    rule: string
    bytes: VectorBytes
  }[]
  readonly misplaced: readonly {
    name: string
    page: string
    rule: string
    expect: Partial<PageExpectation>
  }[]
}
interface RfcVectors {
  readonly pages: readonly {
    name: string
    hex: string
    pairs: readonly Record<string, string>[]
    tail: string | null
    written: string
  }[]
  readonly corrupt: readonly { name: string; hex: string }[]
}

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../test/vectors/${name}`, import.meta.url), 'utf8'))
const fromHex = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const whole = ({ hex, zeros }: VectorBytes) => Uint8Array.from([...fromHex(hex), ...new Uint8Array(zeros)])

/** A decoded page in the words of the vectors. */
const inWords = ({ firstSeq, baseTimestamp, salt, tail, roots, entries }: Page) => ({
  firstSeq,
  baseTimestamp,
  salt: toHex(salt),
  tail: tail ?? null,
  roots: roots ?? null,
  entries: entries.map(({ seq, timestamp, id, content }) =>
    content.kind === 'embedded'
      ? { seq, timestamp, id, data: toHex(content.data) }
      : { seq, timestamp, id, reference: content.reference, length: content.length },
  ),
})

function ruleBroken(bytes: Uint8Array, expect: PageExpectation): unknown {
  try {
    decodePage(bytes, expect)
  } catch (error) {
    assert.ok(error instanceof InvalidPageError, String(error))
    return error.details.rule
  }
  return 'none'
}

const vectors = read<PageVectors>('page-v1.json')

describe('test/vectors/page-v1.json: pages', () => {
  for (const { name, kind, reference, bytes, page } of vectors.pages) {
    test(name, () => {
      const decoded = decodePage(whole(bytes), { kind, log: vectors.log })
      assert.deepEqual(inWords(decoded), page)
      assert.deepEqual(kind === 'head' ? encodeHeadPage(decoded) : encodeSealedPage(decoded), whole(bytes))
      assert.equal(makeChunk(whole(bytes)).reference, reference)
    })
  }
})

describe('test/vectors/page-v1.json: rejected bytes', () => {
  for (const { name, kind, log, rule, bytes } of vectors.rejected) {
    test(`${rule}: ${name}`, () => assert.equal(ruleBroken(whole(bytes), { kind, log }), rule))
  }
})

describe('test/vectors/page-v1.json: pages in the wrong place', () => {
  for (const { name, page, rule, expect } of vectors.misplaced) {
    test(`${rule}: ${name}`, () => {
      const { kind, bytes } = vectors.pages.find(vector => vector.name === page)!
      assert.equal(ruleBroken(whole(bytes), { kind, log: vectors.log, ...expect }), rule)
    })
  }
})

describe('test/vectors/rfc-page-v1.json', () => {
  const { pages, corrupt } = read<RfcVectors>('rfc-page-v1.json')
  for (const { name, hex, pairs, tail, written } of pages) {
    test(name, () => {
      const page = decodeRfcPage(fromHex(hex))
      assert.deepEqual(page.tail ? toHex(page.tail) : null, tail)
      assert.deepEqual(
        page.pairs.map(pair => Object.fromEntries(Object.entries(pair).map(([k, v]) => [k, toHex(v)]))),
        pairs,
      )
      assert.equal(toHex(encodeRfcPage(page)), written)
      assert.deepEqual(decodeRfcPage(fromHex(written)), page)
    })
  }
  for (const { name, hex } of corrupt) {
    test(name, () => assert.throws(() => decodeRfcPage(fromHex(hex)), CorruptError))
  }
})
