import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  decodePage,
  defaultMessageId,
  encodedPairSize,
  encodeHeadPage,
  encodeSealedPage,
  fitsOpen,
  fitsSealed,
  MAX_EMBEDDED_BYTES,
  type MessageId,
  type Page,
  pageTime,
  pairBytes,
} from '../src/index.ts'
import {
  BASE,
  byReference,
  embedded,
  firstPage,
  headPage,
  LOG,
  NO_ROOTS,
  page,
  pairOf,
  ROOTS,
  TAIL,
} from './page-model.ts'

const MAX = Number.MAX_SAFE_INTEGER
const bytesOf = (length: number) => new Uint8Array(length).fill(7)
const decode = (bytes: Uint8Array, kind: 'sealed' | 'head') => decodePage(bytes, { kind, log: LOG })

describe('layout (spec 2.1, 2.2)', () => {
  test('15 entries of 256 bytes, a minute apart, leave 9 bytes of a sealed page', () => {
    const entries = Array.from({ length: 15 }, (_, i) => embedded(bytesOf(256), BASE + 60_000 * (i + 1)))
    const bytes = encodeSealedPage(page(entries))
    assert.equal(bytes.length, 4096)
    assert.equal(pairBytes(bytes).length, 15 * 266)
    assert.equal(pairBytes(bytes).byteOffset, 97)
    assert.deepEqual([...bytes.subarray(-9)], [0x7a, 7, 0, 0, 0, 0, 0, 0, 0])
  })

  test('fields stand in the order of the format, little endian', () => {
    const bytes = encodeHeadPage(
      headPage([embedded(Uint8Array.of(0xaa), 0x0102)], { firstSeq: 0x0304, baseTimestamp: 0x0101 }),
    )
    const hex = Buffer.from(bytes).toString('hex')
    assert.equal(
      hex,
      [
        '5001',
        `5a20${'ab'.repeat(32)}`,
        '610403000000000000',
        '690101000000000000',
        '710102030405060708',
        `820120${'11'.repeat(32)}`,
        '8d0103000000',
        `920120${'22'.repeat(32)}`,
        `1220${'cd'.repeat(32)}`,
        '0a05',
        '1a01aa',
        '5002',
      ].join(''),
    )
  })

  test('headers are 97, 63, 173 and 139 bytes', () => {
    const one = [embedded(bytesOf(1))]
    assert.equal(pairBytes(encodeSealedPage(page(one))).byteOffset, 97)
    assert.equal(pairBytes(encodeSealedPage(firstPage(one))).byteOffset, 63)
    assert.equal(pairBytes(encodeHeadPage(headPage(one))).byteOffset, 173)
    assert.equal(pairBytes(encodeHeadPage(firstPage(one, { roots: NO_ROOTS }))).byteOffset, 139)
  })

  test('a pair by reference has remoteHash, localHash, delta and length', () => {
    const bytes = encodeSealedPage(page([byReference(300, BASE - 1)]))
    assert.equal(
      Buffer.from(pairBytes(bytes)).toString('hex'),
      `0a49${`0a20${'44'.repeat(32)}`}${`1220${'33'.repeat(32)}`}500158ac02`,
    )
  })

  test('an empty payload is an explicit data of length zero', () => {
    const bytes = encodeSealedPage(page([embedded(new Uint8Array(0), BASE)]))
    assert.equal(Buffer.from(pairBytes(bytes)).toString('hex'), '0a041a005000')
    const { content, id } = decode(bytes, 'sealed').entries[0]!
    assert.deepEqual(content, { kind: 'embedded', data: new Uint8Array(0) })
    assert.equal(id, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })
})

describe('round trips', () => {
  const cases: Record<string, Page> = {
    'sealed page, all kinds mixed': page([
      embedded(bytesOf(3), BASE),
      embedded(bytesOf(4), BASE + 5, 'ee'.repeat(32)),
      byReference(0, BASE - 5),
      byReference(2 ** 32, BASE + 7),
      embedded(new Uint8Array(0), BASE + 7),
    ]),
    'timestamps over the whole range': page([
      embedded(bytesOf(1), 0),
      embedded(bytesOf(1), MAX),
      embedded(bytesOf(1), 0),
      embedded(bytesOf(1), MAX - 1),
    ]),
    'highest seq': page([embedded(bytesOf(1)), embedded(bytesOf(2))], { firstSeq: MAX - 1 }),
    'first page of a log, sealed': firstPage([embedded(bytesOf(1), 5)]),
    'head page': headPage([embedded(bytesOf(1), 5)]),
    'head page without entries': headPage([]),
    'first head page': firstPage([embedded(bytesOf(1), 5)], { roots: NO_ROOTS }),
    'head page behind as many pages as entries': headPage([], { firstSeq: 3 }),
    'most sealed pages': headPage([], { firstSeq: 2 ** 32, roots: { ...ROOTS, sealedPages: 2 ** 32 - 1 } }),
  }
  for (const [name, value] of Object.entries(cases)) {
    test(name, () => {
      const bytes = value.roots ? encodeHeadPage(value) : encodeSealedPage(value)
      assert.deepEqual(decode(bytes, value.roots ? 'head' : 'sealed'), value)
    })
  }

  test('everything that a reader may know is accepted where it is right', () => {
    const value = page([embedded(bytesOf(1), BASE)])
    const decoded = decodePage(encodeSealedPage(value), {
      kind: 'sealed',
      log: LOG,
      firstSeq: 40,
      tail: TAIL,
      baseTimestamp: BASE,
      index: 3,
    })
    assert.deepEqual(decoded, value)
  })

  test('the id of an embedded entry is its own once its data changed hands', () => {
    const entry = decode(encodeSealedPage(page([embedded(bytesOf(9))])), 'sealed').entries[0]!
    assert.equal({ ...entry }.id, defaultMessageId(bytesOf(9)))
    assert.equal(entry.id, entry.id)
  })
})

describe('padding (spec 2.4)', () => {
  /** A sealed page whose pairs leave `gap` bytes. */
  const withGap = (gap: number) => encodeSealedPage(page([pairOf(4096 - 97 - gap)]))
  const tailOf = (bytes: Uint8Array, from: number) => [...bytes.subarray(4096 - from, 4096 - from + 5)]

  test('no gap: no field', () => {
    const bytes = withGap(0)
    assert.equal(pairBytes(bytes).length, 4096 - 97)
  })
  test('2 bytes: an empty field', () => assert.deepEqual(tailOf(withGap(2), 2), [0x7a, 0]))
  test('129 bytes: one field of 127', () => {
    assert.deepEqual(tailOf(withGap(129), 129), [0x7a, 127, 0, 0, 0])
  })
  test('130 bytes: an empty field, then one of 126', () => {
    assert.deepEqual(tailOf(withGap(130), 130), [0x7a, 0, 0x7a, 126, 0])
  })
  test('131 bytes: one field of 128', () => {
    assert.deepEqual(tailOf(withGap(131), 131), [0x7a, 0x80, 1, 0, 0])
  })
  test('1 byte: no such page', () => {
    const value = page([pairOf(4096 - 97 - 1)])
    assert.throws(() => encodeSealedPage(value), RangeError)
    assert.equal(fitsSealed(4096 - 97 - 1, true), false)
  })
  test('every other gap is filled and read', () => {
    for (let gap = 2; gap < 300; gap++) assert.equal(decode(withGap(gap), 'sealed').entries.length, 1)
  })
})

describe('capacity (spec 2.5)', () => {
  test('the open page holds 173 or 139 bytes less than a chunk', () => {
    assert.deepEqual([fitsOpen(3923, true), fitsOpen(3924, true)], [true, false])
    assert.deepEqual([fitsOpen(3957, false), fitsOpen(3958, false)], [true, false])
  })
  test('the sealed page holds 97 or 63 bytes less', () => {
    assert.deepEqual(
      [fitsSealed(3999, true), fitsSealed(4000, true), fitsSealed(3998, true), fitsSealed(3997, true)],
      [true, false, false, true],
    )
    assert.deepEqual([fitsSealed(4033, false), fitsSealed(4034, false)], [true, false])
  })
  test('the largest embedded payload fits an empty head page with any id and timestamp', () => {
    const largest = { ...embedded(bytesOf(MAX_EMBEDDED_BYTES), MAX), id: 'ee'.repeat(32) as MessageId }
    const size = encodedPairSize(largest, 0)
    assert.equal(size, 3889)
    assert.ok(fitsOpen(size, true))
  })
  test('the size of a pair is what the page spends on it', () => {
    for (const entry of [embedded(bytesOf(0), BASE), embedded(bytesOf(500), 0), byReference(2 ** 32, MAX)]) {
      assert.equal(pairBytes(encodeSealedPage(page([entry]))).length, encodedPairSize(entry, BASE))
    }
  })
})

test('the time of a page is the running maximum behind it (spec 2.1)', () => {
  assert.equal(pageTime(page([])), BASE)
  assert.equal(pageTime(page([embedded(bytesOf(1), BASE - 9)])), BASE)
  assert.equal(pageTime(page([embedded(bytesOf(1), BASE + 9), embedded(bytesOf(1), BASE + 2)])), BASE + 9)
})

describe('what has no page', () => {
  const one = embedded(bytesOf(1), BASE)
  const cases: Record<string, () => unknown> = {
    'a sealed page without entries': () => encodeSealedPage(page([])),
    'a sealed page with roots': () => encodeSealedPage(headPage([one])),
    'a head page without roots': () => encodeHeadPage(page([one])),
    'a head page of a log without entries': () => encodeHeadPage(firstPage([], { roots: NO_ROOTS })),
    'too many entries for a sealed page': () => encodeSealedPage(page([pairOf(2000), pairOf(2000)])),
    'too many entries for a head page': () => encodeHeadPage(headPage([pairOf(1962), pairOf(1962)])),
    'a gap between entries': () => encodeSealedPage({ ...page([]), entries: [{ ...one, seq: 41 }] }),
    'a seq above 2^53-1': () => encodeSealedPage(page([one, one], { firstSeq: MAX })),
    'a fractional timestamp': () => encodeSealedPage(page([embedded(bytesOf(1), 0.5)])),
    'a negative timestamp': () => encodeSealedPage(page([embedded(bytesOf(1), -1)])),
    'a base timestamp above 2^53-1': () => encodeSealedPage(page([one], { baseTimestamp: MAX + 1 })),
    'a payload of more than 2^32 bytes': () => encodeSealedPage(page([byReference(2 ** 32 + 1)])),
    'a payload of less than 0 bytes': () => encodeSealedPage(page([byReference(-1)])),
    'a payload of half a byte': () => encodeSealedPage(page([byReference(0.5)])),
    'a salt of 7 bytes': () => encodeSealedPage(page([one], { salt: bytesOf(7) })),
    'a tail before seq 0': () => encodeSealedPage(page([one], { firstSeq: 0 })),
    'no tail before seq 1': () => encodeSealedPage(firstPage([one], { firstSeq: 1 })),
    'a first page with a base timestamp': () => encodeSealedPage(firstPage([one], { baseTimestamp: 1 })),
    'roots without sealed pages': () =>
      encodeHeadPage(firstPage([one], { roots: { ...ROOTS, sealedPages: 0 } })),
    'zero roots over sealed pages': () =>
      encodeHeadPage(headPage([one], { roots: { ...NO_ROOTS, sealedPages: 3 } })),
    'a tail without sealed pages': () => encodeHeadPage(headPage([one], { roots: NO_ROOTS })),
    'more sealed pages than 32 bits count': () =>
      encodeHeadPage(headPage([one], { firstSeq: 2 ** 33, roots: { ...ROOTS, sealedPages: 2 ** 32 } })),
    'half a sealed page': () => encodeHeadPage(headPage([one], { roots: { ...ROOTS, sealedPages: 0.5 } })),
    'more sealed pages than entries': () => encodeHeadPage(headPage([one], { firstSeq: 2 })),
  }
  for (const [name, encode] of Object.entries(cases)) {
    test(name, () => assert.throws(encode, RangeError))
  }
})
