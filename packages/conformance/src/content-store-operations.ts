import type { Chunk, ContentStore } from '@remote-log/core'
import type { ContentStoreSubject } from './content-store.ts'
import type { Operation } from './traits.ts'

/** Each operation of a ContentStore and of its uploads, for the traits. */
export function contentStoreOperations(
  chunk: (about: string) => Chunk,
): readonly Operation<ContentStoreSubject>[] {
  const one = chunk('trait')
  return [
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
}

/** A whole upload of some chunks. */
export async function putAndConfirm(store: ContentStore, chunks: readonly Chunk[]): Promise<void> {
  const upload = await store.beginUpload()
  await Promise.all(chunks.map(chunk => upload.put(chunk)))
  await upload.confirm()
}
