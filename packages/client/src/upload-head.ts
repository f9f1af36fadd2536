import {
  CHUNK_BYTES,
  NotFoundError,
  RefusedError,
  throwIfAborted,
  UnavailableError,
  type Upload,
} from '@remote-log/core'
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
  const upload = await resumeUpload(context, reader, plan.entries)
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

/**
 * Refuses what certainly finds no room before any of it is sent: each 4,096 bytes of entries are a chunk of their own at
 * least. @throws REFUSED
 */
async function demandRoom({ local, state }: LogContext, upload: Upload, entries: number): Promise<void> {
  // An entry fills a page at the most, so that few entries need not be looked at.
  if (upload.free === undefined || entries <= upload.free) return
  const { first } = state.unsent
  let bytes = 0
  for await (const { entry } of local.unsent(first, first + entries)) {
    if (entry.content.kind === 'embedded') bytes += entry.content.data.length
  }
  const chunks = Math.ceil(bytes / CHUNK_BYTES)
  if (chunks <= upload.free) return
  const what = `${entries} entries make ${chunks} chunks or more, and postage batch ${upload.paidBy} has room for ${upload.free} at the most`
  const details = { reason: 'batch-too-small', chunks, free: upload.free, batch: upload.paidBy }
  throw new RefusedError(`${what}: dilute it, or buy a larger one with remote-log postage`, details)
}

/** Takes up the journaled upload, or begins one and journals it. */
async function resumeUpload(context: LogContext, reader: Reader, entries: number): Promise<Upload> {
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
  // Chunks of a publication that was begun before may have their room already.
  if (state.journal === undefined) await demandRoom(context, upload, entries)
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
