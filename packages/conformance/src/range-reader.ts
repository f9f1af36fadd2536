import {
  CHUNK_BYTES,
  type Chunk,
  type ContentStore,
  type ErrorCode,
  FileSplitter,
  isRangeReader,
  LEAF_RECORD_BYTES,
  type LeafOptions,
  type LeafRange,
  makeChunk,
  type RangeReader,
  type Reference,
  recordAddress,
  recordLeaf,
  recordsIn,
  referenceFromBytes,
} from '@remote-log/core'
import type { ContentStoreSubject } from './content-store.ts'
import { ability, expect, expectBytes, expectCode, expectSame } from './expectation.ts'
import { leafGroupTests } from './leaf-groups.ts'
import { putAndConfirm } from './put-and-confirm.ts'
import { seededBytes, seededReference } from './seeded.ts'
import type { Operation } from './traits.ts'

/** Bytes of a file with two levels of inner chunks, and of one with its root alone; the last leaf is a short one. */
const TWO_LEVELS = 540_000
const ONE_LEVEL = 90_000

/** Where the ten leaves are that a backend lies about. */
const FIRST = 6

/** What a backend that lies sends of leaves, and how many of ten leaves are sound before it shows. */
const LIES: readonly {
  readonly name: string
  readonly lie: (honest: Uint8Array) => Uint8Array
  readonly code: ErrorCode | undefined
  readonly sound: number
}[] = [
  { name: 'a forged leaf', lie: bytes => flipped(bytes, 3 * CHUNK_BYTES + 17), code: 'CORRUPT', sound: 3 },
  { name: 'two leaves in the wrong order', lie: bytes => exchanged(bytes, 5, 6), code: 'CORRUPT', sound: 5 },
  {
    name: 'bytes that are one place off',
    lie: bytes => Uint8Array.of(0, ...bytes),
    code: 'CORRUPT',
    sound: 0,
  },
  { name: 'another stretch', lie: bytes => bytes.subarray(CHUNK_BYTES), code: 'CORRUPT', sound: 0 },
  { name: 'zeros', lie: bytes => new Uint8Array(bytes.length), code: 'CORRUPT', sound: 0 },
  { name: 'a range cut in a leaf', lie: bytes => bytes.subarray(0, 30_000), code: 'UNAVAILABLE', sound: 7 },
  {
    name: 'a range cut between leaves',
    lie: bytes => bytes.subarray(0, 8 * CHUNK_BYTES),
    code: 'UNAVAILABLE',
    sound: 8,
  },
  { name: 'a range cut at once', lie: bytes => bytes.subarray(0, 0), code: 'UNAVAILABLE', sound: 0 },
  {
    name: 'more than was asked for',
    lie: bytes => Uint8Array.of(...bytes, ...bytes),
    code: undefined,
    sound: 10,
  },
]

/** The file that leaves are read of. */
export interface RangedFile {
  readonly root: Reference
  /** In bytes. */
  readonly length: number
  readonly chunks: readonly Chunk[]
  bytesOf(leaf: number): Uint8Array
}

/** The tests of the optional ability {@link RangeReader}. */
export function rangeReaderTests(
  test: (name: string, body: (subject: ContentStoreSubject) => Promise<void>) => void,
  seed: string,
  groups: boolean,
): void {
  const large = fileOf(`${seed} ranged file`, TWO_LEVELS)
  const small = fileOf(`${seed} small file`, ONE_LEVEL)

  if (groups) leafGroupTests(test, { ...large, length: TWO_LEVELS })

  test('leaves of a file are those at their place', async ({ store }) => {
    const reader = rangeReader(store)
    const { root, chunks, full, bytesOf, expected } = large
    await putAndConfirm(store, chunks)
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [24, 98],
      [127, 129],
      [full - 1, full],
      [0, full],
    ] as const) {
      const { leaves, error } = await drain(reader, root, { from, to }, expected)
      if (error) throw error
      expectSame(leaves.length, to - from, `leaves from ${from} to ${to}`)
      for (const [i, bytes] of leaves.entries()) expectBytes(bytes, bytesOf(from + i), `leaf ${from + i}`)
    }
  })

  test('leaves are bytes of their own', async ({ store }) => {
    const { root, chunks, bytesOf, expected } = small
    await putAndConfirm(store, chunks)
    for await (const leaf of rangeReader(store).readLeaves(root, { from: 0, to: 3 }, expected)) leaf.fill(0)
    const { leaves } = await drain(rangeReader(store), root, { from: 0, to: 3 }, expected)
    for (const [i, bytes] of leaves.entries())
      expectBytes(bytes, bytesOf(i), `leaf ${i}, written into before`)
  })

  test('a leaf that is not what is expected is CORRUPT, and names the chunk', async ({ store }) => {
    const { root, chunks, expected } = small
    await putAndConfirm(store, chunks)
    const other = seededReference(`${seed} another leaf`)
    const want = (leaf: number) => (leaf === 12 ? other : expected(leaf))
    const { leaves, error } = await drain(rangeReader(store), root, { from: 10, to: 20 }, want)
    expectSame(leaves.length, 2, 'leaves before it')
    const { details } = await expectCode(Promise.reject(error), 'CORRUPT', 'readLeaves')
    expectSame(details.leaf, 12, 'details.leaf')
    expectSame(details.reference, other, 'details.reference')
    expectSame(details.got, expected(12), 'details.got')
  })

  test('leaves that the file ends before are REFUSED', async ({ store }) => {
    const { root, chunks, full } = small
    await putAndConfirm(store, chunks)
    for (const from of [full - 1, full, full + 1]) {
      const { leaves, error } = await drain(rangeReader(store), root, { from, to: full + 2 }, () => root)
      expectSame(leaves.length, 0, 'leaves')
      const { details } = await expectCode(Promise.reject(error), 'REFUSED', `leaves from ${from} on`)
      expectSame(details.leaf, from, 'details.leaf')
    }
  })

  test('leaves of an absent file are an absence, or can’t be told', async ({ store }) => {
    const absent = seededReference(`${seed} absent file`)
    const { error } = await drain(rangeReader(store), absent, { from: 4, to: 9 }, () => absent)
    const { details } = await expectCode(Promise.reject(error), ['NOT_FOUND', 'UNAVAILABLE'], 'readLeaves')
    expectSame(details.leaf, 4, 'details.leaf')
  })

  test('what is no range of leaves is a RangeError', async ({ store }) => {
    for (const [from, to] of [
      [-1, 1],
      [0.5, 2],
      [3, 3],
      [4, 3],
    ] as const) {
      let thrown: unknown
      try {
        rangeReader(store).readLeaves(small.root, { from, to }, small.expected)
      } catch (error) {
        thrown = error
      }
      expect(thrown instanceof RangeError, `leaves ${from} to ${to} were taken`)
    }
  })

  for (const { name, lie, code, sound } of LIES) {
    test(`${name}: only sound leaves are handed on`, async subject => {
      const { store } = subject
      const { bytes: file, root, chunks, bytesOf, expected } = small
      await putAndConfirm(store, chunks)
      const forge = ability(subject.forgeRanges, 'forgeRanges')
      await forge.call(subject, (from, length) => lie(file.subarray(from, from + length)))
      const { leaves, error } = await drain(
        rangeReader(store),
        root,
        { from: FIRST, to: FIRST + 10 },
        expected,
      )
      for (const [i, bytes] of leaves.entries()) expectBytes(bytes, bytesOf(FIRST + i), `leaf ${FIRST + i}`)
      expectSame(leaves.length, sound, 'leaves')
      if (code === undefined) {
        if (error) throw error
        return
      }
      const { details } = await expectCode(Promise.reject(error), code, name)
      expectSame(details.leaf, FIRST + sound, 'details.leaf')
    })
  }
}

/** A file of this seed and length, and what its leaves are. */
function fileOf(seed: string, length: number) {
  const bytes = seededBytes(seed, length)
  const splitter = new FileSplitter()
  const first = splitter.push(bytes)
  const { root, chunks: last } = splitter.finish()
  const bytesOf = (leaf: number) => bytes.subarray(leaf * CHUNK_BYTES, (leaf + 1) * CHUNK_BYTES)
  return {
    bytes,
    root,
    chunks: [...first, ...last],
    /** How many leaves are full. */
    full: Math.floor(length / CHUNK_BYTES),
    bytesOf,
    expected: (leaf: number) => makeChunk(bytesOf(leaf)).reference,
  }
}

/** The operation for the traits. */
export function readLeavesOperation(one: Chunk): Operation<ContentStoreSubject> {
  return {
    name: 'readLeaves',
    prepare: async ({ store }) => {
      const reader = rangeReader(store)
      await putAndConfirm(store, [one])
      return async options => {
        const { error } = await drain(reader, one.reference, { from: 0, to: 1 }, () => one.reference, options)
        if (error) throw error
      }
    },
  }
}

function rangeReader(store: ContentStore): RangeReader {
  expect(isRangeReader(store), 'the ability "ranges" is declared but the store is no RangeReader')
  return store
}

/** The leaves that came, each behind its address, and the error that ended them. */
async function drain(
  reader: RangeReader,
  root: Reference,
  range: LeafRange,
  expected: (leaf: number) => Reference | undefined,
  options: LeafOptions = {},
): Promise<{ leaves: Uint8Array[]; error?: unknown }> {
  const leaves: Uint8Array[] = []
  try {
    for await (const records of reader.readLeaves(root, range, expected, options)) {
      expect(
        records.length > 0 && records.length % LEAF_RECORD_BYTES === 0,
        `${records.length} bytes of records`,
      )
      for (const record of recordsIn(records)) {
        const leaf = recordLeaf(record)
        expectSame(
          referenceFromBytes(recordAddress(record)),
          makeChunk(leaf).reference,
          'address of a record',
        )
        leaves.push(leaf)
      }
    }
    return { leaves }
  } catch (error) {
    return { leaves, error }
  }
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, i) => (i === at ? byte ^ 0x10 : byte))
}

function exchanged(bytes: Uint8Array, a: number, b: number): Uint8Array {
  const leaf = (i: number) => bytes.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES)
  const copy = bytes.slice()
  copy.set(leaf(b), a * CHUNK_BYTES)
  copy.set(leaf(a), b * CHUNK_BYTES)
  return copy
}
