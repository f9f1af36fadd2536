import type { Chunk, ContentStore } from '@remote-log/core'

/** A whole upload of some chunks. */
export async function putAndConfirm(store: ContentStore, chunks: readonly Chunk[]): Promise<void> {
  const upload = await store.beginUpload()
  await Promise.all(chunks.map(chunk => upload.put(chunk)))
  await upload.confirm()
}
