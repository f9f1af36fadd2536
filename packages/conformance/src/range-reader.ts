import {
  type Chunk,
  type ContentStore,
  FileSplitter,
  isRangeReader,
  type RangeReader,
} from '@remote-log/core'
import type { ContentStoreSubject } from './content-store.ts'
import { expect, expectBytes, expectCode } from './expectation.ts'
import { putAndConfirm } from './put-and-confirm.ts'
import { seededBytes, seededReference } from './seeded.ts'
import type { Operation } from './traits.ts'

/** Bytes of the file that ranges are read of: two levels of inner chunks, the last leaf a short one. */
const FILE_BYTES = 540_000

/** The tests of the optional ability {@link RangeReader}: the ranges that an honest backend serves, and its absences. */
export function rangeReaderTests(
  test: (name: string, body: (subject: ContentStoreSubject) => Promise<void>) => void,
  seed: string,
): void {
  const file = seededBytes(`${seed} ranged file`, FILE_BYTES)
  const splitter = new FileSplitter()
  const chunks = [...splitter.push(file)]
  const { root, chunks: last } = splitter.finish()

  test('ranges of a file are the bytes at their place', async ({ store }) => {
    const reader = rangeReader(store)
    await putAndConfirm(store, [...chunks, ...last])
    const ranges = [
      [0, 1],
      [4095, 2],
      [100_001, 300_000],
      [524_288, 15_712],
      [0, FILE_BYTES],
    ] as const
    for (const [from, length] of ranges) {
      const bytes = await collect(reader.readRangeUnverified(root, from, length))
      expectBytes(bytes, file.subarray(from, from + length), `${length} bytes from ${from} on`)
    }
  })

  test('a range that the file ends before is REFUSED', async ({ store }) => {
    const reader = rangeReader(store)
    await putAndConfirm(store, [...chunks, ...last])
    for (const from of [FILE_BYTES - 1, FILE_BYTES]) {
      const tooFar = collect(reader.readRangeUnverified(root, from, 2))
      await expectCode(tooFar, 'REFUSED', `2 bytes from ${from} on`)
    }
  })

  test('a range of an absent file is an absence, or can’t be told', async ({ store }) => {
    const absent = collect(
      rangeReader(store).readRangeUnverified(seededReference(`${seed} absent file`), 0, 100),
    )
    await expectCode(absent, ['NOT_FOUND', 'UNAVAILABLE'], 'range')
  })
}

/** The operation for the traits. */
export function readRangeOperation(one: Chunk): Operation<ContentStoreSubject> {
  return {
    name: 'readRangeUnverified',
    prepare: async ({ store }) => {
      const reader = rangeReader(store)
      await putAndConfirm(store, [one])
      return options => collect(reader.readRangeUnverified(one.reference, 0, 10, options))
    },
  }
}

function rangeReader(store: ContentStore): RangeReader {
  expect(isRangeReader(store), 'the ability "ranges" is declared but the store is no RangeReader')
  return store
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: number[] = []
  for await (const piece of pieces) for (const byte of piece) all.push(byte)
  return Uint8Array.from(all)
}
