import {
  type ContentStore,
  type HeadFeed,
  LocalDamagedError,
  LockedError,
  type LogHash,
  type LogId,
  type NameSystem,
} from '@remote-log/core'
import type { LogContext, LogSettings, LogState } from './context.ts'
import { hold, letGo } from './database-holders.ts'
import type { LocalDatabase } from './local-database.ts'
import { LocalLog } from './local-log.ts'
import { Mutex } from './mutex.ts'
import { PageRanges } from './page-ranges.ts'

/**
 * Reads what the local database holds of a log, and clears payloads that no entry came to need. Damage to what trust
 * is built on does not keep the log from being opened: it is remembered, see `LogState.damage`.
 * @throws LOCKED, UNAVAILABLE, LOCAL_DAMAGED (the numbers of the queue)
 */
export async function openContext(
  parts: {
    readonly id: LogId
    readonly store: ContentStore
    readonly names: NameSystem
    readonly feed?: HeadFeed | undefined
    readonly local: LocalDatabase
  },
  log: LogHash,
  settings: LogSettings,
): Promise<{ readonly context: LogContext; readonly nextStaging: number }> {
  const { id, store, names, feed } = parts
  const local = new LocalLog(parts.local, log)
  if (!hold(parts.local, log))
    throw new LockedError('this log is open over this local database already', { log })
  try {
    await local.open()
    const state = await readState(local)
    await local.clearSent(state.unsent.first)
    const context = { id, log, store, names, feed, local, settings, state, alone: new Mutex() }
    return { context, nextStaging: await clearOrphans(context) }
  } catch (error) {
    letGo(parts.local, log)
    throw error
  }
}

/** Lets go of the local database, and closes it where nobody else uses it; the log may be opened again. */
export async function closeContext(
  { local, log, state }: LogContext,
  database: LocalDatabase,
): Promise<void> {
  // What is at risk is missed if it goes; it is not worth an error that this could not be written down.
  if (state.unsent.next > state.unsent.first)
    await local.write([local.putQueued(state.unsent.next)], false).catch(() => undefined)
  if (letGo(database, log)) await local.close()
  else local.leave()
}

async function readState(local: LocalLog): Promise<LogState> {
  const unsent = await local.unsentBounds()
  const paid = await local.paid()
  const nothing = {
    anchor: undefined,
    have: new PageRanges(),
    journal: undefined,
    announced: undefined,
    ahead: undefined,
    feedTrouble: undefined,
    moving: undefined,
    paid,
  }
  try {
    const known = {
      anchor: await local.anchor(),
      have: await local.have(),
      journal: await local.journal(),
      announced: await local.announced(),
    }
    const { anchor, have, journal } = known
    // Whoever kept a page or built on a head trusted one.
    if (!anchor && (have.ranges.length > 0 || journal?.base !== undefined)) {
      throw new LocalDamagedError('the record anchor, the trusted head kept on this device, is missing', {
        record: 'anchor',
      })
    }
    return { ...nothing, ...known, unsent, damage: undefined }
  } catch (error) {
    if (!(error instanceof LocalDamagedError)) throw error
    return { ...nothing, unsent, damage: error }
  }
}

/**
 * A crash while a payload was staged, or after its publication, leaves chunks that no unsent entry names. Returns the
 * next free staging number.
 */
async function clearOrphans({ local, state }: LogContext): Promise<number> {
  const last = await local.nextStaged(0, true)
  if (last === undefined) return 0
  const used = new Set<number>()
  const { first, next } = state.unsent
  try {
    for await (const { entry } of local.unsent(first, next))
      if (entry.staging !== undefined) used.add(entry.staging)
  } catch (error) {
    // Of a damaged entry nobody knows what it needs; publishing and reading it will say so.
    if (error instanceof LocalDamagedError) return last + 1
    throw error
  }
  for (
    let staging = await local.nextStaged(0);
    staging !== undefined;
    staging = await local.nextStaged(staging + 1)
  ) {
    if (!used.has(staging)) await local.clearStaged(staging)
  }
  return last + 1
}
