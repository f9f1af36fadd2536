import { CorruptError, NotFoundError, type Reference, UnavailableError, verifyChunk } from '@remote-log/core'
import { type AnswerOrigin, isAbsence, isWebPage, refused, unavailable } from './answer-error.ts'
import {
  type BeeAnswer,
  BeeConnection,
  type BeeConnectionOptions,
  type BeeRequest,
} from './bee-connection.ts'
import { MAX_CHUNK_BYTES } from './limits.ts'
import { RequestWindow } from './request-window.ts'
import { outcomeOf, retrying } from './retry.ts'

export interface BeeNodeOptions extends BeeConnectionOptions {
  readonly maxInFlight: number
  readonly retryMs: number
  /** Told when a request could begin at once. */
  readonly onRoom?: (() => void) | undefined
}

/** A Bee node or gateway: requests in a window that adapts to it, tried again while that may help. */
export class BeeNode {
  readonly connection: BeeConnection
  readonly window: RequestWindow
  readonly #options: BeeNodeOptions

  /** @param shared a node whose connection and window this one uses as well */
  constructor(options: BeeNodeOptions, shared?: BeeNode) {
    this.connection = shared?.connection ?? new BeeConnection(options)
    this.window = shared?.window ?? new RequestWindow(options.maxInFlight, options.onRoom)
    this.#options = options
  }

  /** Opens as many connections as a first burst of requests uses, with requests that cost the node nothing. */
  warmUp(): void {
    for (let i = 0; i < this.window.size; i++) {
      this.connection.request({ method: 'GET', route: '/health' }, undefined).catch(() => {})
    }
  }

  /** The same node for a caller that tries again by itself: each request is made once. */
  once(): BeeNode {
    return new BeeNode({ ...this.#options, retryMs: 0 }, this)
  }

  /**
   * Makes a request and lets `judge` say what the answer is.
   * @throws UNAVAILABLE, ABORTED, and what `judge` throws
   */
  call<T>(
    request: BeeRequest,
    signal: AbortSignal | undefined,
    judge: (answer: BeeAnswer, origin: AnswerOrigin) => T,
  ): Promise<T> {
    const origin = { url: this.connection.shownUrl, route: request.route }
    const attempt = async () => judge(await this.connection.request(request, signal), origin)
    return retrying(request.route, this.#options.retryMs, signal, () =>
      this.window.run(request.route, signal, attempt, outcomeOf),
    )
  }

  /** A chunk, its hash verified. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED */
  async chunk(reference: Reference, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const request = {
      method: 'GET',
      route: '/chunks/{address}',
      parameter: reference,
      limit: MAX_CHUNK_BYTES,
    } as const
    try {
      return await this.call(request, signal, (answer, origin) => {
        if (answer.status === 200) return verified(reference, answer, origin)
        if (isAbsence(answer)) throw absent(reference, origin)
        throw unavailable(answer, origin)
      })
    } catch (error) {
      throw error instanceof UnavailableError ? aboutRead(error, reference) : error
    }
  }

  /**
   * Bytes `from` to `from + length - 1` of a file, as they come: NOT VERIFIED. Tried again until the answer begins;
   * where it ends early, the stream does. It is in flight until the stream ends.
   * @throws NOT_FOUND, REFUSED (`range`), UNAVAILABLE (also where the answer was cut), ABORTED
   */
  async *range(
    root: Reference,
    from: number,
    length: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array, void> {
    const route = '/bytes/{reference}'
    const origin = { url: this.connection.shownUrl, route }
    const request: BeeRequest = {
      method: 'GET',
      route,
      parameter: root,
      // At Bee's default level 4 a missing root is searched at 16 more addresses, for more than a second.
      headers: { range: `bytes=${from}-${from + length - 1}`, 'swarm-redundancy-level': '0' },
    }
    const judge = (answer: BeeAnswer) => judgeRange(answer, origin, root, from, length)
    const begin = async () => {
      const place = await this.window.enter(route, signal)
      try {
        const stream = this.connection.stream(request, judge, signal)
        const first = await stream.next()
        place.went('answered')
        return { stream, first, place }
      } catch (error) {
        place.went(outcomeOf(error))
        place.leave()
        throw error
      }
    }
    const { stream, first, place } = await retrying(route, this.#options.retryMs, signal, begin)
    let left = length
    try {
      for (let piece = first; !piece.done && left > 0; piece = await stream.next()) {
        yield piece.value.subarray(0, left)
        left -= piece.value.length
      }
    } finally {
      await stream.return()
      place.leave()
    }
  }
}

function verified(reference: Reference, answer: BeeAnswer, origin: AnswerOrigin): Uint8Array {
  try {
    verifyChunk(reference, answer.bytes)
  } catch (error) {
    if (isWebPage(answer)) throw unavailable(answer, origin)
    if (!(error instanceof CorruptError)) throw error
    const { url } = origin
    const what = `${url} sent something else for ${reference}: ${error.message}; ask another node`
    throw new CorruptError(what, { ...error.details, url }, error)
  }
  return answer.bytes
}

/** A read that was given up. */
function aboutRead(error: UnavailableError, reference: Reference): UnavailableError {
  const { status } = error.details
  const remedy =
    status === 500
      ? 'a Bee that failed to fetch a chunk passes its peers over for a minute: ask again after that, or another node'
      : 'ask again later, or another node'
  const what = `${error.message}; whether chunk ${reference} is there can't be told: ${remedy}`
  return new UnavailableError(what, { ...error.details, reference }, error)
}

function absent(reference: Reference, { url }: AnswerOrigin): NotFoundError {
  return new NotFoundError(`${url} does not have ${reference} now`, { url, reference })
}

function judgeRange(
  answer: BeeAnswer,
  origin: AnswerOrigin,
  root: Reference,
  from: number,
  length: number,
): void {
  if (isAbsence(answer)) throw absent(root, origin)
  const range = parseContentRange(answer.headers)
  const end = from + length
  if (answer.status === 416 || (range?.from === from && range.total < end)) {
    throw refused('range', `${origin.url} has no ${length} bytes from ${from} on in ${root}`, {
      ...origin,
      reference: root,
      from,
      length,
    })
  }
  // In browsers CORS hides Content-Range unless a gateway exposes it. A whole file is as good where it begins the range.
  const fits = answer.status === 206 ? !range || (range.from === from && range.end === end) : from === 0
  if (isWebPage(answer) || !fits || !(answer.status === 206 || answer.status === 200)) {
    throw unavailable(answer, origin)
  }
}

/** `bytes <from>-<last>/<total>` (RFC 9110, 14.4); a total of `*` is as large as can be. */
function parseContentRange(headers: Headers): { from: number; end: number; total: number } | undefined {
  const match = /^bytes ([0-9]+)-([0-9]+)\/([0-9]+|\*)$/.exec(headers.get('content-range') ?? '')
  if (!match) return undefined
  const total = match[3] === '*' ? Number.POSITIVE_INFINITY : Number(match[3])
  return { from: Number(match[1]), end: Number(match[2]) + 1, total }
}
