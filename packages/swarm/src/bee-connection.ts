import { InvalidArgumentError, RemoteLogError, throwIfAborted, UnavailableError } from '@remote-log/core'
import { aborted, onAbort } from './abort-signals.ts'
import { MAX_MESSAGE_BYTES } from './limits.ts'
import { answerHeadBytes, type RequestReport, requestHeadBytes } from './request-report.ts'

/** A request to a Bee node. */
export interface BeeRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** The route for reports, e.g. `/chunks/{address}`. */
  readonly route: string
  /** What replaces the route's parameter. */
  readonly parameter?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** Most bytes of a body that are read where the status is a success; one more is delivered where there are more. */
  readonly limit?: number
}

/** A Bee node's answer, whatever its status. */
export interface BeeAnswer {
  readonly status: number
  readonly headers: Headers
  /** The body; empty where the answer is handed on as a stream. */
  readonly bytes: Uint8Array
}

export interface BeeConnectionOptions {
  readonly url: string
  readonly timeoutMs: number
  readonly fetch?: typeof fetch | undefined
  readonly onRequest?: ((report: RequestReport) => void) | undefined
}

/** Plain HTTP to one Bee URL: time-outs, the caller's signal, and reports. It does not judge answers. */
export class BeeConnection {
  /** The URL as it may be printed: without user, password and query. */
  readonly shownUrl: string
  readonly #base: URL
  readonly #prefix: string
  readonly #authorization: Readonly<Record<string, string>>
  readonly #options: BeeConnectionOptions
  readonly #fetch: typeof fetch

  /** @throws INVALID_ARGUMENT unless `url` is an http(s) URL */
  constructor(options: BeeConnectionOptions) {
    const base = parseUrl(options.url)
    // fetch refuses URLs with credentials, so they travel as the header that they stand for (RFC 7617).
    const user = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`
    this.#authorization = user === ':' ? {} : { authorization: `Basic ${btoa(user)}` }
    base.username = ''
    base.password = ''
    this.#base = base
    this.#prefix = base.pathname.replace(/\/+$/, '')
    this.shownUrl = base.origin + this.#prefix
    this.#options = options
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  }

  /** The URL for other clients of the same node, without user and password: these are in `authorization`. */
  get baseUrl(): string {
    return `${this.#base}`
  }

  get authorization(): Readonly<Record<string, string>> {
    return this.#authorization
  }

  /** One request and its whole answer. @throws UNAVAILABLE (`details.transient`: no or half an answer), ABORTED */
  async request(request: BeeRequest, signal: AbortSignal | undefined): Promise<BeeAnswer> {
    throwIfAborted(signal, request.route)
    const exchange = this.#exchange(request, signal)
    try {
      const response = await exchange.begin()
      const limit = response.ok ? (request.limit ?? MAX_MESSAGE_BYTES) : MAX_MESSAGE_BYTES
      const bytes = await readBody(response, limit)
      exchange.received(bytes.length)
      if (bytes.length <= limit) exchange.complete()
      return { status: response.status, headers: response.headers, bytes }
    } catch (error) {
      throw exchange.failure(error)
    } finally {
      exchange.end()
    }
  }

  /**
   * One request whose successful answer's body is streamed; `judge` sees the head (and an error's body) first. The
   * time-out counts from the last bytes that arrived. @throws as `request`, and what `judge` throws
   */
  async *stream(
    request: BeeRequest,
    judge: (answer: BeeAnswer) => void,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array, void> {
    throwIfAborted(signal, request.route)
    const exchange = this.#exchange(request, signal)
    try {
      const response = await exchange.begin()
      const bytes = response.ok ? new Uint8Array(0) : await readBody(response, MAX_MESSAGE_BYTES)
      judge({ status: response.status, headers: response.headers, bytes })
      const reader = response.body?.getReader()
      for (;;) {
        exchange.wait()
        const piece = await reader?.read()
        if (!piece?.value) break
        exchange.received(piece.value.length)
        yield piece.value
      }
      exchange.complete()
    } catch (error) {
      throw exchange.failure(error)
    } finally {
      exchange.end()
    }
  }

  #exchange(request: BeeRequest, signal: AbortSignal | undefined): Exchange {
    const url = new URL(this.#base)
    url.pathname = this.#prefix + pathOf(request)
    const headers = { ...request.headers, ...this.#authorization }
    return new Exchange({
      ...this.#options,
      fetch: this.#fetch,
      url,
      shownUrl: this.shownUrl,
      request,
      headers,
      signal,
    })
  }
}

interface ExchangeOptions {
  readonly fetch: typeof fetch
  readonly url: URL
  readonly shownUrl: string
  readonly request: BeeRequest
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal | undefined
  readonly timeoutMs: number
  readonly onRequest?: ((report: RequestReport) => void) | undefined
}

/** One request under way. */
class Exchange {
  readonly #options: ExchangeOptions
  readonly #stop = new AbortController()
  readonly #leaveSignal: (() => void) | undefined
  readonly #began = performance.now()
  #timer: ReturnType<typeof setTimeout> | undefined
  #timedOut = false
  #complete = false
  #response: Response | undefined
  #bodyBytes = 0

  constructor(options: ExchangeOptions) {
    this.#options = options
    this.#leaveSignal = options.signal && onAbort(options.signal, () => this.#stop.abort())
    this.wait()
  }

  async begin(): Promise<Response> {
    const { fetch, url, request, headers } = this.#options
    const body = request.body as BodyInit | undefined
    this.#response = await fetch(url, {
      method: request.method,
      headers,
      signal: this.#stop.signal,
      ...(body && { body }),
    })
    return this.#response
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
    const what = this.#response ? 'cut its answer short' : "can't be reached"
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
    const { onRequest, request, url, headers } = this.#options
    if (!onRequest) return
    const sent = request.body?.length ?? (request.method === 'GET' ? undefined : 0)
    onRequest({
      method: request.method,
      route: request.route,
      status: this.#response?.status ?? 0,
      bytesSent: requestHeadBytes(request.method, url, headers, sent) + (sent ?? 0),
      bytesReceived: (this.#response ? answerHeadBytes(this.#response) : 0) + this.#bodyBytes,
      ms: performance.now() - this.#began,
    })
  }
}

function parseUrl(text: string): URL {
  const url = URL.parse(text)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new InvalidArgumentError('the URL of a Bee node looks like http://127.0.0.1:1633', {
    wanted: 'http(s) URL',
  })
}

function pathOf({ route, parameter }: BeeRequest): string {
  return parameter === undefined ? route : route.replace(/\{[a-z]+\}/, parameter)
}

/** Reads a body up to `limit` bytes, and one more where there are more. */
async function readBody(response: Response, limit: number): Promise<Uint8Array> {
  const announced = response.headers.get('content-length')
  // A compressed body is longer than announced, so only a plain one is read in one go.
  if (announced !== null && Number(announced) <= limit && !response.headers.has('content-encoding')) {
    return new Uint8Array(await response.arrayBuffer())
  }
  const reader = response.body?.getReader()
  const pieces: Uint8Array[] = []
  let length = 0
  while (reader && length <= limit) {
    const { value } = await reader.read()
    if (!value) break
    pieces.push(value)
    length += value.length
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole.subarray(0, limit + 1)
}

/** Node hides what happened in `cause.code` (`ECONNREFUSED`), browsers tell nothing. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code)
  return error instanceof Error ? error.message : String(error)
}
