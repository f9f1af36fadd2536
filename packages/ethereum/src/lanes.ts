import {
  type BlockRef,
  type BlockTag,
  type CallOptions,
  type Lane,
  type LaneList,
  type LogKey,
  parseAddress,
  parseTopic,
  type Reference,
  type Topic,
} from '@remote-log/core'
import type { Result } from 'ethers'
import { type Change, type ChangeOptions, change } from './change.ts'
import { Connection } from './connection.ts'
import type { RegistryOptions } from './options.ts'
import { wholeList } from './pages.ts'
import { headOfBytes32, registryInterface, toBytes32 } from './registry-abi.ts'

/**
 * A list with the heads of all its lanes, removed ones included, at one block; in one round up to 500 lanes.
 * @throws WRONG_CHAIN, NO_CONTRACT, UNAVAILABLE, ABORTED
 */
export async function lanesOf(
  options: RegistryOptions,
  { owner, group }: LaneList,
  call: CallOptions & { readonly at?: BlockTag | undefined } = {},
): Promise<{ readonly block: BlockRef; readonly lanes: readonly Lane[] }> {
  const connection = new Connection(options)
  const { block, lines } = await wholeList(connection, 'lanesOf', [owner, group], call.at ?? 'latest', call)
  return { block, lanes: lines.map(laneOf) }
}

/**
 * Lists a log in a list of the signer's.
 * @throws REFUSED (`reason`: LaneListed, TooManyLanes, no funds, signer's no), WRONG_CHAIN, NO_CONTRACT, UNAVAILABLE,
 * ABORTED
 */
export async function addLane(
  options: ChangeOptions,
  group: Topic,
  { owner, topic }: LogKey,
  call: CallOptions = {},
): Promise<Change> {
  return change(options, registryInterface.encodeFunctionData('addLane', [group, owner, topic]), call)
}

/**
 * Ends a lane of a list of the signer's at a head, or at none of its entries (undefined). It may be called again with
 * another head. @throws as `addLane`
 */
export async function removeLane(
  options: ChangeOptions,
  group: Topic,
  { owner, topic }: LogKey,
  cutOff: Reference | undefined,
  call: CallOptions = {},
): Promise<Change> {
  const args = [group, owner, topic, toBytes32(cutOff)] as const
  return change(options, registryInterface.encodeFunctionData('removeLane', [...args]), call)
}

function laneOf(line: Result): Lane {
  const [log, listed, cutOff, head, revision] = line as unknown as [
    [string, string],
    boolean,
    string,
    string,
    bigint,
  ]
  return {
    log: { owner: parseAddress(log[0]), topic: parseTopic(log[1]) },
    listed,
    cutOff: headOfBytes32(cutOff),
    head: headOfBytes32(head),
    revision: Number(revision),
  }
}
