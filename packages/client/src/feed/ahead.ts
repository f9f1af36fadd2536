import {
  type BlockRef,
  type FeedUpdate,
  type HeadStatement,
  pagePayload,
  type Reference,
  RemoteLogError,
} from '@remote-log/core'
import { advance } from '../advance.ts'
import { type Anchor, nextSeqOf } from '../anchor.ts'
import type { LogContext } from '../context.ts'
import type { Reader } from '../reader.ts'

/** A head that the owner signed in the feed, found to extend the trusted one. Shown, never built upon, never kept. */
export interface Ahead {
  readonly base: Reference | undefined
  readonly index: number
  /** Its block is the one at which `base` was stated. */
  readonly anchor: Anchor
}

/** A head ahead of the chain, for whoever asks. */
export interface ProvisionalHead {
  readonly head: Reference
  /** Entries of the log below it, those below the trusted head included. */
  readonly entries: number
  /** Its place in the feed on the trusted head. */
  readonly index: number
}

/** What this device knows of the feed. */
export interface FeedStatus {
  /** The newest head that the feed says to come behind the trusted one; undefined where there is none. */
  readonly provisional: ProvisionalHead | undefined
  /**
   * Why there may be more: CORRUPT (a node forged an update), REWRITTEN (what the owner signed contradicts itself or the
   * chain), INVALID_PAGE, UNAVAILABLE, NOT_FOUND. Never a reason not to trust the chain.
   */
  readonly feedTrouble: RemoteLogError | undefined
}

export function feedStatusOf({ state }: LogContext): FeedStatus {
  const { ahead, announced, anchor, feedTrouble } = state
  if (ahead) {
    const { head, page } = ahead.anchor
    return { provisional: { head, entries: nextSeqOf(page), index: ahead.index }, feedTrouble }
  }
  if (announced?.base !== anchor?.head || !announced) return { provisional: undefined, feedTrouble }
  const { head, index } = announced
  const entries = (anchor ? nextSeqOf(anchor.page) : 0) + announced.entries
  return { provisional: { head, entries, index }, feedTrouble }
}

/**
 * Looks whether what the feed says extends what the chain says, and holds it for showing; to be called when the anchor
 * stands where the chain does. Nothing that is wrong here is an error of what was asked. @throws ABORTED
 */
export async function lookAhead(
  context: LogContext,
  reader: Reader,
  { ahead: finding, block }: HeadStatement,
): Promise<void> {
  const { state } = context
  const base = state.anchor?.head
  if (state.ahead?.base !== base) state.ahead = undefined
  state.feedTrouble = finding?.trouble
  const update = finding?.update
  if (!update || update.base !== base) return
  if (update.chunk.reference === base) {
    state.ahead = undefined
    return
  }
  if (state.ahead?.anchor.head === update.chunk.reference) return
  try {
    state.ahead = { base, index: update.index, anchor: await extended(context, reader, update, block) }
  } catch (error) {
    if (!(error instanceof RemoteLogError) || error.code === 'ABORTED') throw error
    state.feedTrouble = error
    // What can't be had may be had later; what contradicts takes back what was shown.
    if (error.code !== 'UNAVAILABLE' && error.code !== 'NOT_FOUND') state.ahead = undefined
  }
}

async function extended(
  { log, state }: LogContext,
  reader: Reader,
  { chunk }: FeedUpdate,
  block: BlockRef,
): Promise<Anchor> {
  const { reference } = chunk
  const known = pagePayload(chunk.bytes, reference)
  reader.tally.chunk(chunk.bytes.length)
  const { anchor } = await advance(reader, log, state.anchor, reference, block, { known })
  return anchor
}
