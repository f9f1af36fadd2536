import { AbortedError, type BlockRef, RemoteLogError, UnavailableError } from '@remote-log/core'

/** What a transaction is to do. Without `to` it creates a contract. */
export interface Call {
  readonly to?: string
  readonly data: string
}

/** A transaction that is in a block, as deep as was asked. */
export interface Mined {
  /** Hash of the transaction. */
  readonly transaction: string
  readonly block: BlockRef
  /** Gas units used. */
  readonly gasUsed: bigint
  /** False where it reverted. */
  readonly succeeded: boolean
  readonly logs: readonly { readonly address: string; readonly topics: string[]; readonly data: string }[]
  /** Address of the contract that it created. */
  readonly contract: string | undefined
}

/** A transaction on its way; the nonce is known where this package chose it. */
export interface Sent {
  readonly transaction: string
  readonly from: string
  readonly nonce: number | undefined
}

/** The same error with the hash of the transaction that may be on its way. */
export function withTransaction(error: unknown, transaction: string): unknown {
  if (!(error instanceof RemoteLogError)) return error
  const details = { ...error.details, transaction }
  if (error instanceof AbortedError) return new AbortedError(error.message, details, error.cause)
  return new UnavailableError(`${error.message}; the transaction may be on its way`, details, error.cause)
}
