import { type Chunk, NotFoundError, type Upload } from '@remote-log/core'
import { type BuiltHead, buildHead } from './build-head.ts'
import type { LogContext } from './context.ts'
import { KeptPages } from './kept-pages.ts'
import type { LocalChange } from './local-database.ts'
import type { Reader } from './reader.ts'

/** Chunks handed to the store ahead of its answers; the store bounds what is really in flight. */
const PUTS_AHEAD = 512

/** A head whose chunks the network has. */
export interface UploadedHead {
  readonly built: BuiltHead
  readonly chunks: number
  /** Pages not yet written to the local database, for the write that records the outcome. */
  readonly pages: LocalChange[]
}

/**
 * Builds the head over the first `entries` unsent entries, uploads all of its chunks and waits until the network has
 * them. The upload is journaled before the first chunk, so that a run after a crash goes on under the same one.
 * @throws REFUSED, UNAVAILABLE, CORRUPT, ABORTED
 */
export async function uploadHead(
  context: LogContext,
  reader: Reader,
  entries: number,
): Promise<UploadedHead> {
  const upload = await resumeUpload(context, reader)
  const pages = new KeptPages(context.local)
  const puts = new Puts(upload, reader)
  const built = await buildHead(context, entries, async (chunk, page) => {
    if (page !== undefined) await pages.keepChunk(page, chunk)
    await puts.add(chunk)
  })
  await puts.settled()
  await upload.confirm({
    ...reader.call,
    onProgress: ({ stored, total }) => reader.progress('confirm', stored, total),
  })
  return { built, chunks: puts.count, pages: pages.rest() }
}

/** Takes up the journaled upload, or begins one and journals it. */
async function resumeUpload(context: LogContext, reader: Reader): Promise<Upload> {
  const { store, local, state } = context
  const journal = state.journal ?? { base: state.anchor?.head, upload: undefined, attempts: [] }
  if (journal.upload !== undefined) {
    try {
      return await store.beginUpload({ ...reader.call, resume: journal.upload })
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error
    }
  }
  const upload = await store.beginUpload(reader.call)
  state.journal = { ...journal, upload: upload.id }
  await local.write([local.putJournal(state.journal)], true)
  return upload
}

/** Chunks on their way up: bounded, and the first failure stops the rest. */
class Puts {
  count = 0
  readonly #upload: Upload
  readonly #reader: Reader
  readonly #pending = new Set<Promise<void>>()
  #done = 0
  #failure: { readonly error: unknown } | undefined

  constructor(upload: Upload, reader: Reader) {
    this.#upload = upload
    this.#reader = reader
  }

  async add(chunk: Chunk): Promise<void> {
    while (this.#pending.size >= PUTS_AHEAD) await Promise.race(this.#pending)
    if (this.#failure) throw this.#failure.error
    this.count++
    const put: Promise<void> = this.#upload.put(chunk, this.#reader.call).then(
      () => {
        this.#pending.delete(put)
        this.#reader.progress('upload', ++this.#done)
      },
      error => {
        this.#pending.delete(put)
        this.#failure ??= { error }
      },
    )
    this.#pending.add(put)
  }

  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.race(this.#pending)
    if (this.#failure) throw this.#failure.error
  }
}
