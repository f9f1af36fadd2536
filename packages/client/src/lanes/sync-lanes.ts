import {
  type BlockRef,
  type LogId,
  logHash,
  type NameSystem,
  type Reference,
  type RemoteLogError,
} from '@remote-log/core'
import type { Clock } from '../clock.ts'
import type { Contact } from '../contacts/contact.ts'
import { type ContactResult, type SyncAllOptions, syncAll } from '../contacts/sync-all.ts'
import type { LocalDatabase } from '../local-database.ts'
import type { SyncStatement } from '../sync.ts'
import { type Costs, sumOf } from '../tally.ts'
import { CutOffs, idOf, type LaneLogs, withLog } from './cut-offs.ts'
import { type AskLanes, followList } from './follow-list.ts'
import type { KnownLane, KnownLanes, LanesRecord } from './known-lanes.ts'
import { shownOf } from './shown.ts'

export type SyncLanesOptions = SyncAllOptions

/** How one lane came out. */
export interface LaneResult {
  readonly id: LogId
  /** False where the owner of the list removed it. */
  readonly listed: boolean
  /** The head up to which a removed lane's entries count; undefined: none of them, or it is listed. */
  readonly cutOff: Reference | undefined
  /** The head that the registry states; of a removed lane it is not followed. */
  readonly head: Reference | undefined
  /** Entries that are shown; undefined where that can't be told: see `error`. */
  readonly entries: number | undefined
  /** Entries behind the cut-off that this device read before the lane was removed: they are not shown. */
  readonly withheld: number
  /** What its own sync states; absent where `error` stands, or nothing of it counts. */
  readonly statement?: SyncStatement | undefined
  /** Why it is as it was. A fork, of the lane or of its cut-off, is REWRITTEN with both heads. */
  readonly error?: RemoteLogError | undefined
}

/** What this device has after a sync of all lanes. */
export interface LanesStatement {
  /** Whether it has every entry that counts, of every lane, as of the block. */
  readonly complete: boolean
  /** Entries that are shown, of all lanes. */
  readonly entries: number
  /** Entries that this device did not know of before. */
  readonly fresh: number
  /** At which list and heads were stated. */
  readonly block: BlockRef
  /** In the order in which they were first added. */
  readonly lanes: readonly LaneResult[]
  readonly costs: Costs
}

export interface SyncLanesParts extends LaneLogs {
  readonly lanesOf: AskLanes
  readonly names: Pick<NameSystem, 'block'>
  readonly local: LocalDatabase
  readonly clock: Clock
  readonly record: LanesRecord
}

/** @throws see `Lanes.sync` */
export async function syncLanes(parts: SyncLanesParts, options: SyncLanesOptions): Promise<LanesStatement> {
  const before = await parts.record.get()
  const cuts = new CutOffs(parts)
  let known: KnownLanes | undefined
  const { logs, costs } = await syncAll(
    {
      ask: async call => {
        const followed = await followList(parts.lanesOf, parts.names, before, call)
        // What was removed is not shown from now on, whatever happens next.
        await parts.record.put(followed)
        const looked = await cuts.lookAt(followed, call)
        known = { ...followed, lanes: looked.map(({ lane }) => lane) }
        if (known.lanes.some(({ cut }, i) => cut !== followed.lanes[i]?.cut)) await parts.record.put(known)
        return looked.flatMap(({ lane, stated }) =>
          stated ? [{ contact: contactOf(parts, lane), stated }] : [],
        )
      },
      expected: before?.lanes.length ?? 0,
      local: parts.local,
      clock: parts.clock,
      opened: parts.opened,
      open: parts.open,
    },
    options,
  )
  const { block, lanes } = known!
  const byLog = new Map(logs.map(result => [logHash(result.id), result]))
  const results: LaneResult[] = []
  for (const lane of lanes) {
    const hash = logHash(lane.log)
    results.push(await resultOf(parts, lane, byLog.get(hash), cuts.errors.get(hash)))
  }
  return {
    complete: results.every(({ error, statement }) => !error && (statement?.complete ?? true)),
    entries: results.reduce((all, { entries }) => all + (entries ?? 0), 0),
    fresh: results.reduce((all, { statement }) => all + (statement?.fresh ?? 0), 0),
    block,
    lanes: results,
    costs: sumOf(costs, cuts.costs),
  }
}

async function resultOf(
  parts: SyncLanesParts,
  lane: KnownLane,
  result: ContactResult | undefined,
  cutError: RemoteLogError | undefined,
): Promise<LaneResult> {
  const id = idOf(parts, lane)
  const { listed, cutOff, head } = lane
  const error = cutError ?? result?.error
  const { shown, published } = await withLog(parts, id, async log => ({
    shown: shownOf(lane, log),
    published: log.status().published,
  }))
  const entries = typeof shown === 'number' ? shown : undefined
  return {
    id,
    listed,
    cutOff,
    head,
    entries,
    withheld: listed ? 0 : published - (entries ?? 0),
    ...(error ? { error } : { statement: result?.statement }),
  }
}

function contactOf(parts: SyncLanesParts, lane: KnownLane): Contact {
  return { id: idOf(parts, lane), name: undefined, added: 0 }
}
