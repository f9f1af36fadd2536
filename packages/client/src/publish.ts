import {
  ConflictError,
  type Publication,
  ReadOnlyError,
  type Reference,
  RemoteLogError,
  throwIfAborted,
} from '@remote-log/core'
import { adopt } from './adopt.ts'
import { type Anchor, nextSeqOf } from './anchor.ts'
import type { BuiltHead } from './build-head.ts'
import type { LogContext } from './context.ts'
import { ensureEdges } from './edges.ts'
import { feedStatusOf, type ProvisionalHead } from './feed/ahead.ts'
import { mustAnchor } from './feed/anchor-policy.ts'
import { announce } from './feed/announce.ts'
import { announcedHead, announcedOf } from './feed/announced-head.ts'
import { follow } from './follow.ts'
import type { Attempt } from './journal.ts'
import { type Payment, paidFrom } from './paid.ts'
import type { OperationOptions } from './progress.ts'
import { Reader } from './reader.ts'
import { followOrRestore } from './restore-head.ts'
import type { Costs } from './tally.ts'
import { type UploadedHead, uploadHead } from './upload-head.ts'

/** Heads that other devices may put in between before a publication gives up. */
const MAX_CONFLICTS = 16

export interface PublishOptions extends OperationOptions {
  /**
   * What to do when another device moved the head: `rebase` (default) verifies it, puts the own entries behind it
   * (same ids, new seqs) and tries again; `fail` throws CONFLICT, and the next call builds on the other head.
   */
  readonly onConflict?: 'rebase' | 'fail' | undefined
  /**
   * What to do when a reorganisation took away the block of the trusted head, an earlier state of the log stands, and all
   * entries between are this device's:
   * `restore` (default) sends that head again, so that its entries are in the chain once more; `fail` throws REORG, and so
   * does a publish that keeps to the feed.
   */
  readonly onReorg?: 'restore' | 'fail' | undefined
  /**
   * Where there is a feed: true moves the head on the chain, false keeps to the feed (REFUSED where this device may not
   * write it). Default: as the log's policy says.
   */
  readonly anchor?: boolean | undefined
}

export interface PublishReport {
  /** The head that stands now; undefined where nothing was ever published. */
  readonly head: Reference | undefined
  /** Entries that this call published: anchored, or with a feed announced for the first time. */
  readonly entries: number
  /** Entries in the published log now. */
  readonly published: number
  /** Chunks handed to the store by this call. */
  readonly chunks: number
  /**
   * How the name system recorded it; undefined where nothing was to be published, and where `entries` turned out to be
   * in by an earlier attempt whose answer was lost. Without new entries: of a head that a reorganisation had dropped.
   */
  readonly publication: Publication | undefined
  /** The head that stands in the feed now, ahead of `head`; undefined where none does. */
  readonly provisional: ProvisionalHead | undefined
  /**
   * Why an anchor that was due did not come about: UNAVAILABLE (it may still come), REFUSED (by the registry, for want of
   * ether, by a relayer). The entries stand in the feed, and the next publish tries again.
   */
  readonly anchorTrouble: RemoteLogError | undefined
  /** Times that another device came in between. */
  readonly conflicts: number
  /** What was read on the way. */
  readonly costs: Costs
}

/** Uploads the unsent entries, waits until the network has them, moves the head (docs/spec.md, section 9). */
export async function publish(context: LogContext, options: PublishOptions): Promise<PublishReport> {
  const { id, settings, state } = context
  if (!settings.writable) throw new ReadOnlyError('this log was opened without a signer', { owner: id.owner })
  const reader = new Reader(context.store, options)
  const firstWaiting = state.unsent.first
  let chunks = 0
  for (let conflicts = 0; ; conflicts++) {
    throwIfAborted(options.signal, 'publish')
    const before = state.anchor?.head
    const { statement, restored } =
      options.onReorg === 'fail' || options.anchor === false
        ? { ...(await follow(context, reader)), restored: undefined }
        : await followOrRestore(context, reader)
    if (options.onConflict === 'fail') demandUnmoved(context, before, firstWaiting)
    const entries = state.unsent.next - state.unsent.first
    let fresh = 0
    const report = (publication: Publication | undefined, anchorTrouble?: RemoteLogError): PublishReport => ({
      head: state.anchor?.head,
      entries: state.unsent.first - firstWaiting + fresh,
      published: state.anchor ? nextSeqOf(state.anchor.page) : 0,
      chunks,
      publication,
      provisional: feedStatusOf(context).provisional,
      anchorTrouble,
      conflicts,
      costs: reader.tally.costs(),
    })
    if (entries === 0) return report(restored)
    const toChain = await mustAnchor(context, options.anchor)
    const waiting = announcedOf(context)
    if (!toChain && waiting?.entries === entries) return report(undefined)
    await ensureEdges(context, reader)
    const plan = { entries, linked: settings.linked }
    const uploaded =
      (await announcedHead(context, waiting, plan)) ?? (await uploadHead(context, reader, plan))
    chunks += uploaded.chunks
    // An anchor that is only due may fail or take long: what it is for stands in the feed before.
    const inFeed = !toChain || (await isOnlyDue(context, options.anchor))
    if (inFeed && waiting?.entries !== entries) await announce(context, reader, uploaded, plan.linked)
    if (inFeed) fresh = entries - (waiting?.entries ?? 0)
    if (!toChain) return report(undefined)
    await journalAttempt(
      context,
      { ...plan, next: uploaded.built.anchor.head, salts: uploaded.built.salts },
      uploaded,
    )
    throwIfAborted(options.signal, 'publish')
    let publication: Publication | undefined
    try {
      publication = await moveHead(context, reader, statement.head, uploaded, options.onConflict)
    } catch (error) {
      if (inFeed && isUndone(error)) return report(undefined, error)
      throw error
    }
    fresh = 0
    if (publication !== undefined) return report(publication)
    if (conflicts === MAX_CONFLICTS) {
      throw new ConflictError(`other devices moved the head ${conflicts} times in between`, {
        head: state.anchor?.head,
      })
    }
  }
}

/** Whether the policy alone wants the anchor, of a device that may write the feed. */
async function isOnlyDue({ feed, id, state }: LogContext, wish: boolean | undefined): Promise<boolean> {
  return wish === undefined && feed !== undefined && (await feed.writes(id, state.anchor?.head))
}

function isUndone(error: unknown): error is RemoteLogError {
  return error instanceof RemoteLogError && (error.code === 'UNAVAILABLE' || error.code === 'REFUSED')
}

/** A head that another device put behind the one known here. It is known now: the next call publishes behind it. */
function demandUnmoved({ state }: LogContext, before: Reference | undefined, firstWaiting: number): void {
  const current = state.anchor?.head
  const settled = state.unsent.first !== firstWaiting || state.unsent.first === state.unsent.next
  if (before === undefined || current === before || settled) return
  throw new ConflictError('another device moved the head', { expected: before, current })
}

/** Every head is journaled before it is sent: it may arrive although no answer does. */
async function journalAttempt(
  { local, state }: LogContext,
  attempt: Attempt,
  { built, paidBy }: UploadedHead,
): Promise<void> {
  const journal = state.journal ?? { base: state.anchor?.head, upload: undefined, attempts: [] }
  if (journal.attempts.some(({ next }) => next === attempt.next)) return
  const attempted = { ...journal, attempts: [...journal.attempts, attempt] }
  const paid = paidBy === undefined ? state.paid : paidFrom(state.paid, addedBy(state.anchor, built, paidBy))
  await local.write([local.putJournal(attempted), local.putPaid(paid)], true)
  state.paid = paid
  state.journal = attempted
}

/** What a head adds to the anchored one, and what paid for it. */
function addedBy(anchor: Anchor | undefined, { anchor: next }: BuiltHead, batch: string): Payment {
  const { roots } = next.page
  return {
    pages: [anchor?.page.roots.sealedPages ?? 0, roots.sealedPages],
    entries: [anchor ? nextSeqOf(anchor.page) : 0, nextSeqOf(next.page)],
    batch,
  }
}

/** Sends the head and records the outcome. Undefined: another head stands, which is for `follow` to look at. */
async function moveHead(
  context: LogContext,
  reader: Reader,
  expected: Reference | undefined,
  { built, pages }: UploadedHead,
  onConflict: 'rebase' | 'fail' = 'rebase',
): Promise<Publication | undefined> {
  const { id, names } = context
  const next = built.anchor.head
  reader.progress('publish', 0, 1)
  let publication: Publication
  try {
    publication = await names.publish(id, expected, next, reader.call)
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error
    // The head that stands may be this one: an earlier sending of it arrived unseen.
    if (onConflict === 'fail' && error.details.current !== next) throw error
    return undefined
  }
  await adopt(context, built, publication.block, pages)
  reader.progress('publish', 1, 1)
  return publication
}
