import { InvalidArgumentError } from '@remote-log/core'

/** Checks a seq, a time (ms) or a number of bytes that a caller gave. @throws INVALID_ARGUMENT unless 0 to 2^53-1 */
export function checkCount(value: number | undefined, what: string): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return
  throw new InvalidArgumentError(`${what} is a whole number from 0, not ${value}`, { [what]: value })
}
