import { type LogHash, type LogId, logHash, mergeLanes, type RemoteLogError } from '@remote-log/core'
import { checkCount } from '../check-count.ts'
import { publishedByTime } from '../find-entry.ts'
import type { LogEntry } from '../log-entry.ts'
import type { OperationOptions } from '../progress.ts'
import { viewOf } from '../read.ts'
import { Reader } from '../reader.ts'
import { contextOf, type RemoteLog } from '../remote-log.ts'
import type { KnownLane } from './known-lanes.ts'
import { shownOf } from './shown.ts'

/** An entry and the lane that it is of. */
export interface LaneEntry {
  readonly lane: LogId
  readonly entry: LogEntry
}

/** The seq behind the last entry seen of each lane, by log hash. Plain data: it can be kept as JSON. */
export type LaneCursor = Readonly<Record<string, number>>

export interface ReadLanesOptions extends OperationOptions {
  /** Only entries at which their lane's running maximum of timestamps has reached this, Unix ms. */
  readonly since?: number | undefined
  /** Only entries before it has reached this, Unix ms. */
  readonly until?: number | undefined
  /** Only entries that were not there when `cursor` gave this. They may belong between entries that were. */
  readonly after?: LaneCursor | undefined
  /** Newest first. */
  readonly reverse?: boolean | undefined
  /** Leave out entries that are only on this device. */
  readonly publishedOnly?: boolean | undefined
  /** Told of lanes of which nothing can be read yet; they are left out. Without it the first of them is thrown. */
  readonly onTrouble?: ((error: RemoteLogError, lane: LogId) => void) | undefined
}

interface ReadLanesParts {
  readonly list: LogId
  readonly lanes: readonly KnownLane[]
  readonly own: RemoteLog | undefined
  readonly log: (lane: KnownLane) => Promise<RemoteLog>
}

/** A lane that is read, from a seq to before another. */
interface Stretch {
  readonly lane: LogId
  readonly hash: LogHash
  readonly log: RemoteLog
  readonly from: number
  readonly to: number
  /** Entries that are shown, whether asked for or not. */
  readonly shown: number
}

/** @throws see `Lanes.read` */
export async function* readLanes(
  { list, lanes, own, log: open }: ReadLanesParts,
  options: ReadLanesOptions,
): AsyncGenerator<LaneEntry, void, undefined> {
  const { signal, onProgress, reverse = false, onTrouble } = options
  checkCount(options.since, 'since')
  checkCount(options.until, 'until')
  const call = { signal, onProgress, reverse }
  const stretches: Stretch[] = []
  for (const lane of lanes) {
    const id = { ...list, ...lane.log }
    const log = await open(lane)
    const shown = shownOf(lane, log)
    if (typeof shown === 'number') stretches.push(await stretchOf(id, log, shown, options))
    else if (onTrouble) onTrouble(shown, id)
    else throw shown
  }
  const unsent = options.publishedOnly ? undefined : stretches.find(({ log }) => log === own)
  if (unsent && reverse) yield* unsentOf(unsent, call)
  const hashes = new Map(stretches.map(({ lane, hash }) => [lane, hash]))
  const sources = stretches.filter(({ from, to }) => from < to).map(stretch => published(stretch, call))
  yield* mergeLanes(
    sources,
    ({ lane, entry: { time, seq } }) => ({ time: time!, log: hashes.get(lane)!, seq }),
    {
      reverse,
    },
  )
  if (unsent && !reverse) yield* unsentOf(unsent, call)
}

async function stretchOf(
  lane: LogId,
  log: RemoteLog,
  shown: number,
  { since, until, after, signal, onProgress }: ReadLanesOptions,
): Promise<Stretch> {
  const context = contextOf(log)
  const hash = logHash(lane)
  const reader = new Reader(context.store, { signal, onProgress })
  const view = viewOf(context)
  const seqAt = async (time: number) =>
    view ? Math.min(shown, (await publishedByTime(context, reader, view, time))?.seq ?? shown) : 0
  const from = Math.max(after?.[hash] ?? 0, since === undefined ? 0 : await seqAt(since))
  return { lane, hash, log, from, to: until === undefined ? shown : await seqAt(until), shown }
}

async function* published(
  { lane, log, from, to }: Stretch,
  call: OperationOptions & { readonly reverse: boolean },
): AsyncGenerator<LaneEntry, void, undefined> {
  for await (const entry of log.read({ ...call, from, to, publishedOnly: true })) yield { lane, entry }
}

/** What stands in the queue of the own log, and what was published from it since the read began. */
async function* unsentOf(
  { lane, log, shown }: Stretch,
  call: OperationOptions & { readonly reverse: boolean },
): AsyncGenerator<LaneEntry, void, undefined> {
  for await (const entry of log.read({ ...call, from: shown })) yield { lane, entry }
}
