import { type RemoteLogError, UnavailableError } from '@remote-log/core'
import type { RemoteLog } from '../remote-log.ts'
import type { KnownLane } from './known-lanes.ts'

/**
 * How many entries of a lane are shown: all that are trusted here, or of a removed one those up to its cut-off; an error
 * where that can't be told yet, because the head, or the cut-off, was never read.
 */
export function shownOf(lane: KnownLane, log: RemoteLog): number | RemoteLogError {
  const { published, head } = log.status()
  const { listed, cutOff, cut } = lane
  if (!listed && cutOff === undefined) return 0
  if (listed && (head !== undefined || lane.head === undefined)) return published
  if (!listed && head !== undefined && cut !== undefined) return Math.min(cut, published)
  return new UnavailableError(
    `${listed ? 'the head' : 'the cut-off head'} of a lane was not read on this device yet: sync finds out why`,
    { owner: lane.log.owner, topic: lane.log.topic, head: listed ? lane.head : cutOff },
  )
}
