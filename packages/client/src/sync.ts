import {
  type BlockRef,
  type BlockTag,
  CHUNK_BYTES,
  type ErrorCode,
  isRangeReader,
  type Reference,
} from '@remote-log/core'
import { type Anchor, nextSeqOf } from './anchor.ts'
import { checkCount } from './check-count.ts'
import type { LogContext } from './context.ts'
import { type FeedStatus, feedStatusOf } from './feed/ahead.ts'
import type { Fetched } from './fetched.ts'
import { follow } from './follow.ts'
import { keptPage } from './locate.ts'
import type { Missed } from './missed.ts'
import { PageKeeper } from './page-keeper.ts'
import { checkLink, headAsPage, type ReadPage } from './page-link.ts'
import type { PageRange } from './page-ranges.ts'
import { estimateOf } from './plan/link-estimate.ts'
import { planSync, type SyncPlan } from './plan/plan.ts'
import type { OperationOptions } from './progress.ts'
import { Reader } from './reader.ts'
import type { SealedPages } from './sealed-pages.ts'
import type { Costs } from './tally.ts'

export interface SyncOptions extends OperationOptions {
  /** How deep in the chain the head must stand. Default `latest`. */
  readonly at?: BlockTag | undefined
  /** Bytes of chunks that this call may read. Head page and index come first; pages as far as it reaches. */
  readonly byteBudget?: number | undefined
  /**
   * Told what will be fetched, before it is: after the head was read, and before any page. Waited for. What it throws
   * ends the sync, with nothing more spent.
   */
  readonly onPlan?: ((plan: SyncPlan) => void | Promise<void>) | undefined
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
export interface SyncStatement extends FeedStatus {
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
  const ahead = options.byteBudget === undefined && options.onPlan === undefined
  const { statement, sealed } = await follow(context, reader, { at: options.at, ahead })
  const { anchor } = state
  const entries = anchor ? nextSeqOf(anchor.page) : 0
  const missing = anchor && sealed ? await fetchMissing(context, reader, anchor, sealed, options) : []
  return {
    complete: missing.length === 0,
    entries,
    fresh: entries - before,
    head: anchor?.head,
    block: statement.block,
    missing,
    ...feedStatusOf(context),
    costs: reader.tally.costs(),
  }
}

/**
 * What a sync would fetch: moves the trusted head to the newest one, as `refresh` does, and fetches no page.
 * @throws as {@link sync} for head and index
 */
export async function plan(context: LogContext, options: PlanSyncOptions): Promise<SyncPlan | undefined> {
  checkCount(options.byteBudget, 'byteBudget')
  const reader = new Reader(context.store, options)
  const { sealed } = await follow(context, reader, { at: options.at })
  return sealed && planMissing(context, reader, sealed, options.byteBudget)
}

export type PlanSyncOptions = Omit<SyncOptions, 'onPlan'>

function planMissing(
  { settings, state }: LogContext,
  reader: Reader,
  { walker }: SealedPages,
  byteBudget = Number.POSITIVE_INFINITY,
): SyncPlan {
  return planSync({
    walker,
    missing: state.have.missing(0, walker.pages),
    link: estimateOf(reader.store),
    ranged: settings.ranges && isRangeReader(reader.store),
    spent: reader.tally.costs(),
    byteBudget,
  })
}

async function fetchMissing(
  context: LogContext,
  reader: Reader,
  anchor: Anchor,
  sealed: SealedPages,
  { byteBudget, onPlan }: SyncOptions,
): Promise<Missing[]> {
  const failures = new Failures()
  try {
    const { stretches, pages } = await planned(planMissing(context, reader, sealed, byteBudget), onPlan)
    if (stretches.length > 0) {
      const holes = await sealed.prepare(reader, stretches)
      let done = 0
      const progress = () => reader.progress('pages', ++done, pages)
      for (const stretch of stretches) {
        const fetched = sealed.tryStretch(reader, stretch, holes)
        await keepStretch(context, anchor, stretch, timed(reader, stretch, fetched), failures, progress)
        if (failures.storeIsGone) break
      }
    }
    await rememberEdge(context, anchor, sealed)
    return await listMissing(context, anchor, failures)
  } finally {
    sealed.stop()
  }
}

async function planned(plan: SyncPlan, onPlan: SyncOptions['onPlan']): Promise<SyncPlan> {
  await onPlan?.(plan)
  return plan
}

/** Fewer pages say nothing about throughput. */
const FEWEST_TIMED = 32

/** Passes pages on, and tells the estimate how fast they came. */
async function* timed(
  reader: Reader,
  { from, to }: PageRange,
  pages: AsyncIterable<Fetched>,
): AsyncGenerator<Fetched, void, undefined> {
  let first: number | undefined
  for await (const page of pages) {
    first ??= performance.now()
    yield page
  }
  if (first === undefined || to - from < FEWEST_TIMED) return
  estimateOf(reader.store).transferred((to - from) * CHUNK_BYTES, performance.now() - first)
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

/** Keeps one run of pages, each linked to its neighbours where these are known. */
async function keepStretch(
  context: LogContext,
  anchor: Anchor,
  { from, to }: PageRange,
  fetched: AsyncIterable<Fetched>,
  failures: Failures,
  progress: () => void,
): Promise<void> {
  const keeper = new PageKeeper(context)
  let known = true
  let previous = from === 0 ? undefined : await keptPage(context, from - 1)
  try {
    for await (const page of fetched) {
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
      progress()
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
