import {
  type BlockRef,
  type BlockTag,
  type CallOptions,
  type Lane,
  type LogKey,
  type NameSystem,
  StaleError,
  UnavailableError,
} from '@remote-log/core'
import type { KnownLane, KnownLanes } from './known-lanes.ts'

/** Asks for a list with the heads of all its lanes, removed ones included, at one block. */
export type AskLanes = (
  options: CallOptions & { readonly at?: BlockTag | undefined },
) => Promise<{ readonly block: BlockRef; readonly lanes: readonly Lane[] }>

/**
 * The list as it is stated now. A list only grows and revisions only rise, so one that lost something is either of another
 * branch of the chain, and counts, or the word of a node that contradicts itself.
 * @throws STALE (it is older than what is known), UNAVAILABLE, WRONG_CHAIN, NO_CONTRACT, ABORTED
 */
export async function followList(
  ask: AskLanes,
  names: Pick<NameSystem, 'block'>,
  known: KnownLanes | undefined,
  options: CallOptions & { readonly at?: BlockTag | undefined },
): Promise<KnownLanes> {
  const { block, lanes } = await ask(options)
  if (known && block.number < known.block.number) {
    throw new StaleError(
      `the list of lanes is of block ${block.number}, which is older than block ${known.block.number} seen before`,
      { block: block.number, trustedBlock: known.block.number },
    )
  }
  const before = known?.lanes ?? []
  const lost = before.find(lane => (laneIn(lanes, lane.log)?.revision ?? -1) < lane.revision)
  if (known && lost && (await isCanonical(names, known.block, options))) {
    throw new UnavailableError(
      `the node states at block ${block.number} less than it did at block ${known.block.number} of the same chain: a lane is not in the list any more, or in an earlier state`,
      { block: block.number, trustedBlock: known.block.number, lane: lost.log.owner, topic: lost.log.topic },
    )
  }
  return { block, lanes: lanes.map(lane => ({ ...lane, cut: cutOf(lane, laneIn(before, lane.log)) })) }
}

/** What was found out of a cut-off holds as long as the cut-off is the same. */
function cutOf(lane: Lane, before: KnownLane | undefined): number | undefined {
  return lane.cutOff !== undefined && before?.cutOff === lane.cutOff ? before.cut : undefined
}

export function laneIn<T extends Lane>(lanes: readonly T[], { owner, topic }: LogKey): T | undefined {
  return lanes.find(({ log }) => log.owner === owner && log.topic === topic)
}

async function isCanonical(
  names: Pick<NameSystem, 'block'>,
  block: BlockRef,
  { signal }: CallOptions,
): Promise<boolean> {
  return (await names.block(block.number, { signal }))?.hash === block.hash
}
