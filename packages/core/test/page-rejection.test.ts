import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  decodePage,
  encodeHeadPage,
  encodeRfcPage,
  encodeSealedPage,
  InvalidPageError,
  type LogHash,
  makeChunk,
  PAGE_RULES,
  type PageExpectation,
  type Reference,
} from '../src/index.ts'
import { BROKEN_PAGES, WHOLE_PAGES } from './page-broken.ts'
import { embedded, firstPage, headPage, LOG, page, pairOf, TAIL } from './page-model.ts'

function rejection(bytes: Uint8Array, expect: PageExpectation): InvalidPageError {
  try {
    decodePage(bytes, expect)
  } catch (error) {
    assert.ok(error instanceof InvalidPageError, String(error))
    assert.equal(error.code, 'INVALID_PAGE')
    return error
  }
  throw new assert.AssertionError({ message: 'the page was accepted' })
}

describe('the parts of the broken pages, put together right', () => {
  for (const { name, kind, bytes } of WHOLE_PAGES) {
    test(name, () => {
      const page = decodePage(bytes, { kind, log: LOG })
      assert.deepEqual(kind === 'head' ? encodeHeadPage(page) : encodeSealedPage(page), bytes)
    })
  }
})

describe('broken bytes (spec 2.6)', () => {
  for (const { name, kind, rule, bytes } of BROKEN_PAGES) {
    test(`${rule}: ${name}`, () => {
      const reference = 'fe'.repeat(32) as Reference
      const { details } = rejection(bytes, { kind, log: LOG, reference })
      assert.deepEqual([details.rule, details.reference], [rule, reference])
    })
  }
})

describe('pages in the wrong place (spec 2.6)', () => {
  const sealed = encodeSealedPage(page([embedded(Uint8Array.of(1))]))
  const first = encodeSealedPage(firstPage([embedded(Uint8Array.of(1))]))
  const head = encodeHeadPage(headPage([]))
  const other = 'ef'.repeat(32)
  const cases: [string, string, Uint8Array, Partial<PageExpectation>][] = [
    ['log', 'page of another log', sealed, { log: other as LogHash }],
    ['seq', 'gap in seq', sealed, { firstSeq: 39 }],
    ['seq', 'overlap in seq', sealed, { firstSeq: 41 }],
    ['seq', 'more pages before than entries', sealed, { index: 41 }],
    ['base', 'another base timestamp than the page before leads to', sealed, { baseTimestamp: 1 }],
    ['tail', 'another previous page', sealed, { tail: other as Reference }],
    ['tail', 'a tail where there is no previous page', sealed, { tail: null }],
    ['tail', 'no tail where there is a previous page', first, { tail: TAIL }],
    ['tail', 'a tail in page 0', sealed, { index: 0 }],
    ['tail', 'no tail in page 1', first, { index: 1 }],
    ['roots', 'a head that counts other pages than expected', head, { kind: 'head', index: 2 }],
  ]
  for (const [rule, name, bytes, expect] of cases) {
    test(`${rule}: ${name}`, () => {
      const { details } = rejection(bytes, { kind: 'sealed', log: LOG, ...expect })
      assert.equal(details.rule, rule)
      assert.equal(details.reference, makeChunk(bytes).reference)
    })
  }
})

test('a firstSeq of 2^53 is out of range, also where no entry comes behind it', () => {
  const head = encodeHeadPage(headPage([], { firstSeq: Number.MAX_SAFE_INTEGER }))
  head.set([0, 0, 0, 0, 0, 0, 0x20, 0], 37)
  assert.equal(rejection(head, { kind: 'head', log: LOG }).details.rule, 'range')
})

test('every rule has a page that breaks it', () => {
  const broken = new Set([...BROKEN_PAGES.map(({ rule }) => rule), 'log', 'seq', 'base', 'tail'])
  assert.deepEqual(
    [...PAGE_RULES].filter(rule => !broken.has(rule)),
    [],
  )
})

test('a plain RFC page is not taken for a page of a log', () => {
  const rfc = encodeRfcPage({ pairs: [{ data: Uint8Array.of(1) }], tail: new Uint8Array(32) })
  assert.equal(rejection(rfc, { kind: 'head', log: LOG }).details.rule, 'version')
})

test('a sealed page is no head page, nor the other way round', () => {
  const sealed = encodeSealedPage(page([embedded(Uint8Array.of(1))]))
  assert.equal(rejection(sealed, { kind: 'head', log: LOG }).details.rule, 'canonical')
  const full = encodeHeadPage(headPage([pairOf(4096 - 173)]))
  assert.equal(full.length, 4096)
  assert.equal(rejection(full, { kind: 'sealed', log: LOG }).details.rule, 'canonical')
})
