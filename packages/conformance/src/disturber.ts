import { type RemoteLogError, UnavailableError } from '@remote-log/core'
import type { Stall } from './runner.ts'

/** A hook for `onCall` of the in-memory implementations that breaks, silences and mends their backend. */
export class Disturber {
  #state: (operation: string) => Promise<void> | void = () => {}

  /** Hand this over as `onCall`. */
  readonly onCall = (operation: string): Promise<void> | void => this.#state(operation)

  /** From now on these operations (default: all) fail. */
  fail(
    error: RemoteLogError = new UnavailableError('the backend was broken for a test'),
    operations?: readonly string[],
  ): void {
    this.#state = operation => {
      if (operations === undefined || operations.includes(operation)) throw error
    }
  }

  /** From now on operations are taken and not answered. */
  stall(): Stall {
    const reached = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    this.#state = () => {
      reached.resolve()
      return released.promise
    }
    return { reached: reached.promise, release: released.resolve }
  }

  /** The backend works again. */
  mend(): void {
    this.#state = () => {}
  }
}
