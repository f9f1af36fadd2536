import { type BaseWallet, type ContractTransactionReceipt, TypedDataEncoder, Wallet, ZeroHash } from 'ethers'
import hre from 'hardhat'
import type { RemoteLogRegistry } from '../../../packages/ethereum/src/generated/RemoteLogRegistry.ts'

/** Seconds of 30 days: MAX_LEAD. */
export const MAX_LEAD = 2_592_000n
/** The time of the block in which the tests' next transaction is, Unix seconds. */
export const NOW = 2_000_000_000n

/** `Refusal` of IRemoteLogHeads. */
export const REFUSAL = {
  None: 0n,
  ZeroHead: 1n,
  UnchangedHead: 2n,
  Expired: 3n,
  DeadlineTooFar: 4n,
  StaleHead: 5n,
  BadSignature: 6n,
  NotAWriter: 7n,
} as const

/** 32 bytes without a zero, so that no gas figure depends on how many there happen to be. */
export function bytes32(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0').repeat(32)}`
}

export const TOPIC = bytes32(0x70)
export const NONE = ZeroHash
export const [A, B, C] = [bytes32(0xaa), bytes32(0xbb), bytes32(0xcc)] as const

export interface Statement {
  readonly owner: string
  readonly topic: string
  readonly expected: string
  readonly next: string
  readonly deadline: bigint
}

/** EIP-712 types, written out anew. */
const TYPES = {
  SignedHead: [
    { name: 'owner', type: 'address' },
    { name: 'topic', type: 'bytes32' },
    { name: 'expected', type: 'bytes32' },
    { name: 'next', type: 'bytes32' },
    { name: 'deadline', type: 'uint64' },
  ],
}

/** What an owner signs about a writer. */
export interface Grant {
  readonly owner: string
  readonly topic: string
  readonly writer: string
  readonly expiry: bigint
  readonly revision: bigint
  readonly deadline: bigint
}

const GRANT_TYPES = {
  WriterGrant: [
    { name: 'owner', type: 'address' },
    { name: 'topic', type: 'bytes32' },
    { name: 'writer', type: 'address' },
    { name: 'expiry', type: 'uint64' },
    { name: 'revision', type: 'uint64' },
    { name: 'deadline', type: 'uint64' },
  ],
}

/** What an owner signs about a lane. */
export interface LaneChange {
  readonly owner: string
  readonly group: string
  readonly laneOwner: string
  readonly laneTopic: string
  readonly listed: boolean
  readonly cutOff: string
  readonly revision: bigint
  readonly deadline: bigint
}

const LANE_TYPES = {
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

/** The n-th of the owners that hold a key and no ether. */
export function ownerNumber(n: number): BaseWallet {
  return new Wallet(`0x${'5'.repeat(60)}${n.toString(16).padStart(4, '0')}`)
}

/** A chain of its own with a registry on it; the next block is at {@link NOW}. */
export async function deployRegistry() {
  const connection = await hre.network.create()
  const { ethers, provider } = connection
  const [caller, stranger] = await ethers.getSigners()
  const registry = (await ethers.deployContract('RemoteLogRegistry')) as unknown as RemoteLogRegistry
  const address = await registry.getAddress()
  const { chainId } = await ethers.provider.getNetwork()
  const domain = { name: 'RemoteLogRegistry', version: '1', chainId, verifyingContract: address }
  const setTime = (seconds: bigint) =>
    provider.request({ method: 'evm_setNextBlockTimestamp', params: [Number(seconds)] })
  await setTime(NOW)

  const digestOf = (statement: Statement, other: object = {}) =>
    TypedDataEncoder.hash({ ...domain, ...other }, TYPES, statement)

  /** A statement of the owner, by default from no head to A, good for a day. */
  const statementOf = (owner: string, changes: Partial<Statement> = {}): Statement => ({
    owner,
    topic: TOPIC,
    expected: NONE,
    next: A,
    deadline: NOW + 86_400n,
    ...changes,
  })

  /** The owner's statement with their key's signature; `other` changes the domain that is signed. */
  const signedByKey = (owner: BaseWallet, changes: Partial<Statement> = {}, other: object = {}) => {
    const statement = statementOf(owner.address, changes)
    const { r, yParityAndS } = owner.signingKey.sign(digestOf(statement, other))
    return { statement, r, vs: yParityAndS }
  }

  /** The digest of a statement about a writer. */
  const digestOfGrant = (grant: Grant, other: object = {}) =>
    TypedDataEncoder.hash({ ...domain, ...other }, GRANT_TYPES, grant)

  /** The digest of a statement about a lane. */
  const digestOfLane = (change: LaneChange, other: object = {}) =>
    TypedDataEncoder.hash({ ...domain, ...other }, LANE_TYPES, change)

  /** The log owner's statement with the signature of a writer's key. */
  const signedByWriter = (writer: BaseWallet, owner: string, changes: Partial<Statement> = {}) => {
    const statement = statementOf(owner, changes)
    const { r, yParityAndS } = writer.signingKey.sign(digestOf(statement))
    return { statement, writer: writer.address, r, vs: yParityAndS }
  }

  return {
    digestOfGrant,
    digestOfLane,
    signedByWriter,
    connection,
    ethers,
    provider,
    registry,
    address,
    chainId,
    domain,
    caller: caller!,
    stranger: stranger!,
    setTime,
    digestOf,
    statementOf,
    signedByKey,
  }
}

/** The registry's events of a transaction, in order, as `[name, ...arguments]`. */
export function eventsOf(
  registry: RemoteLogRegistry,
  receipt: ContractTransactionReceipt | null,
): unknown[][] {
  return receipt!.logs.map(log => {
    const event = registry.interface.parseLog(log)!
    return [event.name, ...event.args]
  })
}

/** The registry's error that a transaction or call reverts with, as `[name, ...arguments]`. */
export async function errorOf(registry: RemoteLogRegistry, work: Promise<unknown>): Promise<unknown[]> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error as { data?: unknown },
  )
  const data = thrown?.data
  const error = typeof data === 'string' ? registry.interface.parseError(data) : null
  return error === null ? ['no error of the registry', thrown] : [error.name, ...error.args]
}
