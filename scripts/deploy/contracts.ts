import type { IgnitionModule } from '@nomicfoundation/ignition-core'
import { type Address, parseAddress } from '@remote-log/core'
import type { ChainDeployment } from '@remote-log/ethereum'
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
  /** By name, as the Ignition module asks for them, in the constructor's order. */
  readonly parameters: Readonly<Record<string, Address>>
  /** Contracts that have to stand before. */
  readonly needs: readonly Address[]
}

/** The contracts of a chain, each after those that it needs. `addressOf` tells where one will stand. */
export function contractsOf(
  ens: Ens | undefined,
  addressOf: (contract: Pick<DeployedContract, 'name' | 'parameters'>) => Address,
): DeployedContract[] {
  const registry = addressOf({ name: 'RemoteLogRegistry', parameters: {} })
  const both: DeployedContract[] = [
    { role: 'registry', name: 'RemoteLogRegistry', module: registryModule, parameters: {}, needs: [] },
    {
      role: 'verifier',
      name: 'RemoteLogVerifier',
      module: verifierModule,
      parameters: { registry },
      needs: [],
    },
  ]
  if (ens === undefined) return both
  const parameters = { registry, ens: ens.registry, nameWrapper: ens.nameWrapper }
  return [
    ...both,
    { role: 'resolver', name: 'RemoteLogResolver', module: resolverModule, parameters, needs: [registry] },
  ]
}
