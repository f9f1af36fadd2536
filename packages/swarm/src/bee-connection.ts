import { InvalidArgumentError, throwIfAborted } from '@remote-log/core'
import { Exchange, readBody } from './exchange.ts'
import { MAX_MESSAGE_BYTES } from './limits.ts'
import type { RequestReport } from './request-report.ts'
import { fetchTransport } from './transport/fetch-transport.ts'
import { platformTransport, type Transport } from './transport/transport.ts'

/** A request to a Bee node. */
export interface BeeRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** The route for reports, e.g. `/chunks/{address}`. */
  readonly route: string
  /** What replaces the route's parameter, or its parameters from the first to the last (`7/17` for `{amount}/{depth}`). */
  readonly parameter?: string
  readonly query?: Readonly<Record<string, string>>
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
  readonly #transport: Transport

  /** @throws INVALID_ARGUMENT unless `url` is an http(s) URL */
  constructor(options: BeeConnectionOptions) {
    const base = parseUrl(options.url)
    // fetch refuses URLs with credentials, so they travel as the header that they stand for (RFC 7617).
    this.#authorization = base.username || base.password ? { authorization: basicAuthorization(base) } : {}
    base.username = ''
    base.password = ''
    this.#base = base
    this.#prefix = base.pathname.replace(/\/+$/, '')
    this.shownUrl = base.origin + this.#prefix
    this.#options = options
    this.#transport = options.fetch ? fetchTransport(options.fetch) : platformTransport()
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
      const incoming = await exchange.begin()
      const { status, headers } = incoming
      const limit = isSuccess(status) ? (request.limit ?? MAX_MESSAGE_BYTES) : MAX_MESSAGE_BYTES
      const bytes = await readBody(incoming, limit)
      exchange.received(bytes.length)
      if (bytes.length <= limit) exchange.complete()
      return { status, headers, bytes }
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
      const incoming = await exchange.begin()
      const { status, headers, body } = incoming
      const bytes = isSuccess(status) ? new Uint8Array(0) : await readBody(incoming, MAX_MESSAGE_BYTES)
      judge({ status, headers, bytes })
      exchange.wait()
      for await (const piece of body) {
        exchange.received(piece.length)
        yield piece
        exchange.wait()
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
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value)
    const headers = { ...request.headers, ...this.#authorization }
    return new Exchange({
      ...this.#options,
      transport: this.#transport,
      url,
      shownUrl: this.shownUrl,
      request,
      headers,
      signal,
    })
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function parseUrl(text: string): URL {
  const url = URL.parse(text)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new InvalidArgumentError('the URL of a Bee node looks like http://127.0.0.1:1633', {
    wanted: 'http(s) URL',
  })
}

function basicAuthorization({ username, password }: URL): string {
  const user = new TextEncoder().encode(`${decoded(username)}:${decoded(password)}`)
  return `Basic ${btoa(String.fromCharCode(...user))}`
}

/** What is no percent-encoding is meant as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function pathOf({ route, parameter }: BeeRequest): string {
  return parameter === undefined ? route : route.replace(/\{.+\}/, parameter)
}
