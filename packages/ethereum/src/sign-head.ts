import {
  type CallOptions,
  InvalidArgumentError,
  type LogId,
  parseAddress,
  ReadOnlyError,
  type Reference,
  RefusedError,
  ZERO_REFERENCE,
} from '@remote-log/core'
import { Signature, type Signer } from 'ethers'
import { domainOf, SIGNED_HEAD_TYPES } from './domain.ts'
import { DEFAULT_LEAD_SECONDS, MAX_LEAD_SECONDS } from './limits.ts'
import { toBytes32 } from './registry-abi.ts'
import type { HeadStatementToSign, SignedHead } from './signed-head.ts'
import { unlessAborted } from './within.ts'

/** What the owner says: this log's head shall move from `expected` to `next`. */
export interface SignHeadRequest {
  readonly log: LogId
  /** The head that must stand; undefined where none does yet. */
  readonly expected: Reference | undefined
  readonly next: Reference
  /** Unix time in seconds, at most 30 days ahead. Default: one day ahead, by this machine's clock. */
  readonly deadline?: number | undefined
}

/**
 * Signs a head with the owner's key, for others to submit. No transaction, no node.
 * @throws READ_ONLY (the signer is not the owner), INVALID_ARGUMENT (zero or unchanged head, deadline), REFUSED (the
 * signer does not sign), ABORTED
 */
export async function signHead(
  signer: Signer,
  request: SignHeadRequest,
  options: CallOptions = {},
): Promise<SignedHead> {
  const statement = statementOf(request)
  const address = (await unlessAborted('signHead', options.signal, signer.getAddress())).toLowerCase()
  if (address !== statement.owner) {
    throw new ReadOnlyError(`${address} can't sign for a log of ${statement.owner}`, {
      owner: statement.owner,
    })
  }
  const signature = await unlessAborted('signHead', options.signal, signStatement(signer, statement))
  return { ...statement, by: 'key', signature: Signature.from(signature).compactSerialized }
}

/**
 * Signs a head with the key of a writer, whom the owner has to have authorized by the time it is submitted.
 * @throws INVALID_ARGUMENT (zero or unchanged head, deadline), REFUSED (the signer does not sign), ABORTED
 */
export async function signHeadAsWriter(
  signer: Signer,
  request: SignHeadRequest,
  options: CallOptions = {},
): Promise<SignedHead> {
  const statement = statementOf(request)
  const address = await unlessAborted('signHead', options.signal, signer.getAddress())
  const signature = await unlessAborted('signHead', options.signal, signStatement(signer, statement))
  return {
    ...statement,
    by: 'writer',
    writer: parseAddress(address),
    signature: Signature.from(signature).compactSerialized,
  }
}

/**
 * A head that a contract wallet vouches for: `signature` is what the wallet made of the statement in its own way, over
 * the digest that {@link typedDataOf} describes. @throws INVALID_ARGUMENT
 */
export function walletSignedHead(request: SignHeadRequest, signature: string): SignedHead {
  return { ...statementOf(request), by: 'wallet', signature }
}

/** The typed data (EIP-712) of a statement, as `signTypedData` and `TypedDataEncoder` of ethers take it. */
export function typedDataOf(statement: HeadStatementToSign) {
  const { owner, topic, expected, next, deadline } = statement
  return {
    domain: domainOf(statement),
    types: SIGNED_HEAD_TYPES,
    value: { owner, topic, expected: toBytes32(expected ?? undefined), next: toBytes32(next), deadline },
  }
}

function statementOf({ log, expected, next, deadline }: SignHeadRequest): HeadStatementToSign {
  const now = Math.floor(Date.now() / 1000)
  const end = deadline ?? now + DEFAULT_LEAD_SECONDS
  if (next === ZERO_REFERENCE || next === expected) {
    throw new InvalidArgumentError('the next head is neither zero nor the one that stands', { next })
  }
  if (!Number.isSafeInteger(end) || end < now || end > now + MAX_LEAD_SECONDS) {
    throw new InvalidArgumentError('the deadline (Unix seconds) is from now to 30 days ahead', {
      deadline: end,
      now,
    })
  }
  return { ...log, expected: expected ?? null, next, deadline: end }
}

async function signStatement(signer: Signer, statement: HeadStatementToSign): Promise<string> {
  const { domain, types, value } = typedDataOf(statement)
  try {
    return await signer.signTypedData(domain, types, value)
  } catch (error) {
    throw new RefusedError('the signer does not sign', { reason: 'signer failed' }, error)
  }
}
