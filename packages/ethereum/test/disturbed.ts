import type { Eip1193Provider } from '../src/index.ts'

type Answer = (method: string, honest: () => Promise<unknown>) => Promise<unknown>

/** A provider that can be told to fail, to stay silent, or to answer something else. */
export class Disturbed implements Eip1193Provider {
  readonly #honest: Eip1193Provider
  #answer: Answer = (_, honest) => honest()
  /** The methods asked, in order. */
  readonly asked: string[] = []

  constructor(honest: Eip1193Provider) {
    this.#honest = honest
  }

  request(call: Parameters<Eip1193Provider['request']>[0]): Promise<unknown> {
    this.asked.push(call.method)
    return this.#answer(call.method, () => this.#honest.request(call))
  }

  /** Decides from now on what is answered. */
  answer(answer: Answer): void {
    this.#answer = answer
  }

  fail(): void {
    this.#answer = async () => Promise.reject({ code: -32000, message: 'the node is broken' })
  }

  stall() {
    const reached = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    this.#answer = async (_, honest) => {
      reached.resolve()
      await released.promise
      return honest()
    }
    return { reached: reached.promise, release: () => released.resolve() }
  }
}
