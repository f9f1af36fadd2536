import type { Eip1193Provider } from '../src/index.ts'

type Answer = (method: string, honest: () => Promise<unknown>, params: readonly unknown[]) => Promise<unknown>

/** A provider that can be told to fail, to stay silent, or to answer something else. */
export class Disturbed implements Eip1193Provider {
  readonly #honest: Eip1193Provider
  #answer: Answer = (_, honest) => honest()
  /** The methods asked, in order. */
  readonly asked: string[] = []
  readonly #looking = new Set<() => void>()

  constructor(honest: Eip1193Provider) {
    this.#honest = honest
  }

  request(call: Parameters<Eip1193Provider['request']>[0]): Promise<unknown> {
    this.asked.push(call.method)
    for (const look of this.#looking) look()
    return this.#answer(call.method, () => this.#honest.request(call), (call.params ?? []) as unknown[])
  }

  /** Resolves when a method was asked so often since `asked` was last emptied. */
  async untilAsked(method: string, times = 1): Promise<void> {
    const enough = Promise.withResolvers<void>()
    const look = () => {
      if (this.asked.filter(asked => asked === method).length >= times) enough.resolve()
    }
    this.#looking.add(look)
    look()
    await enough.promise
    this.#looking.delete(look)
  }

  /** Decides from now on what is answered. */
  answer(answer: Answer): void {
    this.#answer = answer
  }

  /**
   * Answers in rounds from now on: a request waits until no other one comes, and then all that wait are answered.
   * Returns how many rounds there were.
   */
  inRounds(): () => number {
    let rounds = 0
    let round: Promise<void> | undefined
    this.#answer = async (_, honest) => {
      round ??= new Promise(resolve => {
        // Requests that nothing keeps waiting are made before the event loop turns.
        setImmediate(() => {
          rounds += 1
          round = undefined
          resolve()
        })
      })
      await round
      return honest()
    }
    return () => rounds
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
