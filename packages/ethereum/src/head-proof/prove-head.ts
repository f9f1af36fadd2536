import {
  type CallOptions,
  type HeadStatement,
  InvalidArgumentError,
  type LogKey,
  type Reference,
  throwIfAborted,
} from '@remote-log/core'
import { isHexString } from 'ethers'
import { httpProvider } from '../http-provider.ts'
import { REQUEST_TIMEOUT_MS } from '../limits.ts'
import type { RegistryOptions } from '../options.ts'
import { Rpc } from '../rpc.ts'
import { headSlot } from './head-slot.ts'
import { provenHeader } from './header.ts'
import { verifyHeadProof } from './verify-head-proof.ts'

/** Whom to ask for proofs of which registry. The node need not be trusted. */
export type ProofOptions = Pick<RegistryOptions, 'provider' | 'registry' | 'requestTimeoutMs'>

/** A state that the caller trusts, e.g. by a light client, and the number of its block, by which nodes find it. */
export interface TrustedState {
  /** Root of the state trie after the block, 32 bytes of `0x` hex. */
  readonly stateRoot: string
  readonly blockNumber: number
}

/**
 * The head of a log after a block whose hash the caller trusts, proven (EIP-1186): a node that lies is found out. What
 * the statement says of the block is proven as well. `head: undefined` is proven too: never published until then.
 * @throws CORRUPT (`details.part` names what does not hold), UNAVAILABLE (the node has no such block, or serves no
 * proofs of it: most keep the state of the last 128 blocks), NO_CONTRACT (proven), INVALID_ARGUMENT, ABORTED
 */
export async function proveHead(
  options: ProofOptions,
  log: LogKey,
  blockHash: string,
  call: CallOptions = {},
): Promise<HeadStatement> {
  throwIfAborted(call.signal, 'proveHead')
  const hash = parseHash(blockHash, 'a block hash')
  const rpc = rpcOf(options)
  const [header, proof] = await Promise.all([
    rpc.ask('eth_getBlockByHash', [hash, false], call),
    rpc.ask('eth_getProof', [options.registry, [headSlot(log)], { blockHash: hash }], call),
  ])
  const { block, stateRoot } = provenHeader(header, hash)
  return { head: await verifyHeadProof({ registry: options.registry, log, stateRoot }, proof), block }
}

/**
 * As {@link proveHead}, against a state root. Who trusts a root knows the block that it is of.
 * @throws as {@link proveHead}
 */
export async function proveHeadInState(
  options: ProofOptions,
  log: LogKey,
  state: TrustedState,
  call: CallOptions = {},
): Promise<Reference | undefined> {
  throwIfAborted(call.signal, 'proveHeadInState')
  const stateRoot = parseHash(state.stateRoot, 'a state root')
  if (!Number.isSafeInteger(state.blockNumber) || state.blockNumber < 0) {
    throw new InvalidArgumentError(`a block number is an integer from 0, not ${state.blockNumber}`)
  }
  const number = `0x${state.blockNumber.toString(16)}`
  const proof = await rpcOf(options).ask('eth_getProof', [options.registry, [headSlot(log)], number], call)
  return verifyHeadProof({ registry: options.registry, log, stateRoot }, proof)
}

export function rpcOf({ provider, requestTimeoutMs }: ProofOptions): Rpc {
  return new Rpc(
    typeof provider === 'string' ? httpProvider(provider) : provider,
    requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
  )
}

export function parseHash(text: string, what: string): string {
  if (!isHexString(text, 32))
    throw new InvalidArgumentError(`${what} is 0x and 64 hex digits`, { value: text })
  return text.toLowerCase()
}
