import { LocalDamagedError, NotFoundError, type Upload } from '@remote-log/core'
import { type BuiltHead, buildHead, type HeadPlan } from './build-head.ts'
import { BuiltPages } from './built-pages.ts'
import type { LogContext } from './context.ts'
import type { LocalChange } from './local-database.ts'
import { Puts } from './puts.ts'
import type { Reader } from './reader.ts'

/** A head whose chunks the network has. */
export interface UploadedHead {
  readonly built: BuiltHead
  readonly chunks: number
  /** What pays for them. */
  readonly paidBy: string | undefined
  /** Pages not yet written to the local database, for the write that records the outcome. */
  readonly pages: LocalChange[]
}

/**
 * Builds the head, uploads all of its chunks and waits until the network has them. The upload is journaled before the
 * first chunk, so that a run after a crash goes on under the same one.
 * @throws REFUSED, UNAVAILABLE, CORRUPT, ABORTED, LOCAL_DAMAGED
 */
export async function uploadHead(context: LogContext, reader: Reader, plan: HeadPlan): Promise<UploadedHead> {
  const { local } = context
  const upload = await resumeUpload(context, reader)
  const pages = new BuiltPages(local)
  const puts = new Puts(upload, reader)
  try {
    const built = await buildHead(context, plan, {
      chunk: async (chunk, page) => {
        if (page !== undefined) await pages.add(page, chunk)
        await puts.add(chunk)
      },
      payload: async staging => {
        let chunks = 0
        for await (const chunk of local.staged(staging)) {
          await puts.add(chunk)
          chunks++
        }
        if (chunks > 0) return
        throw new LocalDamagedError('the payload of an unsent entry is missing on this device', {
          record: `staged/${staging}`,
        })
      },
    })
    await puts.settled()
    await upload.confirm({
      ...reader.call,
      onProgress: ({ stored, total }) => reader.progress('confirm', stored, total),
    })
    return { built, chunks: puts.count, paidBy: upload.paidBy, pages: pages.rest() }
  } finally {
    await puts.stop()
  }
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
  const begun = { ...journal, upload: upload.id }
  await local.write([local.putJournal(begun)], true)
  state.journal = begun
  return upload
}
