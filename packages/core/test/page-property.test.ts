import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  decodePage,
  encodedPairSize,
  encodeHeadPage,
  encodeSealedPage,
  fitsOpen,
  fitsSealed,
  InvalidPageError,
  type NewEntry,
  type Page,
  type Reference,
} from '../src/index.ts'
import { anyEntry, firstPage, headPage, LOG, NO_ROOTS, page, pairOf, SEED } from './page-model.ts'

const REFERENCE = 'fe'.repeat(32) as Reference

/** As many of the entries, from the first on, as the page holds. */
function prefixThatFits(entries: readonly NewEntry[], from: Page, fits: typeof fitsOpen): NewEntry[] {
  let size = 0
  let previous = from.baseTimestamp
  const taken: NewEntry[] = []
  for (const entry of entries) {
    size += encodedPairSize(entry, previous)
    previous = entry.timestamp
    if (!fits(size, from.tail !== undefined)) break
    taken.push(entry)
  }
  return taken
}

const anySealed = fc
  .tuple(fc.array(anyEntry, { minLength: 1, maxLength: 40, size: 'max' }), fc.boolean())
  .map(([entries, first]) => {
    const make = first ? firstPage : page
    return make(prefixThatFits(entries, make([]), fitsSealed))
  })
const anyHead = fc
  .tuple(fc.array(anyEntry, { minLength: 1, maxLength: 40, size: 'max' }), fc.boolean())
  .map(([entries, first]) => {
    const make = first ? (e: NewEntry[]) => firstPage(e, { roots: NO_ROOTS }) : headPage
    return make(prefixThatFits(entries, make([]), fitsOpen))
  })
const anyPage = fc.oneof(anySealed, anyHead)

const encode = (value: Page) => (value.roots ? encodeHeadPage(value) : encodeSealedPage(value))
const decode = (bytes: Uint8Array, kind: 'sealed' | 'head') =>
  decodePage(bytes, { kind, log: LOG, reference: REFERENCE })
const kindOf = (value: Page) => (value.roots ? 'head' : 'sealed')

/** One meaning, one byte string: changed bytes are rejected, or mean something else whose bytes they are. */
function rejectedOrCanonical(bytes: Uint8Array, kind: 'sealed' | 'head'): void {
  let decoded: Page
  try {
    decoded = decode(bytes, kind)
  } catch (error) {
    assert.ok(error instanceof InvalidPageError, String(error))
    return
  }
  assert.ok(Buffer.from(encode(decoded)).equals(bytes))
}

describe('any page (spec 2)', () => {
  test('decodes to what was encoded, and encodes to the same bytes again', () => {
    fc.assert(
      fc.property(anyPage, value => {
        const bytes = encode(value)
        const decoded = decode(bytes, kindOf(value))
        assert.deepEqual(decoded, value)
        assert.deepEqual(encode(decoded), bytes)
      }),
      { seed: SEED, numRuns: 300 },
    )
  })

  test('with bytes changed is rejected or canonical', () => {
    const change = fc.record({ at: fc.nat(4095), byte: fc.integer({ min: 0, max: 255 }) })
    fc.assert(
      fc.property(anyPage, fc.array(change, { minLength: 1, maxLength: 3 }), (value, changes) => {
        const bytes = encode(value)
        for (const { at, byte } of changes) bytes[at % bytes.length] = byte
        rejectedOrCanonical(bytes, kindOf(value))
      }),
      { seed: SEED, numRuns: 2000 },
    )
  })

  test('with bytes cut out or put in is rejected or canonical', () => {
    const splice = fc.record({ at: fc.nat(4095), remove: fc.nat(3), insert: fc.uint8Array({ maxLength: 3 }) })
    fc.assert(
      fc.property(anyHead, splice, (value, { at, remove, insert }) => {
        const bytes = [...encode(value)]
        bytes.splice(at % bytes.length, remove, ...insert)
        rejectedOrCanonical(Uint8Array.from(bytes), 'head')
      }),
      { seed: SEED, numRuns: 1000 },
    )
  })
})

describe('every single bit flipped', () => {
  test('in a head page of all kinds of entries', () => {
    const kinds = fc.sample(anyEntry, { seed: SEED, numRuns: 60 }).filter(e => encodedPairSize(e, 0) < 130)
    assert.ok(new Set(kinds.map(({ content }) => content.kind)).size === 2)
    flipAll(encodeHeadPage(headPage(kinds.slice(0, 8))), 'head')
  })

  test('in a sealed page with two padding fields', () => {
    const bytes = encodeSealedPage(page([pairOf(3869)]))
    flipAll(bytes, 'sealed', at => at < 120 || at > 4096 - 140)
  })

  function flipAll(
    bytes: Uint8Array,
    kind: 'sealed' | 'head',
    here: (at: number) => boolean = () => true,
  ): void {
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      if (!here(bit >> 3)) continue
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      rejectedOrCanonical(bytes, kind)
      bytes[bit >> 3]! ^= 1 << (bit & 7)
    }
  }
})

test('random bytes are rejected', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4200, size: 'max' }), bytes => {
      assert.throws(() => decode(bytes, 'head'), InvalidPageError)
      assert.throws(() => decode(bytes, 'sealed'), InvalidPageError)
    }),
    { seed: SEED, numRuns: 300 },
  )
})
