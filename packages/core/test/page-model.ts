// What the page tests share: pages to start from, entries at random, and a writer of single fields that obeys no rule.
import fc from 'fast-check'
import {
  bytesToHex,
  type Content,
  defaultMessageId,
  type Entry,
  encodedPairSize,
  type LogHash,
  type MessageId,
  type NewEntry,
  type Page,
  type Reference,
} from '../src/index.ts'

export const SEED = 20261123
export const LOG = 'ab'.repeat(32) as LogHash
export const TAIL = 'cd'.repeat(32) as Reference
export const ROOTS = {
  history: '11'.repeat(32) as Reference,
  directory: '22'.repeat(32) as Reference,
  sealedPages: 3,
}
export const NO_ROOTS = {
  history: '0'.repeat(64) as Reference,
  directory: '0'.repeat(64) as Reference,
  sealedPages: 0,
}

export const BASE = 1_700_000_000_000

export const embedded = (data: Uint8Array, timestamp = 0, id?: string): NewEntry => ({
  timestamp,
  id: (id ?? defaultMessageId(data)) as MessageId,
  content: { kind: 'embedded', data },
})

export const byReference = (length: number, timestamp = 0): NewEntry => ({
  timestamp,
  id: '33'.repeat(32) as MessageId,
  content: { kind: 'reference', reference: '44'.repeat(32) as Reference, length },
})

export const placed = (entries: readonly NewEntry[], firstSeq: number): Entry[] =>
  entries.map((entry, i) => ({ ...entry, seq: firstSeq + i }))

/** A page behind three others; `entries` get their seq here. */
export const page = (entries: readonly NewEntry[], change: Partial<Page> = {}): Page => {
  const firstSeq = change.firstSeq ?? 40
  return {
    log: LOG,
    firstSeq,
    baseTimestamp: BASE,
    salt: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    tail: TAIL,
    roots: undefined,
    ...change,
    entries: placed(entries, firstSeq),
  }
}

export const headPage = (entries: readonly NewEntry[], change: Partial<Page> = {}): Page =>
  page(entries, { roots: ROOTS, ...change })

export const firstPage = (entries: readonly NewEntry[], change: Partial<Page> = {}): Page =>
  page(entries, { firstSeq: 0, baseTimestamp: 0, tail: undefined, ...change })

/** An embedded entry whose pair takes exactly `size` bytes, 135 or more, right behind a page's base timestamp. */
export function pairOf(size: number): NewEntry {
  for (let length = size - 9; length < size; length++) {
    const entry = embedded(new Uint8Array(length).fill(7), BASE)
    if (encodedPairSize(entry, BASE) === size) return entry
  }
  throw new RangeError(`no pair has ${size} bytes`)
}

const anyHash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(bytesToHex)

const anyData = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 300, size: 'max' }) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array(0)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 3840 }), fc.integer({ min: 0, max: 255 }))
      .map(([n, byte]) => new Uint8Array(n).fill(byte)),
  },
)

const anyContent: fc.Arbitrary<{ content: Content; id: MessageId }> = fc
  .oneof(
    { weight: 4, arbitrary: anyData.map(data => ({ data, id: undefined as string | undefined })) },
    { weight: 1, arbitrary: fc.record({ data: anyData, id: anyHash }) },
  )
  .map(({ data, id }) => {
    const entry = embedded(data, 0, id)
    return { content: entry.content, id: entry.id }
  })

const anyReferred: fc.Arbitrary<{ content: Content; id: MessageId }> = fc
  .record({
    reference: anyHash,
    id: anyHash,
    length: fc.oneof(
      fc.constantFrom(0, 1, 127, 128, 2 ** 32 - 1, 2 ** 32),
      fc.integer({ min: 0, max: 2 ** 32 }),
    ),
  })
  .map(({ reference, id, length }) => ({
    content: { kind: 'reference', reference: reference as Reference, length },
    id: id as MessageId,
  }))

/** Timestamps that step, jump far ahead and fall back. */
const anyTime = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1_699_999_000_000, max: 1_700_001_000_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 63, 64, 65, Number.MAX_SAFE_INTEGER) },
  { weight: 1, arbitrary: fc.maxSafeNat() },
)

export const anyEntry: fc.Arbitrary<NewEntry> = fc
  .tuple(fc.oneof({ weight: 3, arbitrary: anyContent }, { weight: 1, arbitrary: anyReferred }), anyTime)
  .map(([rest, timestamp]) => ({ ...rest, timestamp }))
