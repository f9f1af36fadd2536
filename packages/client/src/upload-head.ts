import { NotFoundError, throwIfAborted, UnavailableError, type Upload } from '@remote-log/core'
import { type BuiltHead, buildHead, type HeadPlan } from './build-head.ts'
import { BuiltPages } from './built-pages.ts'
import type { LogContext } from './context.ts'
import type { LocalChange } from './local-database.ts'
import { Puts } from './puts.ts'
import type { Reader } from './reader.ts'
import { putStagedChunks, putStagedFiles } from './staged-files.ts'
import { Stretches } from './stretches.ts'

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
  const { local, settings, state } = context
  const resumes = state.journal?.upload
  const upload = await resumeUpload(context, reader)
  const pages = new BuiltPages(local)
  const puts = new Puts(upload, reader)
  const stretches = new Stretches(puts, settings.bulk)
  const putStaged = settings.bulk && puts.takesFiles ? putStagedFiles : putStagedChunks
  try {
    const built = await buildHead(context, plan, {
      room: upload.room,
      turn: async tried => {
        reader.progress('room', tried, upload.room?.maxSalts)
        // A timer, not a promise: the event loop goes around.
        await new Promise(resolve => setTimeout(resolve))
        throwIfAborted(reader.call.signal, 'publish')
      },
      chunk: async (chunk, page) => {
        if (page !== undefined) await pages.add(page, chunk)
        await stretches.add(chunk, page)
      },
      payload: (staging, root) => putStaged(local, puts, { staging, root }),
    })
    await stretches.flush()
    await puts.settled()
    await upload.confirm({
      ...reader.call,
      onProgress: ({ stored, total }) => reader.progress('confirm', stored, total),
    })
    return { built, chunks: puts.count, paidBy: upload.paidBy, pages: pages.rest() }
  } catch (error) {
    if (error instanceof UnavailableError && resumes === upload.id) await giveUp(context, upload)
    throw error
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

/**
 * An upload that was made again and still is not confirmed: a chunk that the node lost stays missing in its tag for
 * ever, so the next run begins another.
 */
async function giveUp({ local, state }: LogContext, upload: Upload): Promise<void> {
  if (state.journal?.upload !== upload.id) return
  const journal = { ...state.journal, upload: undefined }
  await local.write([local.putJournal(journal)], false)
  state.journal = journal
}
