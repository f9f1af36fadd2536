import { type ErrorCode, RemoteLogError } from '@remote-log/core'

/** Why a chunk can't be had now; other chunks may be. */
export type Missed = RemoteLogError

const PASSING: readonly ErrorCode[] = ['NOT_FOUND', 'UNAVAILABLE', 'CORRUPT', 'BUDGET_EXCEEDED']

/** The error, where it says that one chunk can't be had; anything else is thrown on. */
export function asMissed(error: unknown): Missed {
  if (error instanceof RemoteLogError && PASSING.includes(error.code)) return error
  throw error
}
