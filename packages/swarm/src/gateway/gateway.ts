import {
  AbortedError,
  CHUNK_BYTES,
  CorruptError,
  type LeafRange,
  NotFoundError,
  type Reference,
  type RemoteLogError,
  UnavailableError,
  verifiedLeaves,
} from '@remote-log/core'
import { onAbort } from '../abort-signals.ts'
import type { BeeNode } from '../bee-node.ts'
import { BlindSpots } from './blind-spots.ts'
import { Circuit } from './circuit.ts'
import type { GatewayHealth } from './gateway-health.ts'
import { Latency } from './latency.ts'
import { FIRST_QUARANTINE_MS, LAST_QUARANTINE_MS } from './limits.ts'
import { isTaken } from './taken.ts'
import { Usefulness } from './usefulness.ts'

/** Leaves that one gateway is sending, as records in arrays: see `RangeReader.readLeaves`. */
export interface LeafStream {
  readonly gateway: Gateway
  readonly first: Uint8Array
  /** Those behind. */
  readonly rest: AsyncGenerator<Uint8Array, void, undefined>
  readonly stop: AbortController
}

/** A Bee node or gateway among several, and what is known of it. */
export class Gateway {
  readonly latency = new Latency()
  readonly #node: BeeNode
  readonly #circuit = new Circuit()
  readonly #blind = new BlindSpots()
  readonly #usefulness = new Usefulness()
  readonly #counts = { requests: 0, served: 0, denied: 0, failed: 0, slow: 0, lies: 0 }
  #quarantinedUntil = 0
  #rest: { readonly until: number; readonly error: UnavailableError } | undefined
  #lastError: string | undefined

  /** @param node makes each request once: trying again is up to the pool */
  constructor(node: BeeNode) {
    this.#node = node
  }

  /** Without user, password and query. */
  get url(): string {
    return this.#node.connection.shownUrl
  }

  get hasRoom(): boolean {
    return this.#node.window.hasRoom
  }

  /** Why it must not be asked now: the answer by which it asked to be left alone. */
  get rest(): UnavailableError | undefined {
    if (this.#rest === undefined) return undefined
    const { until, error } = this.#rest
    const retryAfterMs = until - Date.now()
    if (retryAfterMs > 0)
      return new UnavailableError(error.message, { ...error.details, retryAfterMs }, error)
    this.#rest = undefined
    return undefined
  }

  /** Those of a lower rank are asked first, whatever it costs: 0 as a rule, 3 where it lied. */
  rank(reference: Reference): number {
    const now = Date.now()
    if (now < this.#quarantinedUntil) return 3
    const { state, probeAt } = this.#circuit
    if (state === 'half-open' || (state === 'open' && now < probeAt)) return 2
    return this.#blind.has(reference) ? 1 : 0
  }

  /** Expected milliseconds until it gives an answer of use. @param ahead questions that will be put to it before */
  cost(ahead: number): number {
    const { inFlight, size } = this.#node.window
    const waiting = this.hasRoom ? inFlight : inFlight + ahead
    return (this.latency.average / this.#usefulness.value) * (1 + waiting / size)
  }

  /** A chunk, verified. There must be room. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED */
  chunk(reference: Reference, signal: AbortSignal): Promise<Uint8Array> {
    return this.#asked(reference, () => this.#node.chunk(reference, signal))
  }

  /**
   * A stretch of a file, begun: its first leaves came and were verified. There must be room. `signal` stops the beginning
   * alone; what was begun has to be stopped by `stop`. @throws as `chunk`, and REFUSED; `details.leaf` is the first leaf
   */
  async leaves(
    file: Reference,
    leaves: LeafRange,
    expected: (leaf: number) => Reference,
    signal: AbortSignal,
  ): Promise<LeafStream> {
    const stop = new AbortController()
    const leave = onAbort(signal, () => stop.abort(signal.reason))
    const from = leaves.from * CHUNK_BYTES
    const bytes = this.#node.range(file, from, leaves.to * CHUNK_BYTES - from, stop.signal)
    const rest = verifiedLeaves(bytes, leaves, expected, { file, url: this.url })
    try {
      const { value } = await this.#asked(expected(leaves.from), () => rest.next())
      return { gateway: this, first: value!, rest, stop }
    } finally {
      leave()
    }
  }

  /** What was begun well failed later on. */
  failed(error: unknown, reference: Reference): void {
    this.#circuit.run(() => Promise.reject(error)).catch(() => {})
    this.#learn(error, reference, this.latency.patienceMs)
  }

  health(): GatewayHealth {
    return {
      url: this.url,
      ...this.#state(),
      ...this.#counts,
      latencyMs: this.latency.known ? this.latency.average : undefined,
      p95Ms: this.latency.p95,
      lastError: this.#lastError,
    }
  }

  #state(): Pick<GatewayHealth, 'state' | 'until'> {
    if (Date.now() < this.#quarantinedUntil) return { state: 'quarantined', until: this.#quarantinedUntil }
    if (this.rest) return { state: 'resting', until: this.#rest?.until }
    if (this.#circuit.state !== 'closed') return { state: 'failing', until: this.#circuit.probeAt }
    return { state: 'ready', until: undefined }
  }

  async #asked<T>(reference: Reference, request: () => Promise<T>): Promise<T> {
    const began = performance.now()
    this.#counts.requests++
    try {
      const result = await this.#circuit.run(request)
      this.latency.answered(performance.now() - began)
      this.#counts.served++
      this.#usefulness.learn(true)
      return result
    } catch (error) {
      this.#learn(error, reference, performance.now() - began)
      throw error
    }
  }

  #learn(error: unknown, reference: Reference, ms: number): void {
    if (isTaken(error)) {
      this.#counts.slow++
      this.latency.unanswered(ms)
    } else if (error instanceof NotFoundError) {
      this.#counts.denied++
    } else if (error instanceof CorruptError) {
      this.#quarantine()
    } else if (error instanceof UnavailableError) {
      this.#failed(error, reference)
    } else if (error instanceof AbortedError) {
      return
    }
    if (error instanceof CorruptError || error instanceof UnavailableError) this.#lastError = describe(error)
    this.#usefulness.learn(false)
  }

  #quarantine(): void {
    const ms = Math.min(LAST_QUARANTINE_MS, FIRST_QUARANTINE_MS * 2 ** this.#counts.lies++)
    this.#quarantinedUntil = Date.now() + ms
  }

  #failed(error: UnavailableError, reference: Reference): void {
    const { status, retryAfterMs } = error.details
    this.#counts.failed++
    if (Number(status) >= 500) this.#blind.add(reference)
    if (retryAfterMs !== undefined) this.#rest = { until: Date.now() + Number(retryAfterMs), error }
  }
}

function describe({ code, message }: RemoteLogError): string {
  return `${code}: ${message}`
}
