import type { Address } from '@remote-log/core'

/** A contract of this project on a public chain. */
export interface DeployedAt {
  readonly address: Address
  /** The block of its deployment: nothing of it is before. Absent where it is not known. */
  readonly block?: number
}

/** What stands on a chain. */
export interface ChainDeployment {
  readonly registry?: DeployedAt
  readonly verifier?: DeployedAt
  readonly resolver?: DeployedAt
}

/** Where the contracts stand, by EIP-155 chain id. Generated from the records of the deployments. */
export { deployments } from './generated/deployments.ts'
