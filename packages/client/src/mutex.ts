import { throwIfAborted } from '@remote-log/core'
import { orAborted } from './or-aborted.ts'

/** Lets one operation at a time through, in the order of arrival. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs `task` alone. A signal that fires while waiting ends the wait with `ABORTED`. */
  async run<R>(what: string, signal: AbortSignal | undefined, task: () => Promise<R>): Promise<R> {
    throwIfAborted(signal, what)
    const before = this.#last
    const { promise: done, resolve: release } = Promise.withResolvers<void>()
    this.#last = before.then(() => done)
    try {
      await orAborted(before, what, signal)
      return await task()
    } finally {
      release()
    }
  }
}
