import type { BlockRef, BlockTag, ErrorCode, Reference } from '@remote-log/core'
import { type Anchor, nextSeqOf } from './anchor.ts'
import { checkCount } from './check-count.ts'
import type { LogContext } from './context.ts'
import { follow } from './follow.ts'
import { keptPage } from './locate.ts'
import type { Missed } from './missed.ts'
import { affordablePages } from './page-budget.ts'
import { PageKeeper } from './page-keeper.ts'
import { checkLink, headAsPage, type ReadPage } from './page-link.ts'
import type { PageRange } from './page-ranges.ts'
import type { OperationOptions } from './progress.ts'
import { Reader } from './reader.ts'
import type { SealedPages } from './sealed-pages.ts'
import type { Costs } from './tally.ts'

export interface SyncOptions extends OperationOptions {
  /** How deep in the chain the head must stand. Default `latest`. */
  readonly at?: BlockTag | undefined
  /** Bytes of chunks that this call may read. Head page and index come first; pages as far as it reaches. */
  readonly byteBudget?: number | undefined
}

/** Entries that this device does not have, and why. */
export interface Missing {
  /** seq of the first of them. */
  readonly from: number
  /** seq behind the last of them. */
  readonly to: number
  readonly reason: ErrorCode
  readonly message: string
}

/**
 * What this device has after a sync: with `complete`, every entry from 0 to before `entries`, as of the head at the
 * block; else all but exactly what `missing` lists. Payloads by reference are fetched and verified when they are read.
 */
export interface SyncStatement {
  readonly complete: boolean
  /** Entries of the published log. */
  readonly entries: number
  /** Published entries that this device did not know of before this call. */
  readonly fresh: number
  readonly head: Reference | undefined
  readonly block: BlockRef
  readonly missing: readonly Missing[]
  readonly costs: Costs
}

/**
 * Reads the head, checks that it extends what is trusted, and fetches the sealed pages that this device lacks. What
 * arrived is kept whatever happens; the next call goes on from there.
 * @throws STALE, REORG, REWRITTEN, ROLLBACK, LOCAL_DAMAGED, ABORTED, INVALID_PAGE, INVALID_ARGUMENT; NOT_FOUND,
 * UNAVAILABLE, CORRUPT for the head page and what proves that it extends the trusted one; UNAVAILABLE for the local
 * disk. Pages that can't be had do not throw: they are listed.
 */
export async function sync(context: LogContext, options: SyncOptions): Promise<SyncStatement> {
  checkCount(options.byteBudget, 'byteBudget')
  const reader = new Reader(context.store, options)
  const { state } = context
  const before = state.anchor ? nextSeqOf(state.anchor.page) : 0
  const ahead = options.byteBudget === undefined
  const { statement, sealed } = await follow(context, reader, { at: options.at, ahead })
  const { anchor } = state
  const entries = anchor ? nextSeqOf(anchor.page) : 0
  const missing =
    anchor && sealed ? await fetchMissing(context, reader, anchor, sealed, options.byteBudget) : []
  return {
    complete: missing.length === 0,
    entries,
    fresh: entries - before,
    head: anchor?.head,
    block: statement.block,
    missing,
    costs: reader.tally.costs(),
  }
}

async function fetchMissing(
  context: LogContext,
  reader: Reader,
  anchor: Anchor,
  sealed: SealedPages,
  byteBudget: number | undefined,
): Promise<Missing[]> {
  const failures = new Failures()
  try {
    for (const { from, to } of context.state.have.missing(0, anchor.page.roots.sealedPages)) {
      const left = (byteBudget ?? Infinity) - reader.tally.costs().bytes
      const end = Math.min(to, from + affordablePages(left, from, anchor.page.roots.sealedPages))
      await fetchGap(context, reader, anchor, sealed, { from, to: end }, failures)
      if (end < to || failures.storeIsGone) break
    }
    await rememberEdge(context, anchor, sealed)
    return await listMissing(context, anchor, failures)
  } finally {
    sealed.stop()
  }
}

/** With the history's right edge at hand, the next catch-up over one page needs no index. */
async function rememberEdge(
  { local, state }: LogContext,
  anchor: Anchor,
  { walker }: SealedPages,
): Promise<void> {
  const history = anchor.history ?? walker.edgeAt(walker.pages)
  if (anchor.history || !history) return
  const known = { ...anchor, history }
  await local.write([local.putAnchor(known)], false)
  state.anchor = known
}

/** Pages in a row without an answer after which it is the store that can't be reached, not the pages. */
const SILENT_PAGES = 64

/** The pages that could not be had in this sync. */
class Failures {
  readonly byPage = new Map<number, Missed>()
  last: Missed | undefined
  #silent = 0

  /** Whether there is no use in asking for more. */
  get storeIsGone(): boolean {
    return this.#silent >= SILENT_PAGES
  }

  add(page: number, missed: Missed): void {
    this.byPage.set(page, missed)
    this.last = missed
    this.#silent = missed.code === 'UNAVAILABLE' ? this.#silent + 1 : 0
  }

  answered(): void {
    this.#silent = 0
  }
}

/** Fetches and keeps one run of pages, each linked to its neighbours where these are known. */
async function fetchGap(
  context: LogContext,
  reader: Reader,
  anchor: Anchor,
  sealed: SealedPages,
  { from, to }: PageRange,
  failures: Failures,
): Promise<void> {
  if (from === to) return
  const keeper = new PageKeeper(context)
  let known = true
  let previous = from === 0 ? undefined : await keptPage(context, from - 1)
  try {
    for await (const page of sealed.tryFetch(reader, { from, to }, { ranges: context.settings.ranges })) {
      if ('missed' in page) {
        failures.add(page.index, page.missed)
        if (failures.storeIsGone) return
      } else {
        failures.answered()
        if (known) checkLink(previous, page)
        await keeper.keep(page)
        previous = page
      }
      known = !('missed' in page)
      reader.progress('pages', page.index + 1 - from, to - from)
    }
    if (known) await linkToNext(context, anchor, previous, to)
  } finally {
    await keeper.flush()
  }
}

/** The last page of a gap must lead to what is known behind it: a kept page, or the head page. */
async function linkToNext(
  context: LogContext,
  anchor: Anchor,
  last: ReadPage | undefined,
  next: number,
): Promise<void> {
  if (next === anchor.page.roots.sealedPages) checkLink(last, headAsPage(anchor))
  else if (context.state.have.has(next)) checkLink(last, await keptPage(context, next))
}

/** What is not kept, in entries: the pages on both sides of a gap are known, so its bounds are exact. */
async function listMissing(
  context: LogContext,
  { page: head }: Anchor,
  failures: Failures,
): Promise<Missing[]> {
  const { sealedPages } = head.roots
  const missing: Missing[] = []
  for (const { from, to } of context.state.have.missing(0, sealedPages)) {
    missing.push({
      from: from === 0 ? 0 : (await keptPage(context, from - 1)).outline.nextSeq,
      to: to === sealedPages ? head.firstSeq : (await keptPage(context, to)).outline.firstSeq,
      ...whyMissing(from, failures),
    })
  }
  return missing
}

function whyMissing(
  page: number,
  { byPage, last, storeIsGone }: Failures,
): Pick<Missing, 'reason' | 'message'> {
  const own = byPage.get(page)
  if (own) return { reason: own.code, message: own.message }
  if (last && storeIsGone)
    return { reason: last.code, message: 'not asked for: the store did not answer before' }
  return { reason: 'BUDGET_EXCEEDED', message: 'not covered by the byte budget' }
}
