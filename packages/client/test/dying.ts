import type { ContentStore, NameSystem, Upload } from '@remote-log/core'
import type { LocalDatabase } from '../src/index.ts'

/** When in its `at`-th call a process dies: before the call has its effect, or after it, unseen. */
export interface Death {
  readonly at: number
  readonly moment: 'before' | 'after'
}

/**
 * A process that dies at a given call to anything outside it (of one operation, where given): from then on nothing it
 * calls answers but with an error.
 */
export class DyingProcess {
  dead = false
  readonly #death: Death
  readonly #operation: string | undefined
  #calls = -1

  constructor(death: Death, operation?: string) {
    this.#death = death
    this.#operation = operation
  }

  /** The next call is the first that counts. */
  arm(): void {
    this.#calls = 0
  }

  /** The thing as this process sees it. */
  sees<T extends ContentStore | NameSystem | LocalDatabase | Upload>(target: T): T {
    return new Proxy(target, {
      get: (object, name) => {
        const value: unknown = Reflect.get(object, name)
        if (typeof value !== 'function') return value
        if (name === 'iterator' || name === 'open') return value.bind(object)
        const apply = (args: unknown[]): unknown => Reflect.apply(value, object, args)
        return name === 'readLeaves'
          ? (...args: unknown[]) => this.#stream(() => apply(args) as AsyncIterable<Uint8Array>)
          : (...args: unknown[]) => this.#call(String(name), () => apply(args) as Promise<unknown>)
      },
    })
  }

  async #call(operation: string, effect: () => Promise<unknown>): Promise<unknown> {
    const counts = this.#calls >= 0 && (this.#operation ?? operation) === operation
    const dies = counts && this.#calls++ === this.#death.at
    if (this.dead || (dies && this.#death.moment === 'before')) throw this.#die()
    const result = await effect()
    if (dies) throw this.#die()
    if (this.dead) throw this.#die()
    return isUpload(result) ? this.sees(result) : result
  }

  /** An answer that comes in pieces: each of them is a call's end. */
  async *#stream(effect: () => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const piece of effect())
      yield (await this.#call('readLeaves', async () => piece)) as Uint8Array
  }

  #die(): Error {
    this.dead = true
    return new Error('the process was killed')
  }
}

function isUpload(value: unknown): value is Upload {
  return typeof value === 'object' && value !== null && 'confirm' in value && 'put' in value
}
