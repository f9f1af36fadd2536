import { concatBytes } from '@noble/hashes/utils.js'
import { RemoteLogError, UnavailableError } from '@remote-log/core'
import { aborted, onAbort } from './abort-signals.ts'
import type { BeeRequest } from './bee-connection.ts'
import { answerHeadBytes, type RequestReport, requestHeadBytes } from './request-report.ts'
import type { Incoming, Transport } from './transport/transport.ts'

/** A request and where it goes. */
export interface ExchangeOptions {
  readonly transport: Transport
  readonly url: URL
  readonly shownUrl: string
  readonly request: BeeRequest
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal | undefined
  readonly timeoutMs: number
  readonly onRequest?: ((report: RequestReport) => void) | undefined
}

/** One request under way: its time-out, the caller's signal, its report. */
export class Exchange {
  readonly #options: ExchangeOptions
  readonly #stop = new AbortController()
  readonly #leaveSignal: (() => void) | undefined
  readonly #began = performance.now()
  #timer: ReturnType<typeof setTimeout> | undefined
  #timedOut = false
  #complete = false
  #answer: Incoming | undefined
  #bodyBytes = 0

  constructor(options: ExchangeOptions) {
    this.#options = options
    this.#leaveSignal = options.signal && onAbort(options.signal, () => this.#stop.abort())
    this.wait()
  }

  async begin(): Promise<Incoming> {
    const { transport, url, request, headers } = this.#options
    const { method, body } = request
    this.#answer = await transport.send(url, { method, headers, body, signal: this.#stop.signal })
    return this.#answer
  }

  /** Starts the time-out anew. */
  wait(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timedOut = true
      this.#stop.abort()
    }, this.#options.timeoutMs)
  }

  /** Stops the time-out: how long the caller takes over these bytes is no silence of the node. */
  received(bytes: number): void {
    this.#bodyBytes += bytes
    clearTimeout(this.#timer)
  }

  /** The answer was read to its end: there is nothing to cancel. */
  complete(): void {
    this.#complete = true
  }

  /** What the error of an exchange is to the caller. */
  failure(error: unknown): RemoteLogError {
    const { signal, request, shownUrl, timeoutMs } = this.#options
    if (signal?.aborted) return aborted(signal, request.route)
    if (error instanceof RemoteLogError) return error
    const details = { url: shownUrl, route: request.route, transient: true, answered: false }
    if (this.#timedOut) {
      return new UnavailableError(
        `${shownUrl} was silent for ${timeoutMs} ms (${request.route})`,
        details,
        error,
      )
    }
    const why = networkReason(error)
    const what = this.#answer ? 'cut its answer short' : "can't be reached"
    return new UnavailableError(`${shownUrl} ${what} (${request.route}): ${why}`, details, error)
  }

  /** Frees what the exchange holds; an answer that was not read to its end is cancelled. */
  end(): void {
    clearTimeout(this.#timer)
    this.#leaveSignal?.()
    this.#report()
    if (!this.#complete) this.#stop.abort()
  }

  #report(): void {
    const { onRequest, request, url, headers, transport } = this.#options
    if (!onRequest) return
    const sent = request.body?.length ?? (request.method === 'GET' ? undefined : 0)
    onRequest({
      method: request.method,
      route: request.route,
      status: this.#answer?.status ?? 0,
      bytesSent: transport.ownHeadBytes + requestHeadBytes(request.method, url, headers, sent) + (sent ?? 0),
      bytesReceived: (this.#answer ? answerHeadBytes(this.#answer) : 0) + this.#bodyBytes,
      ms: performance.now() - this.#began,
    })
  }
}

/** Reads a body up to `limit` bytes, and one more where there are more. */
export async function readBody({ body }: Incoming, limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of body) {
    pieces.push(piece)
    length += piece.length
    if (length > limit) break
  }
  const whole = pieces.length === 1 ? pieces[0]! : concatBytes(...pieces)
  return whole.subarray(0, limit + 1)
}

/** Node tells what happened in `code` (`ECONNREFUSED`), its fetch in `cause.code`, browsers not at all. */
function networkReason(error: unknown): string {
  for (const teller of [error, error instanceof Error ? error.cause : undefined]) {
    const code = typeof teller === 'object' && teller !== null && 'code' in teller && teller.code
    if (typeof code === 'string') return code
  }
  return error instanceof Error ? error.message : String(error)
}
