import {
  type Address,
  type BlockRef,
  type CallOptions,
  NoContractError,
  parseAddress,
} from '@remote-log/core'
import { getAddress, Interface } from 'ethers'
import type { RegistryOptions } from '../options.ts'
import type { Rpc } from '../rpc.ts'
import { failureOf } from '../rpc-error.ts'

/** Where ENS's registry stands on Ethereum's main network and on its test networks (docs.ens.domains, Deployments). */
export const ENS_REGISTRY = parseAddress('0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e')

/** What is asked of ENS's registry (EIP-137). */
export const ensInterface = new Interface([
  'function owner(bytes32 node) view returns (address)',
  'function resolver(bytes32 node) view returns (address)',
  'function setResolver(bytes32 node, address resolver)',
])

/** The chain that ENS stands on, and how to reach it. */
export interface EnsOptions extends Pick<RegistryOptions, 'provider' | 'chainId' | 'requestTimeoutMs'> {
  /** ENS's registry. Default: {@link ENS_REGISTRY}. */
  readonly ens?: Address | undefined
}

/** Calls any contract in the state after a block. A revert is `undefined`. @throws UNAVAILABLE, ABORTED */
export async function view(
  rpc: Rpc,
  to: string,
  data: string,
  block: BlockRef,
  call: CallOptions,
): Promise<string | undefined> {
  return rpc.askBytes('eth_call', [{ to, data }, { blockHash: block.hash }], call).catch(error => {
    if (failureOf(error).kind === 'reverted') return undefined
    throw error
  })
}

/** The resolver of a node; undefined where it has none. @throws NO_CONTRACT (no ENS there), UNAVAILABLE, ABORTED */
export async function resolverOf(
  rpc: Rpc,
  ens: Address,
  node: string,
  block: BlockRef,
  call: CallOptions,
): Promise<Address | undefined> {
  const answer = await view(rpc, ens, ensInterface.encodeFunctionData('resolver', [node]), block, call)
  const resolver = addressIn(answer)
  if (resolver === undefined) {
    throw new NoContractError(`at ${ens} stands no registry of ENS`, { ens, block: block.number })
  }
  return isZero(resolver) ? undefined : resolver
}

/** Whether this is the account 0x0, which stands for nobody. */
export function isZero(address: string): boolean {
  return /^0x0{40}$/.test(address)
}

/** The address that a call answered with; undefined where the answer is none. */
export function addressIn(answer: string | undefined): Address | undefined {
  if (answer === undefined || !/^0x0{24}[0-9a-fA-F]{40}$/.test(answer)) return undefined
  return parseAddress(getAddress(`0x${answer.slice(26)}`))
}
