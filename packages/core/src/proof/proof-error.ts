import { CorruptError, type ErrorDetails } from '../errors.ts'

/**
 * Why a proof is refused: `details.reason` of a `CORRUPT`, named as the contract's custom errors are
 * (contracts/interfaces/IRemoteLogVerifier.sol, contracts/SwarmProof.sol). A proven page that breaks a rule is
 * `INVALID_PAGE` instead, the contract's `MalformedPage`.
 */
export const PROOF_REASONS = [
  'ProofTooShort',
  'ProofTooLong',
  'SegmentsOutOfRange',
  'PaddingNotZero',
  'WrongRoot',
  'SpanTooLong',
  'WrongHead',
  'WrongLog',
  'NoSuchEntry',
  'SegmentsMissing',
  'SegmentsNotRead',
  'PageOutOfLog',
  'WrongHistory',
  'WrongDirectory',
  'WrongPage',
  'DirectoryLies',
] as const

export type ProofReason = (typeof PROOF_REASONS)[number]

/** Refuses a proof; never returns. @throws CORRUPT */
export function refuse(reason: ProofReason, message: string, details?: ErrorDetails): never {
  throw new CorruptError(message, { reason, ...details })
}
