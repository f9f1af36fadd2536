import type { ContentStore, LogHash, LogId, NameSystem } from '@remote-log/core'
import type { LogContext, LogSettings } from './context.ts'
import type { LocalDatabase } from './local-database.ts'
import { LocalLog } from './local-log.ts'

/** Reads what the local database holds of a log, and clears payloads that no entry came to need. */
export async function openContext(
  parts: {
    readonly id: LogId
    readonly store: ContentStore
    readonly names: NameSystem
    readonly local: LocalDatabase
  },
  log: LogHash,
  settings: LogSettings,
): Promise<{ readonly context: LogContext; readonly nextStaging: number }> {
  const local = new LocalLog(parts.local, log)
  await local.open()
  const bounds = await local.unsentBounds()
  const state = {
    anchor: await local.anchor(),
    have: await local.have(),
    journal: await local.journal(),
    unsent: bounds ? { first: bounds.first, next: bounds.last + 1 } : { first: 0, next: 0 },
  }
  const lastStaging = await local.lastStaging()
  if (lastStaging >= 0) await clearOrphans(local, lastStaging)
  const { id, store, names } = parts
  return { context: { id, log, store, names, local, settings, state }, nextStaging: lastStaging + 1 }
}

/** A crash while a payload was staged, or after its publication, leaves chunks that no unsent entry names. */
async function clearOrphans(local: LocalLog, lastStaging: number): Promise<void> {
  const used = new Set<number>()
  for await (const { entry } of local.unsent()) if (entry.staging !== undefined) used.add(entry.staging)
  for (let staging = 0; staging <= lastStaging; staging++)
    if (!used.has(staging)) await local.clearStaged(staging)
}
