import { type BlockRef, type CallOptions, RefusedError } from '@remote-log/core'
import type { Signer } from 'ethers'
import { Connection } from './connection.ts'
import type { RegistryOptions } from './options.ts'
import { transact } from './transaction.ts'

/** Where the registry stands, and who signs and pays for the transaction. */
export interface ChangeOptions extends RegistryOptions {
  readonly signer: Signer
}

/** A change of the registry that is in a block. */
export interface Change {
  /** Hash of the transaction, `0x` hex. */
  readonly transaction: string
  readonly block: BlockRef
  /** Gas units used. */
  readonly gasUsed: bigint
}

/** Sends a call of the registry. @throws REFUSED (`reason`: the registry's error), WRONG_CHAIN, UNAVAILABLE, ABORTED */
export async function change(options: ChangeOptions, data: string, call: CallOptions): Promise<Change> {
  const connection = new Connection(options)
  // An address without a registry takes any call and does nothing.
  await connection.demandRegistry(await connection.blockAt('latest', call), call)
  const sent = { to: options.registry, data }
  const { transaction, block, gasUsed, succeeded } = await transact(connection, options.signer, sent, call)
  if (!succeeded) throw new RefusedError('the transaction reverted', { reason: 'reverted', transaction })
  return { transaction, block, gasUsed }
}
