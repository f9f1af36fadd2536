import { throwIfAborted } from '@remote-log/core'
import { aborted, onAbort } from './abort-signals.ts'
import { FIRST_WINDOW } from './limits.ts'

interface Waiter {
  gone: boolean
  enter(): void
}

/** How a request went, as far as the window cares. */
export type RequestOutcome = 'answered' | 'refused' | 'neither'

/** A place among the requests in flight. */
export interface Place {
  /** Tells once how the request went, as soon as that is known. */
  went(outcome: RequestOutcome): void
  /** The request is over, its answer read to the end: the place is free. */
  leave(): void
}

/**
 * How many requests may be in flight, learned as TCP does (RFC 5681): doubling each round while answers come, then
 * one more each round, halved when the other side refuses. Refusals of requests that were under way already when it
 * was halved do not halve it again.
 */
export class RequestWindow {
  readonly #max: number
  #size: number
  #threshold: number
  #inFlight = 0
  #epoch = 0
  #queue: (Waiter | undefined)[] = []
  #next = 0
  readonly #onRoom: (() => void) | undefined

  /**
   * @param max most requests in flight
   * @param onRoom told when there is room that nobody here waits for
   */
  constructor(max: number, onRoom?: () => void) {
    this.#max = max
    this.#onRoom = onRoom
    this.#threshold = max
    this.#size = Math.min(FIRST_WINDOW, max)
  }

  /** How many requests may be in flight now. */
  get size(): number {
    return Math.floor(this.#size)
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Whether a request that begins now would not wait. */
  get hasRoom(): boolean {
    return this.#inFlight < this.size
  }

  /**
   * Runs a request when there is room, first come, first served.
   * @param outcomeOf what an error of the request says about the other side
   * @throws ABORTED while it waits, and what the request throws
   */
  async run<T>(
    operation: string,
    signal: AbortSignal | undefined,
    request: () => Promise<T>,
    outcomeOf: (error: unknown) => RequestOutcome,
  ): Promise<T> {
    // With room a request begins at once, in this turn.
    const entered = this.enter(operation, signal)
    const place = entered instanceof Promise ? await entered : entered
    try {
      const result = await request()
      place.went('answered')
      return result
    } catch (error) {
      place.went(outcomeOf(error))
      throw error
    } finally {
      place.leave()
    }
  }

  /** A place, at once where there is room. Whoever gets it has to leave it. @throws ABORTED, also while it waits */
  enter(operation: string, signal: AbortSignal | undefined): Place | Promise<Place> {
    throwIfAborted(signal, operation)
    if (this.#inFlight >= this.size) return this.#wait(operation, signal).then(() => this.#place())
    this.#inFlight++
    return this.#place()
  }

  #place(): Place {
    const epoch = this.#epoch
    return { went: outcome => this.#learn(outcome, epoch), leave: () => this.#leave() }
  }

  #wait(operation: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave =
        signal &&
        onAbort(signal, () => {
          waiter.gone = true
          reject(aborted(signal, operation))
        })
      const waiter: Waiter = {
        gone: false,
        enter: () => {
          leave?.()
          this.#inFlight++
          resolve()
        },
      }
      this.#queue.push(waiter)
    })
  }

  #learn(outcome: RequestOutcome, epoch: number): void {
    // Answers to a window that was not used up are no evidence that a wider one is welcome.
    const full = this.#inFlight >= this.size
    if (outcome === 'answered' && full) {
      this.#size = Math.min(this.#max, this.#size + (this.#size < this.#threshold ? 1 : 1 / this.#size))
      this.#admit()
    } else if (outcome === 'refused' && epoch === this.#epoch) {
      this.#epoch++
      this.#size = Math.max(1, this.#size / 2)
      this.#threshold = this.#size
    }
  }

  #leave(): void {
    this.#inFlight--
    this.#admit()
  }

  #admit(): void {
    while (this.#inFlight < this.size && this.#next < this.#queue.length) {
      const waiter = this.#queue[this.#next]
      this.#queue[this.#next++] = undefined
      if (waiter?.gone === false) waiter.enter()
    }
    if (this.#next === this.#queue.length) {
      this.#queue = []
      this.#next = 0
    }
    if (this.hasRoom) this.#onRoom?.()
  }
}
