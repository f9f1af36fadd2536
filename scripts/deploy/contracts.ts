import type { Artifact, IgnitionModule } from '@nomicfoundation/ignition-core'
import { type Address, parseAddress } from '@remote-log/core'
import type { ChainDeployment } from '@remote-log/ethereum'
import { AbiCoder, concat } from 'ethers'
import { registry, resolver, verifier } from './artifacts.ts'
import registryModule from './modules/registry.ts'
import resolverModule from './modules/resolver.ts'
import verifierModule from './modules/verifier.ts'

/** What packages/ethereum calls a deployed contract. */
export type Role = keyof ChainDeployment

/** ENS on a chain. */
export interface Ens {
  readonly registry: Address
  /** Zero where names are not wrapped. */
  readonly nameWrapper: Address
}

/**
 * Where ENS stands (docs.ens.domains/learn/deployments). The resolver's address follows from these, so it is the same
 * only on chains whose ENS has the same two addresses.
 */
export const ENS: Readonly<Record<number, Ens>> = {
  1: {
    registry: parseAddress('0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e'),
    nameWrapper: parseAddress('0xD4416b13d2b3a9aBae7AcD5D6C2BbDBE25686401'),
  },
  11155111: {
    registry: parseAddress('0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e'),
    nameWrapper: parseAddress('0x0635513f179D50A207757E05759CbD106d7dFcE8'),
  },
}

/** A contract to deploy, and what its constructor is given. */
export interface DeployedContract {
  readonly role: Role
  readonly name: string
  readonly module: IgnitionModule
  /** Code of the deployment: the contract's, and the constructor's arguments. `0x` hex. */
  readonly initCode: string
  /** The constructor's arguments in order, by the names that the Ignition module gives them. */
  readonly parameters: Readonly<Record<string, Address>>
  /** Contracts that have to stand before. */
  readonly needs: readonly Address[]
}

/** The contracts of a chain, each after those that it needs. `addressOf` tells where a deployment's contract stands. */
export function contractsOf(
  ens: Ens | undefined,
  addressOf: (initCode: string) => Address,
): DeployedContract[] {
  const heads = contract('registry', registry, registryModule, {}, [])
  const address = addressOf(heads.initCode)
  const both = [heads, contract('verifier', verifier, verifierModule, { registry: address }, [address])]
  if (ens === undefined) return both
  const parameters = { registry: address, ens: ens.registry, nameWrapper: ens.nameWrapper }
  return [...both, contract('resolver', resolver, resolverModule, parameters, [address])]
}

function contract(
  role: Role,
  { contractName, bytecode }: Artifact,
  module: IgnitionModule,
  parameters: DeployedContract['parameters'],
  needs: DeployedContract['needs'],
): DeployedContract {
  const values = Object.values(parameters)
  const types = values.map(() => 'address')
  const initCode = concat([bytecode, AbiCoder.defaultAbiCoder().encode(types, values)])
  return { role, name: contractName, module, initCode, parameters, needs }
}
