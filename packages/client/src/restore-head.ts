import { ConflictError, type Publication, type Reference, RemoteLogError, ReorgError } from '@remote-log/core'
import { decodeHead, nextSeqOf } from './anchor.ts'
import type { LogContext } from './context.ts'
import { type Followed, follow } from './follow.ts'
import type { Reader } from './reader.ts'

/** Where the log stands, and the head that was brought back to the chain on the way. */
export interface FollowedOrRestored extends Followed {
  readonly restored: Publication | undefined
}

/**
 * As `follow`, for a device that may move the head. Where a reorganisation took away the block of the trusted head, what
 * stands is an earlier state of it, and all entries between are of this device, that head is sent again: its chunks are in
 * the network, it extends what stands, and without it its entries would be on devices alone. Entries of other devices are
 * theirs to bring back: two might do so. What another branch put in its place stays, as REORG.
 * @throws as `follow`; REFUSED, UNAVAILABLE … of the registry
 */
export async function followOrRestore(context: LogContext, reader: Reader): Promise<FollowedOrRestored> {
  try {
    return { ...(await follow(context, reader)), restored: undefined }
  } catch (error) {
    if (!(error instanceof ReorgError) || !(await isOwn(context, reader, error))) throw error
    const restored = await sendAgain(context, reader, error)
    return { ...(await follow(context, reader)), restored }
  }
}

/** Whether what was dropped is, from what stands now up to the trusted head, all of this device. */
async function isOwn(
  { log, state }: LogContext,
  reader: Reader,
  { cause, details }: ReorgError,
): Promise<boolean> {
  const { ownFrom } = state.anchor ?? {}
  if (ownFrom === undefined) return false
  const stands = details.head as Reference | undefined
  if (stands === undefined) return ownFrom === 0
  if (!(cause instanceof RemoteLogError && cause.code === 'ROLLBACK')) return false
  return nextSeqOf(decodeHead(await reader.page(stands), log, stands)) >= ownFrom
}

async function sendAgain(
  { id, names, local, state }: LogContext,
  reader: Reader,
  { details }: ReorgError,
): Promise<Publication | undefined> {
  const trusted = state.anchor!
  reader.progress('publish', 0, 1)
  try {
    const stands = details.head as Reference | undefined
    const publication = await names.publish(id, stands, trusted.head, reader.call)
    const anchor = { ...trusted, block: publication.block }
    await local.write([local.putAnchor(anchor)], true)
    state.anchor = anchor
    reader.progress('publish', 1, 1)
    return publication
  } catch (error) {
    // Another head came meanwhile, or the transaction that was dropped: `follow` finds out which.
    if (error instanceof ConflictError) return undefined
    throw error
  }
}
