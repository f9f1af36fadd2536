import {
  type Chunk,
  type ContentStore,
  chunkSpan,
  FileSplitter,
  type FileUpload,
  isFileUpload,
  makeChunk,
  type Upload,
  type UploadProgress,
} from '@remote-log/core'
import type { ContentStoreSubject } from './content-store.ts'
import { expect, expectBytes, expectCode, expectSame } from './expectation.ts'
import { seededBytes } from './seeded.ts'
import type { Operation } from './traits.ts'

/** A file of two levels, as `putFile` takes it. */
interface TwoLevelFile {
  readonly leaves: readonly Chunk[]
  readonly root: Chunk
}

/** The tests of the optional ability {@link FileUpload}: whatever way a file takes, its chunks are all there. */
export function fileUploadTests(
  test: (name: string, body: (subject: ContentStoreSubject) => Promise<void>) => void,
  seed: string,
): void {
  const file = (about: string, length: number) => twoLevelFile(seededBytes(`${seed} ${about}`, length))

  test('a file is there chunk by chunk, whole or with a short last leaf', async ({ store }) => {
    for (const length of [4097, 8192, 40_000, 128 * 4096 - 1, 128 * 4096]) {
      const { leaves, root } = file('whole file', length)
      const upload = await beginFileUpload(store)
      await upload.putFile(leaves, root)
      await upload.confirm()
      for (const { reference, bytes } of [...leaves, root]) {
        expectBytes(await store.get(reference), bytes, `chunk of a file of ${length} bytes`)
      }
    }
  })

  test('files and chunks are counted together in confirm', async ({ store }) => {
    const { leaves, root } = file('counted file', 5 * 4096)
    const upload = await beginFileUpload(store)
    await upload.putFile(leaves, root)
    await upload.put(makeChunk(seededBytes(`${seed} beside the file`, 100)))
    const reports: UploadProgress[] = []
    await upload.confirm({ onProgress: report => reports.push(report) })
    expectSame(reports.at(-1)?.put, 7, 'chunks put')
    expectSame(reports.at(-1)?.stored, 7, 'chunks stored')
  })

  test('a file whose chunks came before, came twice or are alike is confirmed', async ({ store }) => {
    const { leaves, root } = file('file again', 6 * 4096)
    const alike = twoLevelFile(new Uint8Array(4 * 4096))
    const upload = await beginFileUpload(store)
    for (const leaf of leaves.slice(0, 3)) await upload.put(leaf)
    await upload.putFile(leaves, root)
    await Promise.all([upload.putFile(leaves, root), upload.put(root)])
    await upload.putFile(alike.leaves, alike.root)
    const resumed = await store.beginUpload({ resume: upload.id })
    expect(isFileUpload(resumed), 'a resumed upload has the ability as well')
    await resumed.putFile(leaves, root)
    await resumed.putFile(alike.leaves, alike.root)
    await resumed.confirm()
    for (const { reference, bytes } of [...leaves, root, alike.root])
      expectBytes(await store.get(reference), bytes, 'chunk of the file')
  })

  test('a file whose root is another is CORRUPT', async ({ store }) => {
    const [one, other] = [file('one file', 3 * 4096), file('other file', 3 * 4096)]
    const upload = await beginFileUpload(store)
    await expectCode(upload.putFile(one.leaves, other.root), 'CORRUPT', 'putFile')
  })
}

/** The operation for the traits. */
export function putFileOperation(seed: string): Operation<ContentStoreSubject> {
  const { leaves, root } = twoLevelFile(seededBytes(`${seed} trait file`, 3 * 4096))
  return {
    name: 'putFile',
    prepare: async ({ store }) => {
      const upload = await beginFileUpload(store)
      return options => upload.putFile(leaves, root, options)
    },
  }
}

function twoLevelFile(bytes: Uint8Array): TwoLevelFile {
  const splitter = new FileSplitter()
  const chunks = [...splitter.push(bytes), ...splitter.finish().chunks]
  const leaves = chunks.filter(({ bytes }) => chunkSpan(bytes) <= 4096)
  expectSame(chunks.length, leaves.length + 1, 'chunks of a file of two levels')
  return { leaves, root: chunks.find(({ bytes }) => chunkSpan(bytes) > 4096)! }
}

async function beginFileUpload(store: ContentStore): Promise<Upload & FileUpload> {
  const upload = await store.beginUpload()
  expect(isFileUpload(upload), 'the ability "files" is declared but an upload is no FileUpload')
  return upload
}
