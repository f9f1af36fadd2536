import type { Clock } from '../clock.ts'
import { type PoorBee, type PoorSettings, poorSettings } from './poor-bee.ts'

interface Waiter {
  readonly go: () => void
}

/**
 * What a node may ask of its peers: nodes without a chequebook pay each other in time (Bee: `pkg/accounting`). Without
 * settings it is unlimited. Who asks for more waits, first come, first served.
 */
export class Allowance {
  readonly #clock: Clock
  #settings: PoorSettings | undefined
  /** Chunks that may go at once; the fraction is what time has earned since. */
  #left = 0
  #since = 0
  #queue: Waiter[] = []
  #callOff: (() => void) | undefined

  constructor(clock: Clock, poor: PoorBee | undefined) {
    this.#clock = clock
    this.limit(poor)
  }

  /** Undefined: there is enough for everything. */
  get settings(): PoorSettings | undefined {
    return this.#settings
  }

  /** Changes the limits from now on; the first allowance is there again. */
  limit(poor: PoorBee | undefined): void {
    this.#settings = poor && poorSettings(poor)
    this.#left = this.#settings?.burst ?? 0
    this.#since = this.#clock.now()
    this.#callOff?.()
    this.#callOff = undefined
    this.#serve()
  }

  /** Takes one chunk's worth if nobody else waits for it. */
  tryTake(): boolean {
    if (!this.#settings) return true
    this.#earn()
    if (this.#queue.length > 0 || this.#left < 1) return false
    this.#left--
    return true
  }

  /** Resolves when one chunk's worth was taken. */
  take(): Promise<void> {
    if (this.tryTake()) return Promise.resolve()
    return new Promise(resolve => this.request(resolve))
  }

  /** Calls `go` when one chunk's worth was taken. @returns what gives up the place in the queue */
  request(go: () => void): () => void {
    const waiter = { go }
    this.#queue.push(waiter)
    this.#serve()
    return () => {
      this.#queue = this.#queue.filter(other => other !== waiter)
    }
  }

  #earn(): void {
    const { allowancePerSecond, burst } = this.#settings!
    const now = this.#clock.now()
    this.#left = Math.min(burst, this.#left + ((now - this.#since) * allowancePerSecond) / 1000)
    this.#since = now
  }

  #serve(): void {
    if (this.#settings) this.#earn()
    while (this.#queue.length > 0 && (!this.#settings || this.#left >= 1)) {
      if (this.#settings) this.#left--
      this.#queue.shift()!.go()
    }
    if (this.#queue.length === 0 || this.#callOff || !this.#settings) return
    const wait = Math.max(1, Math.ceil(((1 - this.#left) * 1000) / this.#settings.allowancePerSecond))
    this.#callOff = this.#clock.after(wait, () => {
      this.#callOff = undefined
      this.#serve()
    })
  }
}
