import { type Address, type BlockRef, type CallOptions, NotFoundError, RefusedError } from '@remote-log/core'
import { Interface } from 'ethers'
import type { Rpc } from '../rpc.ts'
import { failureOf } from '../rpc-error.ts'
import type { EnsName } from './ens-name.ts'
import { nodesUpwards } from './ens-name.ts'
import { resolverOf, view } from './ens-registry.ts'

const RESOLVER = new Interface([
  'function supportsInterface(bytes4 id) view returns (bool)',
  'function resolve(bytes name, bytes data) view returns (bytes)',
  'function addr(bytes32 node) view returns (address)',
  'function contenthash(bytes32 node) view returns (bytes)',
  'function text(bytes32 node, string key) view returns (string)',
  'error OffchainLookup(address sender, string[] urls, bytes callData, bytes4 callback, bytes extraData)',
])

/** ERC-165's id of `resolve(bytes,bytes)`: the resolver takes names, also those below its own (ENSIP-10). */
const EXTENDED = RESOLVER.getFunction('resolve')!.selector
const OFFCHAIN_LOOKUP = RESOLVER.getError('OffchainLookup')!.selector

/** Who answers for a name. */
export interface FoundResolver {
  readonly address: Address
  readonly extended: boolean
}

/**
 * The resolver of a name, else of the nearest name above it if that one takes names (ENSIP-10).
 * @throws NOT_FOUND, NO_CONTRACT (no ENS), UNAVAILABLE, ABORTED
 */
export async function findResolver(
  rpc: Rpc,
  ens: Address,
  name: EnsName,
  block: BlockRef,
  call: CallOptions,
): Promise<FoundResolver> {
  const resolvers = await Promise.all(nodesUpwards(name).map(node => resolverOf(rpc, ens, node, block, call)))
  const level = resolvers.findIndex(resolver => resolver !== undefined)
  const address = resolvers[level]
  if (address !== undefined) {
    const question = RESOLVER.encodeFunctionData('supportsInterface', [EXTENDED])
    const answer = await view(rpc, address, question, block, call)
    const extended = answer !== undefined && /^0x0{63}1$/.test(answer)
    if (extended || level === 0) return { address, extended }
  }
  throw new NotFoundError(`${name.name} has no resolver in ENS`, { name: name.name, block: block.number })
}

/** A record of a name; undefined where the resolver does not know it. */
export type AskRecord = (
  method: 'addr' | 'contenthash' | 'text',
  ...values: string[]
) => Promise<string | undefined>

/**
 * Asks a resolver for the records of a name at a block.
 * @throws REFUSED (the resolver wants to be answered for by a server, EIP-3668), UNAVAILABLE, ABORTED
 */
export function recordsOf(
  rpc: Rpc,
  resolver: FoundResolver,
  { name, node, wire }: EnsName,
  block: BlockRef,
  call: CallOptions,
): AskRecord {
  return async (method, ...values) => {
    const inner = RESOLVER.encodeFunctionData(method, [node, ...values])
    const data = resolver.extended ? RESOLVER.encodeFunctionData('resolve', [wire, inner]) : inner
    const params = [{ to: resolver.address, data }, { blockHash: block.hash }]
    const answer = await rpc.askBytes('eth_call', params, call).catch(error => {
      const failure = failureOf(error)
      if (failure.kind !== 'reverted') throw error
      if (!failure.data.startsWith(OFFCHAIN_LOOKUP)) return '0x'
      throw new RefusedError(`the resolver of ${name} refers to a server; nothing there can be verified`, {
        reason: 'offchain lookup',
        name,
        resolver: resolver.address,
      })
    })
    return decode(method, resolver.extended, answer)
  }
}

function decode(method: string, extended: boolean, answer: string): string | undefined {
  try {
    const inner = extended ? String(RESOLVER.decodeFunctionResult('resolve', answer)[0]) : answer
    return String(RESOLVER.decodeFunctionResult(method, inner)[0])
  } catch {
    return undefined
  }
}
