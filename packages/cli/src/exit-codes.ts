import type { ErrorCode } from '@remote-log/core'

/** It worked. */
export const EXIT_OK = 0
/** Something this program did not foresee; `REMOTE_LOG_DEBUG=1` shows the stack trace. */
export const EXIT_UNEXPECTED = 1

/**
 * The process's exit code for each class of errors: what scripts branch on. Numbers are API, as codes are.
 * 2 is the shells' own for wrong usage and 130 theirs for SIGINT; the others stay below 64, where sysexits.h begins.
 */
export const EXIT_CODES: Readonly<Record<ErrorCode, number>> = {
  INVALID_ARGUMENT: 2,
  NOT_FOUND: 10,
  UNAVAILABLE: 11,
  CORRUPT: 12,
  INVALID_PAGE: 13,
  CONFLICT: 14,
  REWRITTEN: 15,
  ROLLBACK: 16,
  STALE: 17,
  REORG: 18,
  REFUSED: 19,
  WRONG_CHAIN: 20,
  NO_CONTRACT: 21,
  BUDGET_EXCEEDED: 22,
  READ_ONLY: 23,
  LOCKED: 24,
  LOCAL_DAMAGED: 25,
  WRONG_PASSWORD: 26,
  ABORTED: 130,
}
