import {
  type BlockRef,
  type BlockTag,
  CHUNK_BYTES,
  type ErrorCode,
  type Reference,
  RemoteLogError,
} from '@remote-log/core'
import { type Anchor, nextSeqOf } from './anchor.ts'
import type { LogContext } from './context.ts'
import { follow } from './follow.ts'
import { KeptPages } from './kept-pages.ts'
import { keptPage } from './locate.ts'
import { checkLink, type ReadPage } from './page-link.ts'
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
  /** seq of the first and of the last but one: [from, to). */
  readonly from: number
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
  /** Entries that this device did not know before this call. */
  readonly fresh: number
  readonly head: Reference | undefined
  readonly block: BlockRef
  readonly missing: readonly Missing[]
  readonly costs: Costs
}

/**
 * Reads the head, checks that it extends what is trusted, and fetches the sealed pages that this device lacks. What
 * arrived is kept whatever happens; the next call goes on from there.
 * @throws STALE, REORG, REWRITTEN, ROLLBACK, ABORTED; NOT_FOUND, UNAVAILABLE, CORRUPT, INVALID_PAGE for the head
 * page and the index. Pages that can't be had do not throw: they are listed.
 */
export async function sync(context: LogContext, options: SyncOptions): Promise<SyncStatement> {
  const reader = new Reader(context.store, options)
  const before = context.state.anchor ? nextSeqOf(context.state.anchor.page) : 0
  const { statement, sealed } = await follow(context, reader, options.at)
  const { anchor } = context.state
  if (!anchor || !sealed) {
    const { block } = statement
    return {
      complete: true,
      entries: 0,
      fresh: 0,
      head: undefined,
      block,
      missing: [],
      costs: reader.tally.costs(),
    }
  }
  const { sealedPages } = anchor.page.roots
  let failed: { readonly page: number; readonly error: RemoteLogError } | undefined
  const gaps = context.state.have.missing(0, sealedPages)
  for (const gap of gaps) {
    const affordable = Math.floor(
      ((options.byteBudget ?? Infinity) - reader.tally.costs().bytes) / CHUNK_BYTES,
    )
    const to = Math.min(gap.to, gap.from + Math.max(0, affordable))
    failed = await fetchGap(context, reader, sealed, anchor, { from: gap.from, to })
    if (failed || to < gap.to) break
  }
  const missing = await listMissing(context, anchor, failed)
  const entries = nextSeqOf(anchor.page)
  return {
    complete: missing.length === 0,
    entries,
    fresh: entries - before,
    head: anchor.head,
    block: anchor.block,
    missing,
    costs: reader.tally.costs(),
  }
}

/** Fetches and keeps one run of pages, linked to its neighbours on both sides. Returns the page that stopped it. */
async function fetchGap(
  context: LogContext,
  reader: Reader,
  sealed: SealedPages,
  anchor: Anchor,
  { from, to }: PageRange,
): Promise<{ readonly page: number; readonly error: RemoteLogError } | undefined> {
  const { settings } = context
  if (from === to) return undefined
  const kept = new KeptPages(context.local)
  let previous = from === 0 ? undefined : await keptPage(context, from - 1)
  let at = from
  try {
    for await (const page of sealed.fetch(reader, { from, to }, { ranges: settings.ranges })) {
      checkLink(previous, page)
      await kept.keep(page.index, page.bytes)
      previous = page
      reader.progress('pages', ++at - from, to - from)
      if (at < to && (at - from) % CHECKPOINT_PAGES === 0) await checkpoint(context, kept, from, at)
    }
    await linkToNext(context, anchor, previous, to)
  } catch (error) {
    if (!(error instanceof RemoteLogError) || error.code === 'INVALID_PAGE') throw error
    await checkpoint(context, kept, from, at)
    if (!NOT_HAD.includes(error.code)) throw error
    return { page: at, error }
  }
  await checkpoint(context, kept, from, at)
  return undefined
}

/** What makes a page one that can't be had now, as against one that breaks the format or a sync that was stopped. */
const NOT_HAD: readonly ErrorCode[] = ['NOT_FOUND', 'UNAVAILABLE', 'CORRUPT']

/** Pages after which a sync that is cut goes on. */
const CHECKPOINT_PAGES = 512

async function checkpoint(
  { local, state }: LogContext,
  kept: KeptPages,
  from: number,
  to: number,
): Promise<void> {
  const have = state.have.with(from, to)
  await local.write([...kept.rest(), local.putHave(have)], false)
  state.have = have
}

/** The last page of a gap must lead to what is known behind it: a kept page, or the head page. */
async function linkToNext(
  context: LogContext,
  anchor: Anchor,
  last: ReadPage | undefined,
  next: number,
): Promise<void> {
  const { head, bytes, page } = anchor
  if (next === page.roots.sealedPages) checkLink(last, { index: next, reference: head, bytes, page })
  else if (context.state.have.has(next)) checkLink(last, await keptPage(context, next))
}

/** The gaps that are left, in entries: the pages on both sides of a gap are known, so its bounds are exact. */
async function listMissing(
  context: LogContext,
  { page: head }: Anchor,
  failed: { readonly page: number; readonly error: RemoteLogError } | undefined,
): Promise<Missing[]> {
  const { sealedPages } = head.roots
  const missing: Missing[] = []
  for (const { from, to } of context.state.have.missing(0, sealedPages)) {
    const first = from === 0 ? 0 : nextSeqOf((await keptPage(context, from - 1)).page)
    const end = to === sealedPages ? head.firstSeq : (await keptPage(context, to)).page.firstSeq
    const why = failed && failed.page >= from && failed.page < to ? failed.error : undefined
    missing.push({
      from: first,
      to: end,
      reason: why?.code ?? failed?.error.code ?? 'BUDGET_EXCEEDED',
      message:
        why?.message ?? (failed ? 'not tried after the failure before it' : 'not covered by the byte budget'),
    })
  }
  return missing
}
