import { unlessAborted } from './within.ts'

/** Runs what it is given one after the other. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs `work` when everything before has ended. A signal that fires while it waits takes it out. @throws ABORTED */
  async run<T>(what: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const before = this.#last
    const ended = Promise.withResolvers<void>()
    this.#last = before.then(() => ended.promise)
    try {
      await unlessAborted(what, signal, before)
      return await work()
    } finally {
      ended.resolve()
    }
  }
}
