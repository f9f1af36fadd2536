import {
  type Address,
  type BlockRef,
  type CallOptions,
  NoContractError,
  RefusedError,
} from '@remote-log/core'
import type { Signer } from 'ethers'
import type { Connection } from '../connection.ts'
import { RemoteLogResolver__factory } from '../generated/RemoteLogResolver__factory.ts'
import type { RegistryOptions } from '../options.ts'
import { addressIn, view } from './ens-registry.ts'

/** Encodes calls of the contract RemoteLogResolver and decodes its answers, events and errors. */
export const resolverInterface = RemoteLogResolver__factory.createInterface()

/** Which resolver of logs, on which chain, and who signs. */
export interface ResolverOptions extends Omit<RegistryOptions, 'registry' | 'signer'> {
  /** Address of the contract RemoteLogResolver. */
  readonly resolver: Address
  /** The owner of the name in ENS, or an operator that the owner approved there. */
  readonly signer: Signer
}

/** What a resolver of logs was deployed for. */
export interface ResolverSurroundings {
  /** ENS's registry. */
  readonly ens: Address
  /** ENS's name wrapper; `0x0…0` where there is none. */
  readonly nameWrapper: Address
}

/**
 * Makes sure that a resolver of logs stands at the address, by what it was deployed for. A transaction to an address
 * without a contract would succeed and do nothing.
 * @throws NO_CONTRACT, UNAVAILABLE, ABORTED
 */
export async function surroundingsOf(
  connection: Connection,
  resolver: Address,
  block: BlockRef,
  call: CallOptions,
): Promise<ResolverSurroundings> {
  const ask = async (question: string) =>
    addressIn(await view(connection.rpc, resolver, question, block, call))
  const [registry, ens, nameWrapper] = await Promise.all([
    ask(resolverInterface.encodeFunctionData('REGISTRY')),
    ask(resolverInterface.encodeFunctionData('ENS')),
    ask(resolverInterface.encodeFunctionData('NAME_WRAPPER')),
  ])
  if (registry === undefined || ens === undefined || nameWrapper === undefined) {
    throw new NoContractError(`at ${resolver} stands no resolver of logs`, { resolver, block: block.number })
  }
  return { ens, nameWrapper }
}

/** Names the resolver's own error where a transaction was refused by one. */
export function asResolverRefusal(error: unknown, name: string): unknown {
  if (!(error instanceof RefusedError) || typeof error.details.data !== 'string') return error
  const { data } = error.details
  const own = data.length === 10 ? resolverInterface.getError(data) : null
  if (own === null) return error
  return new RefusedError(`the resolver refuses: ${own.name}`, { ...error.details, reason: own.name, name })
}
