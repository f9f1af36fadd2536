import type { IncomingMessage, ServerResponse } from 'node:http'
import type { WebSocket } from 'ws'
import { Refusal } from './refusal.ts'

export type HeaderList = Record<string, string>

/** One request and the means to answer it in Bee's ways. */
export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly path: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | string[] | undefined>>
  /** Headers that every answer carries, above all those of CORS. */
  readonly #always: HeaderList
  /** Turns the request into a WebSocket. @throws Refusal 400 where it asked for none */
  readonly upgrade: () => Promise<WebSocket>
  /** Whether Bee could compress this answer: all but HEAD, and GET of content. */
  readonly #compressible: boolean

  constructor(options: {
    readonly request: IncomingMessage
    readonly response: ServerResponse
    readonly path: Readonly<Record<string, string>>
    readonly query: Readonly<Record<string, string | string[] | undefined>>
    readonly always: HeaderList
    readonly content: boolean
    readonly upgrade: () => Promise<WebSocket>
  }) {
    this.request = options.request
    this.response = options.response
    this.path = options.path
    this.query = options.query
    this.#always = options.always
    this.upgrade = options.upgrade
    const { method } = options.request
    this.#compressible = method !== 'HEAD' && !(options.content && method === 'GET')
  }

  /** A header's value; undefined where it is missing or empty. */
  header(name: string): string | undefined {
    const value = this.request.headers[name]
    return (Array.isArray(value) ? value[0] : value) || undefined
  }

  /** The request's own Content-Type: the server hides it from its framework, which would want to parse bodies. */
  get contentType(): string | undefined {
    const { rawHeaders } = this.request
    const at = rawHeaders.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-type')
    return at === -1 ? undefined : rawHeaders[at + 1] || undefined
  }

  /** JSON as `jsonhttp.Respond` writes it, with its two line feeds. */
  json(status: number, body: unknown, headers: HeaderList = {}): void {
    this.#jsonText(status, `${JSON.stringify(body)}\n\n`, headers)
  }

  /** The status and its usual text as JSON. */
  status(status: number, message: string, headers: HeaderList = {}): void {
    this.json(status, { code: status, message }, headers)
  }

  refuse({ status, message, reasons }: Refusal): void {
    this.json(status, { code: status, message, ...(reasons && { reasons }) })
  }

  /** What a method that the route does not have gets. */
  methodNotAllowed(allow: string): void {
    this.#jsonText(405, '{"message":"Method Not Allowed","code":405}\n', { Allow: allow })
  }

  text(status: number, body: string, headers: HeaderList = {}): void {
    this.send(status, Buffer.from(body), { 'Content-Type': 'text/plain; charset=utf-8', ...headers })
  }

  /** Bytes, whole. */
  send(status: number, body: Uint8Array, headers: HeaderList): void {
    this.#head(status, { ...headers, 'Content-Length': String(body.length) })
    this.response.end(body)
  }

  /** No body; `headers` say what there is to say. */
  empty(status: number, headers: HeaderList = {}): void {
    this.#head(status, headers)
    this.response.end()
  }

  /**
   * A body in steps of pieces, each step in one write. If one fails to come, the connection is closed behind those that
   * came: the client sees the head and a body cut short. `headers` must have `Content-Length`: Node tells of no drain
   * where it corks chunks of an unknown number.
   */
  async stream(
    status: number,
    steps: AsyncIterable<readonly Uint8Array[]>,
    headers: HeaderList,
  ): Promise<void> {
    const { response } = this
    this.#head(status, headers)
    response.flushHeaders()
    try {
      for await (const pieces of steps) {
        response.cork()
        for (const piece of pieces) response.write(piece)
        response.uncork()
        if (response.writableNeedDrain) await drained(response)
        if (response.destroyed) return
      }
      response.end()
    } catch {
      response.socket?.destroySoon()
    }
  }

  /** The request's body, in pieces. */
  async *pieces(): AsyncIterable<Buffer> {
    // Who stops reading early wants to answer: the connection must stay.
    yield* this.request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  }

  /** The request's body, whole. @throws Refusal 413 where it is longer than `limit` bytes */
  async body(limit: number): Promise<Buffer> {
    const tooLarge = new Refusal(413, 'Request Entity Too Large')
    if (Number(this.header('content-length') ?? 0) > limit) throw tooLarge
    const pieces: Buffer[] = []
    let length = 0
    for await (const piece of this.pieces()) {
      length += piece.length
      if (length > limit) throw tooLarge
      pieces.push(piece)
    }
    // Always a copy: a piece is a view of a much larger buffer of the socket, which would be kept with the chunk.
    return Buffer.concat(pieces)
  }

  #jsonText(status: number, text: string, headers: HeaderList): void {
    const body = Buffer.from(text)
    this.send(status, body, { 'Content-Type': 'application/json; charset=utf-8', ...headers })
  }

  #head(status: number, headers: HeaderList): void {
    const vary = this.#compressible ? { Vary: 'Accept-Encoding' } : {}
    this.response.writeHead(status, { ...this.#always, ...vary, ...headers })
  }
}

/** Resolves when more may be written, or nothing any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    const go = () => {
      response.off('drain', go).off('close', go)
      resolve()
    }
    response.on('drain', go).on('close', go)
  })
}
