import { RefusedError } from '@remote-log/core'
import { checkCount } from '../check-count.ts'
import type { LogContext } from '../context.ts'

/**
 * When a publish moves the head on the chain, where there is a feed. `onDemand`: only `anchor()` does. Else as soon as
 * one of the limits is reached; a publish without new entries looks too.
 */
export type AnchorPolicy =
  | 'onDemand'
  | {
      /** Entries that wait for an anchor, those to be published included. */
      readonly every?: number | undefined
      /** Milliseconds since the first announcement after the last anchor. */
      readonly everyMs?: number | undefined
    }

/** A publish's worth of gas for a hundred entries. */
export const DEFAULT_ANCHOR_POLICY: AnchorPolicy = { every: 100 }

/** @throws INVALID_ARGUMENT */
export function checkAnchorPolicy(policy: AnchorPolicy): AnchorPolicy {
  if (policy === 'onDemand') return policy
  checkCount(policy.every, 'anchor.every')
  checkCount(policy.everyMs, 'anchor.everyMs')
  return policy
}

/**
 * Whether this publish has to move the head on the chain: without a feed, where this device is not the one that writes
 * the feed, where the caller says so, or where it is due. @throws REFUSED where the caller says no and it must
 */
export async function mustAnchor(context: LogContext, wish: boolean | undefined): Promise<boolean> {
  const { feed, id, settings, state } = context
  if (feed && wish !== true && (await feed.writes(id, state.anchor?.head))) {
    return wish === undefined && isDue(settings.anchor, context)
  }
  if (wish !== false) return true
  const why = feed ? 'this device did not anchor the head that stands' : 'this log was opened without a feed'
  throw new RefusedError(`${why}: publish once with an anchor`, { reason: 'feed-not-claimed' })
}

function isDue(policy: AnchorPolicy, { settings, state }: LogContext): boolean {
  if (policy === 'onDemand') return false
  const { every = Number.POSITIVE_INFINITY, everyMs = Number.POSITIVE_INFINITY } = policy
  const { announced, unsent } = state
  if (unsent.next - unsent.first >= every) return true
  return announced !== undefined && settings.now() - announced.since >= everyMs
}
