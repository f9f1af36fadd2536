import { nextSeqOf } from './anchor.ts'
import type { LogContext } from './context.ts'
import { announcedOf } from './feed/announced-head.ts'

/** Entries that are nowhere but on this device, or not yet where all readers look: lost with it. */
export interface AtRisk {
  readonly entries: number
  /** Of these, from the first: in the feed already and not on the chain. Another device's head may come in their place. */
  readonly announced: number
  /** seq of the first, if no other device comes first. */
  readonly firstSeq: number
  /** Timestamp of the first, Unix ms. */
  readonly since: number
}

/** Undefined where everything is published. @throws LOCAL_DAMAGED, UNAVAILABLE */
export async function atRisk(context: LogContext): Promise<AtRisk | undefined> {
  const { local, state } = context
  while (state.moving) await state.moving
  const { first, next } = state.unsent
  const firstSeq = state.anchor ? nextSeqOf(state.anchor.page) : 0
  const announced = announcedOf(context)?.entries ?? 0
  for await (const { entry } of local.unsent(first, Math.min(next, first + 1)))
    return { entries: next - first, announced, firstSeq, since: entry.timestamp }
  return undefined
}
