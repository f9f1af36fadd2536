import {
  type CallOptions,
  type HeadStatement,
  type LogHash,
  type LogId,
  logHash,
  type Reference,
  RemoteLogError,
} from '@remote-log/core'
import { compareHead } from '../compare-head.ts'
import { inOrder } from '../pipeline.ts'
import { Reader } from '../reader.ts'
import { contextOf, type RemoteLog } from '../remote-log.ts'
import { type Costs, sumOf } from '../tally.ts'
import type { KnownLane, KnownLanes } from './known-lanes.ts'

/** Cut-offs that are looked at beside each other. */
const CUTS_AT_ONCE = 16

/** The logs that the lanes of a list are. */
export interface LaneLogs {
  readonly list: LogId
  readonly opened: (log: LogHash) => RemoteLog | undefined
  readonly open: (id: LogId) => Promise<RemoteLog>
}

/** A lane, and what it is to be read up to: its head, or of a removed one its cut-off; nothing where that can't be told. */
export interface Looked {
  readonly lane: KnownLane
  readonly stated?: HeadStatement
}

/** Finds out what the cut-offs of removed lanes are to what is trusted here. */
export class CutOffs {
  readonly errors = new Map<LogHash, RemoteLogError>()
  costs: Costs = sumOf()
  readonly #parts: LaneLogs

  constructor(parts: LaneLogs) {
    this.#parts = parts
  }

  /** With what each lane is to be read up to: its head, or of a removed one its cut-off; nothing where that can't be told. */
  async lookAt({ block, lanes }: KnownLanes, call: CallOptions): Promise<readonly Looked[]> {
    const look = async (lane: KnownLane): Promise<Looked> => {
      const { listed, head, cutOff } = lane
      if (listed) return { lane, stated: { head, block } }
      if (cutOff === undefined) return { lane }
      const id = idOf(this.#parts, lane)
      try {
        return await withLog(this.#parts, id, log =>
          this.#cut(lane, cutOff, { head: cutOff, block }, log, call),
        )
      } catch (error) {
        if (!(error instanceof RemoteLogError) || error.code === 'ABORTED') throw error
        this.errors.set(logHash(id), error)
        return { lane }
      }
    }
    const looked: Looked[] = []
    for await (const one of inOrder(lanes, CUTS_AT_ONCE, call.signal, look)) looked.push(one)
    return looked
  }

  async #cut(
    lane: KnownLane,
    cutOff: Reference,
    stated: HeadStatement,
    log: RemoteLog,
    call: CallOptions,
  ): Promise<Looked> {
    const { head, block } = log.status()
    // What is trusted reaches beyond: it stays, and what it lacks is read.
    const trusted = head !== undefined && block ? { head, block } : stated
    if (lane.cut !== undefined && lane.cut <= log.status().published) return { lane, stated: trusted }
    const context = contextOf(log)
    const reader = new Reader(context.store, call)
    const { relation, entries } = await compareHead(context, reader, cutOff)
    this.costs = sumOf(this.costs, reader.tally.costs())
    return { lane: { ...lane, cut: entries }, stated: relation === 'later' ? stated : trusted }
  }
}

/** Opens a lane's log for a moment, unless it is open. */
export async function withLog<R>(
  parts: LaneLogs,
  id: LogId,
  use: (log: RemoteLog) => Promise<R>,
): Promise<R> {
  const opened = parts.opened(logHash(id))
  if (opened) return await use(opened)
  const log = await parts.open(id)
  try {
    return await use(log)
  } finally {
    await log.close()
  }
}

export function idOf(
  { list }: Pick<LaneLogs, 'list'>,
  { log: { owner, topic } }: Pick<KnownLane, 'log'>,
): LogId {
  return { ...list, owner, topic }
}
