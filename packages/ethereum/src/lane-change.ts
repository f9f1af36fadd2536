import {
  type CallOptions,
  InvalidArgumentError,
  type LogKey,
  parseAddress,
  parseReference,
  parseTopic,
  type Reference,
  type Topic,
} from '@remote-log/core'
import type { Signer, TypedDataField } from 'ethers'
import { type Change, type ChangeOptions, change } from './change.ts'
import { registryInterface, toBytes32 } from './registry-abi.ts'
import { deadlineOf, demandPlace, Fields, type StatementPlace, signAs } from './statement.ts'

/** What an owner signs to add a lane to a list or to remove one (EIP-712). */
export interface LaneChange extends StatementPlace {
  /** The list's name. */
  readonly group: Topic
  readonly log: LogKey
  /** True adds the lane, false removes it. */
  readonly listed: boolean
  /** The head up to which a removed lane's entries count; null: none of them. Null where it is added. */
  readonly cutOff: Reference | null
  /** The revision that must stand (`lanesOf`; 0 for a new lane); to remove, that or any lower one. */
  readonly revision: number
  /** The last moment at which the statement works: Unix time in seconds. */
  readonly deadline: number
}

/** A change that the owner signed: whoever has it may submit it. It is plain data and can travel as JSON. */
export interface SignedLaneChange extends LaneChange {
  /** `0x` hex: 64 bytes of a key (EIP-2098), or what the owner's wallet wants to see (ERC-1271). */
  readonly signature: string
}

const TYPES: Record<string, TypedDataField[]> = {
  LaneChange: [
    { name: 'owner', type: 'address' },
    { name: 'group', type: 'bytes32' },
    { name: 'laneOwner', type: 'address' },
    { name: 'laneTopic', type: 'bytes32' },
    { name: 'listed', type: 'bool' },
    { name: 'cutOff', type: 'bytes32' },
    { name: 'revision', type: 'uint64' },
    { name: 'deadline', type: 'uint64' },
  ],
}

/**
 * Signs a change of a list, for others to submit. No transaction, no node.
 * @throws READ_ONLY (the signer is not the owner), INVALID_ARGUMENT (deadline, cut-off), REFUSED, ABORTED
 */
export async function signLaneChange(
  signer: Signer,
  request: Omit<LaneChange, 'deadline'> & {
    /** Default: one day ahead, by this machine's clock. */
    readonly deadline?: number | undefined
  },
  options: CallOptions = {},
): Promise<SignedLaneChange> {
  if (request.listed && request.cutOff !== null) {
    throw new InvalidArgumentError('a lane that is added has no cut-off', { cutOff: request.cutOff })
  }
  const lane: LaneChange = { ...request, deadline: deadlineOf(request.deadline) }
  return { ...lane, signature: await signAs(signer, lane, TYPES, statedBy(lane), options) }
}

/** Reads a signed change from parsed JSON. Says nothing about who signed it. @throws INVALID_ARGUMENT */
export function parseLaneChange(value: unknown): SignedLaneChange {
  const fields = new Fields(value)
  const log = new Fields((value as { log?: unknown }).log)
  return {
    ...fields.frame(),
    group: parseTopic(fields.text('group')),
    log: { owner: parseAddress(log.text('owner')), topic: parseTopic(log.text('topic')) },
    listed: fields.flag('listed'),
    cutOff: fields.isNull('cutOff') ? null : parseReference(fields.text('cutOff')),
  }
}

/**
 * Submits a signed change: the signer of the options pays.
 * @throws INVALID_ARGUMENT (another chain or registry), REFUSED (`reason`: StaleRevision, StatementExpired, WrongSigner …),
 * WRONG_CHAIN, NO_CONTRACT, UNAVAILABLE, ABORTED
 */
export async function submitLaneChange(
  options: ChangeOptions,
  lane: SignedLaneChange,
  call: CallOptions = {},
): Promise<Change> {
  demandPlace(lane, options)
  const args = [statedBy(lane), lane.signature] as const
  return change(options, registryInterface.encodeFunctionData('setLaneSigned', [...args]), call)
}

function statedBy({ owner, group, log, listed, cutOff, revision, deadline }: LaneChange) {
  return {
    owner,
    group,
    laneOwner: log.owner,
    laneTopic: log.topic,
    listed,
    cutOff: toBytes32(cutOff ?? undefined),
    revision,
    deadline,
  }
}
