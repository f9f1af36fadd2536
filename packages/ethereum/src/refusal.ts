import {
  ConflictError,
  ReadOnlyError,
  RefusedError,
  type RemoteLogError,
  UnavailableError,
  ZERO_REFERENCE,
} from '@remote-log/core'
import { headOfBytes32, registryInterface } from './registry-abi.ts'
import { failureOf } from './rpc-error.ts'

/**
 * What a failed estimate, signature or submission means: CONFLICT where the registry names another head, REFUSED where
 * something said no for a reason that stays, else the error as it came (UNAVAILABLE, ABORTED).
 */
export function asOutcome(error: unknown): unknown {
  const failure = failureOf(error)
  switch (failure.kind) {
    case 'reverted':
      return revertOf(failure.data)
    case 'funds':
      return new RefusedError("the signer can't pay for the transaction", { reason: 'insufficient funds' })
    case 'user':
      return new RefusedError('the user said no to the wallet', { reason: 'rejected by the user' })
    default:
      return error
  }
}

/** The typed error that stands for a custom error of the registry. */
export function revertOf(data: string): RemoteLogError {
  const parsed = data.length >= 10 ? registryInterface.parseError(data) : null
  if (parsed?.name === 'StaleHead') {
    const [, , expected, current] = parsed.args as unknown as string[]
    return conflict(headText(expected!), headText(current!))
  }
  if (parsed?.name === 'NotAWriter') {
    const [owner, topic, writer, expiry] = parsed.args as unknown as [string, string, string, bigint]
    return notAWriter({ owner, topic }, writer, expiry)
  }
  return new RefusedError(`the registry refuses: ${parsed?.name ?? 'it reverts'}`, {
    reason: parsed?.name ?? 'reverted',
    data: data.slice(0, 10),
  })
}

/** The account may not move the head; `expiry`: when its time was over, 0 where it had none. */
export function notAWriter(
  { owner, topic }: { readonly owner: string; readonly topic: string },
  writer: string,
  expiry: bigint,
): ReadOnlyError {
  const details = { owner: owner.toLowerCase(), topic, signer: writer.toLowerCase(), expiry: Number(expiry) }
  return new ReadOnlyError(
    `${details.signer} is neither the owner ${details.owner} of this log nor its writer`,
    details,
  )
}

/** Another head than `expected` stands; both as 64 hex digits, zeros for none. */
export function conflict(expected: string, current: string): ConflictError {
  return new ConflictError('the head that stands is not the expected one', { expected, current })
}

/** Whether sending the same again, signed anew, may work: another transaction of the account took its nonce. */
export function isNonceTaken(error: unknown): boolean {
  return error instanceof UnavailableError && failureOf(error).kind === 'nonce'
}

function headText(bytes: string): string {
  return headOfBytes32(bytes) ?? ZERO_REFERENCE
}
