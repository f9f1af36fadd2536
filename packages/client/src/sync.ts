import {
  type BlockRef,
  type BlockTag,
  CHUNK_BYTES,
  type ErrorCode,
  type HeadStatement,
  isRangeReader,
  type Reference,
  SPAN_BYTES,
} from '@remote-log/core'
import { type Anchor, nextSeqOf } from './anchor.ts'
import { checkCount } from './check-count.ts'
import type { LogContext } from './context.ts'
import { type FeedStatus, feedStatusOf } from './feed/ahead.ts'
import type { Fetched } from './fetched.ts'
import { follow } from './follow.ts'
import { Failures, keepStretch } from './keep-stretch.ts'
import { keptPage } from './locate.ts'
import type { PageRange } from './page-ranges.ts'
import { estimateOf } from './plan/link-estimate.ts'
import { planSync, type SyncPlan } from './plan/plan.ts'
import { type PlannedStretch, planStretch } from './plan/stretch.ts'
import type { OperationOptions } from './progress.ts'
import { Reader } from './reader.ts'
import { provesGroups, type SealedPages } from './sealed-pages.ts'
import { SyncWindow } from './sync-window.ts'
import type { Costs } from './tally.ts'

export interface SyncOptions extends OperationOptions {
  /** How deep in the chain the head must stand. Default `latest`. */
  readonly at?: BlockTag | undefined
  /** What the name system stated of this log a moment ago, e.g. when it was asked for many: it is not asked again. */
  readonly stated?: HeadStatement | undefined
  /** Bytes of chunks that this call may read. Head page and index come first; pages as far as it reaches. */
  readonly byteBudget?: number | undefined
  /**
   * Milliseconds that this call may take. It ends before they do, with what it has by then; pages are asked for as fast
   * as they turn out to come, so that few or none are on their way in vain.
   */
  readonly timeBudgetMs?: number | undefined
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
  /** Set where the head came with a bundle and the chain, at the block, has not got there yet. */
  readonly offChain?: true
  readonly missing: readonly Missing[]
  readonly costs: Costs
}

/**
 * Reads the head, checks that it extends what is trusted, and fetches the sealed pages that this device lacks, newest
 * first. What arrived is kept whatever happens; the next call goes on from there.
 * @throws STALE, REORG, REWRITTEN, ROLLBACK, LOCAL_DAMAGED, ABORTED, INVALID_PAGE, INVALID_ARGUMENT; NOT_FOUND,
 * UNAVAILABLE, CORRUPT for the head page and what proves that it extends the trusted one; UNAVAILABLE for the local
 * disk; BUDGET_EXCEEDED where the time was too short for the head. Pages that can't be had do not throw: they are listed.
 */
export async function sync(context: LogContext, options: SyncOptions): Promise<SyncStatement> {
  checkCount(options.byteBudget, 'byteBudget')
  checkCount(options.timeBudgetMs, 'timeBudgetMs')
  const window = new SyncWindow(context.settings.clock, options)
  try {
    return await syncWithin(context, options, window)
  } catch (error) {
    throw window.asThrown(error)
  } finally {
    window.close()
  }
}

async function syncWithin(
  context: LogContext,
  options: SyncOptions,
  window: SyncWindow,
): Promise<SyncStatement> {
  const reader = new Reader(context.store, { ...options, signal: window.signal })
  const { state } = context
  const before = state.anchor ? nextSeqOf(state.anchor.page) : 0
  const ahead = options.byteBudget === undefined && options.onPlan === undefined && !window.limited
  const { statement, sealed } = await follow(context, reader, {
    at: options.at,
    stated: options.stated,
    ahead,
  })
  const { anchor } = state
  const entries = anchor ? nextSeqOf(anchor.page) : 0
  const missing = anchor && sealed ? await fetchMissing(context, reader, anchor, sealed, options, window) : []
  return {
    complete: missing.length === 0,
    entries,
    fresh: entries - before,
    head: anchor?.head,
    block: statement.block,
    missing,
    ...feedStatusOf(context),
    ...(anchor?.offChain && { offChain: true as const }),
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
  const { sealed } = await follow(context, reader, { at: options.at, stated: options.stated })
  return sealed && planMissing(context, reader, sealed, options.byteBudget)
}

export type PlanSyncOptions = Omit<SyncOptions, 'onPlan' | 'timeBudgetMs'>

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
    provesGroups: provesGroups(reader.store),
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
  window: SyncWindow,
): Promise<Missing[]> {
  const failures = new Failures()
  try {
    const plan = await planned(planMissing(context, reader, sealed, byteBudget), onPlan)
    if (byteBudget !== undefined)
      reader.tally.limitSpare(byteBudget - plan.spent.bytes - plan.bytes - SPAN_BYTES * plan.pages)
    let done = 0
    const progress = () => reader.progress('pages', ++done, plan.pages)
    const keeping = { failures, buffers: reader.buffers, progress }
    for (const stretches of steps(context, reader, plan.stretches, window)) {
      const holes = await sealed.prepare(reader, stretches)
      for (const stretch of stretches) {
        const fetched = timed(reader, stretch, sealed.tryStretch(reader, stretch, holes, true))
        await keepStretch(context, anchor, stretch, fetched, keeping)
        if (failures.storeIsGone) break
      }
      if (failures.storeIsGone) break
    }
  } catch (error) {
    if (!window.ended(error)) throw error
  } finally {
    sealed.stop()
  }
  await rememberEdge(context, anchor, sealed)
  return await listMissing(context, anchor, failures, window)
}

/** What is fetched with one descent of the index: all at once, or, where time is limited, slice by slice. */
function* steps(
  { settings }: LogContext,
  { store, tally }: Reader,
  stretches: readonly PlannedStretch[],
  window: SyncWindow,
): Generator<readonly PlannedStretch[], void, undefined> {
  if (stretches.length === 0) return
  if (!window.limited) return yield stretches
  const ranged = settings.ranges && isRangeReader(store)
  for (const slice of window.slices(stretches, tally.rounds))
    yield [planStretch(slice, estimateOf(store), ranged)]
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
  fetched: AsyncIterable<readonly Fetched[]>,
): AsyncGenerator<readonly Fetched[], void, undefined> {
  let first: number | undefined
  for await (const pages of fetched) {
    first ??= performance.now()
    yield pages
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

/** What is not kept, in entries: the pages on both sides of a gap are known, so its bounds are exact. */
async function listMissing(
  context: LogContext,
  { page: head }: Anchor,
  failures: Failures,
  window: SyncWindow,
): Promise<Missing[]> {
  const { sealedPages } = head.roots
  const missing: Missing[] = []
  for (const { from, to } of context.state.have.missing(0, sealedPages)) {
    missing.push({
      from: from === 0 ? 0 : (await keptPage(context, from - 1)).outline.nextSeq,
      to: to === sealedPages ? head.firstSeq : (await keptPage(context, to)).outline.firstSeq,
      ...whyMissing(from, failures, window),
    })
  }
  return missing
}

function whyMissing(
  page: number,
  { byPage, last, storeIsGone }: Failures,
  window: SyncWindow,
): Pick<Missing, 'reason' | 'message'> {
  const own = byPage.get(page)
  if (own) return { reason: own.code, message: own.message }
  if (last && storeIsGone)
    return { reason: last.code, message: 'not asked for: the store did not answer before' }
  const budget = window.limited ? 'time budget, or the byte budget' : 'byte budget'
  return { reason: 'BUDGET_EXCEEDED', message: `not covered by the ${budget}` }
}
