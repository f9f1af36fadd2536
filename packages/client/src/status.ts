import { type BlockRef, type LogId, pageTime, type Reference } from '@remote-log/core'
import { nextSeqOf } from './anchor.ts'
import type { LogContext } from './context.ts'
import { type FeedStatus, feedStatusOf } from './feed/ahead.ts'
import type { Paid } from './paid.ts'

/** What this device knows, without asking anybody. */
export interface LogStatus extends FeedStatus {
  readonly id: LogId
  readonly writable: boolean
  /** The head that is trusted, and the newest block at which it was stated; undefined before the first read. */
  readonly head: Reference | undefined
  readonly block: BlockRef | undefined
  /** Set while the head came with a bundle and the chain has not stated it: it may never do so. */
  readonly offChain?: true
  /** Entries below that head. */
  readonly published: number
  /** Running maximum of their timestamps, Unix ms; undefined before the first read. */
  readonly newest: number | undefined
  /** Entries that are only on this device: lost if it is lost. */
  readonly unsent: number
  /** Whether a publication was begun and its end is not known. */
  readonly publishing: boolean
  readonly sealedPages: number
  /** Of these, kept on this device. */
  readonly keptPages: number
  /** Which postage batches pay for what this device uploaded: when they run out, that part is gone. */
  readonly paid: Paid
}

export function statusOf(context: LogContext): LogStatus {
  const { id, settings, state } = context
  const { anchor, have, journal, paid, unsent } = state
  return {
    id,
    writable: settings.writable,
    head: anchor?.head,
    block: anchor?.block,
    published: anchor ? nextSeqOf(anchor.page) : 0,
    newest: anchor && pageTime(anchor.page),
    unsent: unsent.next - unsent.first,
    publishing: journal !== undefined,
    ...feedStatusOf(context),
    ...(anchor?.offChain && { offChain: true as const }),
    sealedPages: anchor?.page.roots.sealedPages ?? 0,
    keptPages: have.ranges.reduce((sum, { from, to }) => sum + to - from, 0),
    paid,
  }
}
