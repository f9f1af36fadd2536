import type { Chunk } from '@remote-log/core'
import type { ContentStoreSubject, ContentStoreSupport } from './content-store.ts'
import { putFileOperation } from './file-upload.ts'
import { putAndConfirm } from './put-and-confirm.ts'
import { readLeavesOperation } from './range-reader.ts'
import type { Operation } from './traits.ts'

/** Each operation of a ContentStore and of its uploads, for the traits. */
export function contentStoreOperations(
  chunk: (about: string) => Chunk,
  { ranges, files }: ContentStoreSupport,
  seed: string,
): readonly Operation<ContentStoreSubject>[] {
  const one = chunk('trait')
  const operations: Operation<ContentStoreSubject>[] = [
    {
      name: 'get',
      prepare: async ({ store }) => {
        await putAndConfirm(store, [one])
        return options => store.get(one.reference, options)
      },
    },
    {
      name: 'beginUpload',
      prepare:
        async ({ store }) =>
        options =>
          store.beginUpload(options),
    },
    {
      name: 'beginUpload to resume',
      prepare: async ({ store }) => {
        const { id } = await store.beginUpload()
        return options => store.beginUpload({ ...options, resume: id })
      },
    },
    {
      name: 'put',
      prepare: async ({ store }) => {
        const upload = await store.beginUpload()
        return options => upload.put(one, options)
      },
    },
    {
      name: 'confirm',
      prepare: async ({ store }) => {
        const upload = await store.beginUpload()
        await upload.put(one)
        return options => upload.confirm(options)
      },
    },
  ]
  if (ranges) operations.push(readLeavesOperation(one))
  if (files) operations.push(putFileOperation(seed))
  return operations
}
