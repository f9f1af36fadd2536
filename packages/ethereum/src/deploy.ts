import {
  type Address,
  type BlockRef,
  type CallOptions,
  parseAddress,
  RefusedError,
  ZERO_REFERENCE,
} from '@remote-log/core'
import type { Signer } from 'ethers'
import { Connection } from './connection.ts'
import { RemoteLogRegistry__factory } from './generated/RemoteLogRegistry__factory.ts'
import type { RegistryOptions } from './options.ts'
import { transact } from './transaction.ts'

/** Where to deploy, and who pays. */
export interface DeployOptions extends Omit<RegistryOptions, 'registry' | 'signer'> {
  readonly signer: Signer
}

export interface Deployment {
  readonly registry: Address
  /** The block from which on the registry stands. */
  readonly block: BlockRef
  /** Hash of the transaction, `0x` hex. */
  readonly transaction: string
  /** Gas units used. */
  readonly gasUsed: bigint
}

/** Deploys a registry. @throws REFUSED (no funds, signer's no), WRONG_CHAIN, UNAVAILABLE, ABORTED */
export async function deployRegistry(options: DeployOptions, call: CallOptions = {}): Promise<Deployment> {
  const connection = new Connection({ ...options, registry: parseAddress(ZERO_REFERENCE.slice(0, 40)) })
  const data = RemoteLogRegistry__factory.bytecode
  const { contract, succeeded, block, transaction, gasUsed } = await transact(
    connection,
    options.signer,
    { data },
    call,
  )
  if (!succeeded || contract === undefined) {
    throw new RefusedError('the deployment reverted', { reason: 'reverted', transaction })
  }
  return { registry: parseAddress(contract), block, transaction, gasUsed }
}
