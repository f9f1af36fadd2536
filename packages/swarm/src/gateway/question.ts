import { type Reference, RemoteLogError, UnavailableError } from '@remote-log/core'
import { aborted, onAbort } from '../abort-signals.ts'
import type { Gateway } from './gateway.ts'
import type { HedgeBudget } from './hedge-budget.ts'
import { isTaken, OUTPACED, SILENT } from './taken.ts'
import { preferred, type Turn, type Turns } from './turns.ts'
import { verdict } from './verdict.ts'

export interface QuestionOptions<T> {
  readonly operation: string
  readonly reference: Reference
  readonly gateways: readonly Gateway[]
  readonly turns: Turns
  readonly budget: HedgeBudget
  readonly signal: AbortSignal | undefined
  /** Silence of all gateways after which nothing more is expected, in milliseconds. */
  readonly timeoutMs: number
  /** Multiplies how long each gateway is waited for. */
  readonly patience: number
  /** Gateways that failed to answer this before. */
  readonly failures?: ReadonlyMap<Gateway, RemoteLogError> | undefined
  /** Gateways that fell silent over it before: asked again after all others. */
  readonly silent?: ReadonlySet<Gateway> | undefined
  ask(gateway: Gateway, signal: AbortSignal): Promise<T>
  /** Frees an answer that came after the first. */
  discard?(answer: T): void
}

/** One request for the answer to a question. */
interface Attempt {
  /** How many were made before it. */
  readonly order: number
  readonly stop: AbortController
  readonly timers: ReturnType<typeof setTimeout>[]
}

/**
 * One question put to several gateways until one answers it: the best first; after the silence of its p95 a second one
 * as well, if the budget has room for a duplicate; after longer silence the request is taken from it and made
 * elsewhere, and comes back to it with more patience when the others were no better. The first verified answer counts
 * and stops the other requests. Each gateway that fails is asked once.
 */
export class Question<T> {
  readonly #options: QuestionOptions<T>
  readonly #failures: Map<Gateway, RemoteLogError>
  readonly #attempts = new Map<Gateway, Attempt>()
  /** Gateways that were silent, this time around. */
  readonly #silent: Set<Gateway>
  readonly #answer = Promise.withResolvers<T>()
  readonly #began = performance.now()
  #patience: number
  #made = 0
  #turn: Turn | undefined
  #over = false

  constructor(options: QuestionOptions<T>) {
    this.#options = options
    this.#patience = options.patience
    this.#failures = new Map(options.failures)
    this.#silent = new Set(options.silent)
  }

  /** How often the silent were waited for, as a factor: for asking the same again. */
  get patience(): number {
    return this.#patience
  }

  /** @throws NOT_FOUND, UNAVAILABLE, CORRUPT (see {@link verdict}), ABORTED */
  async answer(): Promise<T> {
    const { signal, operation } = this.#options
    const leave =
      signal &&
      onAbort(signal, () => {
        this.#answer.reject(aborted(signal, operation))
        this.#end()
      })
    this.#next()
    try {
      return await this.#answer.promise
    } finally {
      leave?.()
    }
  }

  #next(): void {
    if (this.#over || this.#turn || this.#attempts.size > 0) return
    const turn: Turn = {
      reference: this.#options.reference,
      candidates: () => this.#candidates(),
      begin: gateway => {
        this.#turn = undefined
        this.#begin(gateway)
      },
      end: () => {
        this.#turn = undefined
        this.#fail()
      },
    }
    this.#turn = turn
    this.#options.turns.wait(turn)
  }

  /**
   * Who can be asked next. Those that were silent are asked again once the others are through, or are failing and have
   * no room: one that is overloaded gives an answer sooner than a queue before a broken one.
   */
  #candidates(): Gateway[] {
    const { reference } = this.#options
    const open = this.#open()
    const hopeless = open.every(gateway => !gateway.hasRoom && gateway.rank(reference) >= 2)
    if (this.#silent.size === 0 || !hopeless) return open
    this.#silent.clear()
    this.#patience *= 2
    return this.#open()
  }

  /** Who was not asked yet, this time around. Whoever asked to be left alone has thereby answered. */
  #open(): Gateway[] {
    return this.#options.gateways.filter(gateway => {
      if (this.#failures.has(gateway) || this.#attempts.has(gateway) || this.#silent.has(gateway))
        return false
      const { rest } = gateway
      if (rest) this.#failures.set(gateway, rest)
      return rest === undefined
    })
  }

  #begin(gateway: Gateway): void {
    const { ask } = this.#options
    const { hedgeMs, patienceMs } = gateway.latency
    const stop = new AbortController()
    const timers = [
      setTimeout(() => this.#hedge(), hedgeMs),
      setTimeout(() => this.#take(gateway), patienceMs * this.#patience),
    ]
    const order = this.#made++
    this.#attempts.set(gateway, { order, stop, timers })
    ask(gateway, stop.signal).then(
      result => {
        this.#leave(gateway)
        if (this.#over) return this.#options.discard?.(result)
        this.#answer.resolve(result)
        this.#end(other => (other < order ? OUTPACED : undefined))
        this.#options.turns.look()
      },
      (error: unknown) => {
        this.#leave(gateway)
        this.#lose(gateway, error)
      },
    )
  }

  #hedge(): void {
    const { reference, budget } = this.#options
    const ready = this.#open().filter(gateway => gateway.hasRoom && gateway.rank(reference) === 0)
    const second = preferred(ready, reference, 0)
    if (this.#attempts.size === 1 && second && budget.spend()) this.#begin(second)
  }

  /** Its patience is over: the request is made elsewhere, if there is an elsewhere. */
  #take(gateway: Gateway): void {
    const elsewhere = this.#attempts.size > 1 || this.#silent.size > 0 || this.#open().length > 0
    if (elsewhere) this.#attempts.get(gateway)?.stop.abort(SILENT)
  }

  #leave(gateway: Gateway): void {
    for (const timer of this.#attempts.get(gateway)?.timers ?? []) clearTimeout(timer)
    this.#attempts.delete(gateway)
  }

  #lose(gateway: Gateway, error: unknown): void {
    if (this.#over) return
    const { operation, timeoutMs } = this.#options
    const silentMs = Math.round(performance.now() - this.#began)
    if (!(error instanceof RemoteLogError)) {
      this.#answer.reject(error)
      this.#end()
    } else if (!isTaken(error)) {
      this.#failures.set(gateway, error)
    } else if (silentMs < timeoutMs) {
      this.#silent.add(gateway)
    } else {
      const what = `${gateway.url} gave no answer to ${operation} within ${silentMs} ms`
      const details = { url: gateway.url, transient: true, answered: false }
      this.#failures.set(gateway, new UnavailableError(what, details, error))
    }
    this.#next()
    this.#options.turns.look()
  }

  #fail(): void {
    const { operation, reference, gateways } = this.#options
    this.#answer.reject(verdict(operation, reference, gateways, this.#failures))
    this.#end()
  }

  /** @param reasonFor why the request of this order is stopped: whoever was asked before the winner was slower */
  #end(reasonFor: (order: number) => unknown = () => undefined): void {
    this.#over = true
    if (this.#turn) this.#options.turns.leave(this.#turn)
    for (const { order, stop, timers } of this.#attempts.values()) {
      for (const timer of timers) clearTimeout(timer)
      stop.abort(reasonFor(order))
    }
  }
}
