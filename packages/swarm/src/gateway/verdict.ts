import {
  CorruptError,
  NotFoundError,
  type Reference,
  RefusedError,
  type RemoteLogError,
  UnavailableError,
} from '@remote-log/core'
import { isTransient } from '../retry.ts'
import type { Gateway } from './gateway.ts'

/**
 * What it means that no gateway gave what was asked for. One alone: its own error. Several:
 *
 * 1. `UNAVAILABLE` if any of them could not tell: it may have it, so that trying again may help.
 * 2. `CORRUPT` if all told, and one lied: a lie is no statement about existence.
 * 3. `REFUSED` if all told, and one said that the file ends before (of ranges alone).
 * 4. `NOT_FOUND` only if every one said that it does not have it.
 *
 * `details.gateways` lists what each said, `cause` is an AggregateError of their errors in that order.
 */
export function verdict(
  operation: string,
  reference: Reference,
  gateways: readonly Gateway[],
  failures: ReadonlyMap<Gateway, RemoteLogError>,
): RemoteLogError {
  const errors = gateways.map(gateway => failures.get(gateway)).filter(error => error !== undefined)
  if (errors.length === 1) return errors[0]!
  const said = gateways.map(gateway => `${gateway.url}: ${summary(failures.get(gateway))}`).join('; ')
  const what = `none of ${gateways.length} gateways gave ${reference} (${operation}): ${said}`
  const details = { reference, gateways: said }
  const cause = new AggregateError(errors, what)
  const unsure = errors.filter(error => error instanceof UnavailableError)
  if (unsure.length > 0) {
    const waits = unsure.map(({ details }) => details.retryAfterMs).filter(ms => ms !== undefined)
    return new UnavailableError(
      `${what}. Try again later, or add another gateway`,
      {
        ...details,
        transient: unsure.some(isTransient),
        answered: unsure.some(({ details }) => details.answered === true),
        // Whoever can be asked at once is asked at once.
        ...(waits.length === unsure.length && { retryAfterMs: Math.min(...waits.map(Number)) }),
      },
      cause,
    )
  }
  const lie = errors.find(error => error instanceof CorruptError)
  if (lie)
    return new CorruptError(`${what}. Add a gateway that has it`, { ...lie.details, ...details }, cause)
  const refusal = errors.find(error => error instanceof RefusedError)
  if (refusal) return new RefusedError(what, { ...refusal.details, ...details }, cause)
  return new NotFoundError(`${what}. Add a gateway that has it`, details, cause)
}

function summary(error: RemoteLogError | undefined): string {
  if (error === undefined) return 'not asked'
  const { status } = error.details
  return status === undefined ? error.code : `${error.code} (${status})`
}
