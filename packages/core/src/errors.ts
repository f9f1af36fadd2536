/**
 * The closed list of things that can go wrong, each with a stable `code`. Codes are API, messages are not.
 * "Absent" (`NOT_FOUND`) and "cannot tell" (`UNAVAILABLE`) are never the same outcome, nor are "you stopped it"
 * (`ABORTED`) and "it is wrong" (`CORRUPT`). The catalogue with remedies stands in docs/errors.md.
 */
export const ERROR_CODES = [
  'NOT_FOUND',
  'UNAVAILABLE',
  'ABORTED',
  'CORRUPT',
  'INVALID_PAGE',
  'INVALID_ARGUMENT',
  'CONFLICT',
  'REWRITTEN',
  'ROLLBACK',
  'STALE',
  'REORG',
  'REFUSED',
  'WRONG_CHAIN',
  'NO_CONTRACT',
  'BUDGET_EXCEEDED',
  'READ_ONLY',
  'LOCKED',
  'LOCAL_DAMAGED',
  'WRONG_PASSWORD',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** Values that explain an error. They are printed and logged: never a key, a password or a signature. */
export type ErrorDetails = Readonly<Record<string, string | number | bigint | boolean | undefined>>

/** The base of every error this project throws on purpose. Programmer mistakes are plain `TypeError`s. */
export class RemoteLogError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.code = code
    this.details = details
  }
}

/** The other side answered, and what was asked for does not exist there. Only this may be read as "empty". */
export class NotFoundError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('NOT_FOUND', message, details, cause)
  }
}

/** Cannot tell: no answer, an answer that is no statement about existence (500, HTML, a time-out), or "not yet". */
export class UnavailableError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('UNAVAILABLE', message, details, cause)
  }
}

/** The caller's `AbortSignal` fired. `cause` is the signal's reason. */
export class AbortedError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('ABORTED', message, details, cause)
  }
}

/** Bytes arrived whose hash, length or shape is not what the reference or the format says. */
export class CorruptError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('CORRUPT', message, details, cause)
  }
}

/** A page broke a rule of the format (docs/spec.md, "Rejection"); `details.rule` names the rule. */
export class InvalidPageError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('INVALID_PAGE', message, details, cause)
  }
}

/** A value from outside the program (user, file, network configuration) has the wrong form or is out of range. */
export class InvalidArgumentError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('INVALID_ARGUMENT', message, details, cause)
  }
}

/** The compare-and-swap lost: the stored head is not `expected`. `details.current` is the head that stands. */
export class ConflictError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('CONFLICT', message, details, cause)
  }
}

/** A newer head does not extend the head trusted before. Carries both heads as evidence. */
export class RewrittenError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('REWRITTEN', message, details, cause)
  }
}

/** A newer block names an earlier state of the log than the head trusted before. */
export class RollbackError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('ROLLBACK', message, details, cause)
  }
}

/** The answer is from an older block than the trust anchor: the provider lags. Ask again or ask another. */
export class StaleError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('STALE', message, details, cause)
  }
}

/** The block of the trust anchor is no longer part of the chain. */
export class ReorgError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('REORG', message, details, cause)
  }
}

/**
 * The other side understood and said no for a stated reason (batch full, expired or unknown, payload too large,
 * transaction reverted, insufficient funds). Trying the same again will not help; `details.reason` says what will.
 */
export class RefusedError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('REFUSED', message, details, cause)
  }
}

/** The provider serves another chain than the log id names. */
export class WrongChainError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('WRONG_CHAIN', message, details, cause)
  }
}

/** There is no (registry) code at the registry's address on this chain. */
export class NoContractError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('NO_CONTRACT', message, details, cause)
  }
}

/** The caller's byte or time budget does not cover the next step. What was read so far is kept. */
export class BudgetExceededError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('BUDGET_EXCEEDED', message, details, cause)
  }
}

/** A write was asked of a log that was opened without a signer. */
export class ReadOnlyError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('READ_ONLY', message, details, cause)
  }
}

/** Another process or tab holds the local log. */
export class LockedError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('LOCKED', message, details, cause)
  }
}

/** The local copy on this device fails its own checks. Nothing published is lost; see the remedy in the catalogue. */
export class LocalDamagedError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('LOCAL_DAMAGED', message, details, cause)
  }
}

/** A key file was not opened by the password given. */
export class WrongPasswordError extends RemoteLogError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super('WRONG_PASSWORD', message, details, cause)
  }
}

/** An error of this project once more with further details (and the same cause); anything else as it is. */
export function withDetails(error: unknown, details: ErrorDetails): unknown {
  if (!(error instanceof RemoteLogError) || error.constructor === RemoteLogError) return error
  const Kind = error.constructor as new (
    message: string,
    details: ErrorDetails,
    cause: unknown,
  ) => RemoteLogError
  return new Kind(error.message, { ...error.details, ...details }, error.cause)
}

/** Throws {@link AbortedError} if `signal` has fired. `what` names the operation, e.g. `'sync'`. */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new AbortedError(`${what} was aborted`, { operation: what }, signal.reason)
}
