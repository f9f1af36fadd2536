import { LocalDamagedError, RefusedError } from '@remote-log/core'
import type { Appender } from './appender.ts'
import { commit } from './commit.ts'
import type { LogContext } from './context.ts'
import { announcedOf } from './feed/announced-head.ts'
import type { LocalChange } from './local-database.ts'
import { PageRanges } from './page-ranges.ts'
import { NOTHING_PAID } from './paid.ts'
import type { OperationOptions } from './progress.ts'
import { encodeUnsent, type Unsent } from './unsent.ts'

export interface ForgetOptions extends OperationOptions {
  /** Also while the outcome of a publication is unknown: its entries may then be published twice. */
  readonly evenUnsettled?: boolean | undefined
  /** Also drop unsent entries whose records are damaged: their content is lost already. */
  readonly dropDamaged?: boolean | undefined
}

/** What is known of the published log. */
const RECORDS = ['anchor', 'have', 'journal', 'paid', 'announced'] as const

/** @throws REFUSED while a publication's outcome is unknown, or what was announced may still arrive, UNAVAILABLE, ABORTED */
export async function forget(context: LogContext, appender: Appender, options: ForgetOptions): Promise<void> {
  const { local, state } = context
  if (state.journal && state.journal.attempts.length > 0 && !options.evenUnsettled) {
    throw new RefusedError(
      'a head was sent whose outcome is not known: publish settles it, or evenUnsettled forgets it, and its entries may then be published twice',
      { reason: 'unsettled publication' },
    )
  }
  const announced = announcedOf(context)?.entries ?? 0
  if (announced > 0 && !options.evenUnsettled) {
    throw new RefusedError(
      `${announced} entries were announced and may still arrive on the chain: anchor brings them there, or evenUnsettled forgets it, and they may then be published twice`,
      { reason: 'unsettled publication', announced },
    )
  }
  const records = (await feedIsDamaged(context)) ? [...RECORDS, 'feed' as const] : RECORDS
  await commit(
    context,
    records.map(record => local.delete(record)),
    () => {
      const trusted = { anchor: undefined, have: new PageRanges(), journal: undefined, damage: undefined }
      Object.assign(state, trusted, { announced: undefined, ahead: undefined, paid: NOTHING_PAID })
    },
  )
  await local.clearPages()
  await local.clearChunks()
  if (options.dropDamaged) await appender.paused(() => dropDamaged(context))
}

/** Without its record this device is no longer the one that writes the feed: the next publish anchors. */
async function feedIsDamaged({ feed, id }: LogContext): Promise<boolean> {
  try {
    await feed?.writes(id, undefined)
    return false
  } catch (error) {
    if (error instanceof LocalDamagedError) return true
    throw error
  }
}

/** Takes damaged records out of the queue; those behind them move up. */
async function dropDamaged(context: LogContext): Promise<void> {
  const { local, state } = context
  const { first, next } = state.unsent
  const changes: LocalChange[] = []
  let kept = first
  for (let ordinal = first; ordinal < next; ordinal++) {
    const entry = await soundEntry(context, ordinal)
    if (entry && kept < ordinal) changes.push(local.putUnsent(kept, encodeUnsent(entry)))
    if (entry) kept++
  }
  for (let ordinal = kept; ordinal < next; ordinal++) changes.push(local.deleteUnsent(ordinal))
  changes.push(local.putQueued(kept))
  await commit(context, changes, () => {
    state.unsent = { first, next: kept }
  })
}

/** The entry, where its record and the chunks of its payload are as they were written. */
async function soundEntry({ local }: LogContext, ordinal: number): Promise<Unsent | undefined> {
  try {
    for await (const { entry } of local.unsent(ordinal, ordinal + 1)) {
      if (entry.staging === undefined) return entry
      let chunks = 0
      for await (const _ of local.staged(entry.staging)) chunks++
      return chunks > 0 ? entry : undefined
    }
  } catch (error) {
    if (!(error instanceof LocalDamagedError)) throw error
  }
  return undefined
}
