import { AbortedError } from '@remote-log/core'

/** Abort reasons for a request that is taken away from a gateway: it was silent, or the one asked later was faster. */
export const SILENT = Symbol('silent')
export const OUTPACED = Symbol('outpaced')

/** Whether a request ended because its gateway was too slow. */
export function isTaken(error: unknown): error is AbortedError {
  return error instanceof AbortedError && (error.cause === SILENT || error.cause === OUTPACED)
}

/** Whether a request ended because its gateway said nothing for long. */
export function isSilence(error: unknown): boolean {
  return error instanceof AbortedError && error.cause === SILENT
}
