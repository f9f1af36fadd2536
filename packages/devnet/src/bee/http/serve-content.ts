import { randomBytes } from 'node:crypto'
import { BrokenFile } from '../file-reader.ts'
import { type ByteRange, parseRange } from './byte-ranges.ts'
import type { Exchange, HeaderList } from './exchange.ts'

/** Something to serve: `bytes` gives any part of it. */
export interface Content {
  readonly length: number
  readonly type: string
  /** Quoted. */
  readonly etag: string
  /** Unix time in milliseconds. */
  readonly modified: number
  /** How much is read at a time, and ahead of what was asked for, in bytes. 0: only what was asked for. */
  readonly readAhead?: number | undefined
  bytes(from: number, to: number): Iterable<Uint8Array>
  /** Resolves when `bytes` can give a part; without it that can be at any time. */
  bring?(from: number, to: number): Promise<void>
}

/** Answers up to this size, in bytes, go out in one write. */
const AT_ONCE = 256 << 10
/** Bee's buffers for reading ahead: of files up to so many bytes, and of larger ones (`pkg/api/bzz.go`). */
const SMALL_FILE = { upTo: 10_000_000, readAhead: 256 << 10 }
const LARGE_FILE = { readAhead: 512 << 10 }
/** What Go copies at a time where nothing is read ahead. */
const COPIED_AT_ONCE = 32 << 10

/**
 * Answers with a content or the parts of it that were asked for, as Go's `http.ServeContent` does: ETag, preconditions,
 * single and multiple ranges.
 */
export async function serveContent(exchange: Exchange, content: Content, headers: HeaderList): Promise<void> {
  const failed = precondition(exchange, content)
  const identity = { ETag: content.etag, 'Last-Modified': new Date(content.modified).toUTCString() }
  const head = { ...headers, ...identity, 'Accept-Ranges': 'bytes' }
  const range = parseRange(rangeHeader(exchange, content), content.length)
  if (failed === 304) {
    exchange.empty(304, { ...headers, ETag: content.etag })
  } else if (failed === 412) {
    exchange.empty(412, { ...headers, ...identity })
  } else if (range === 'invalid') {
    exchange.text(416, 'invalid range\n', headers)
  } else if (range === 'outside' && content.length > 0) {
    const extent = { 'Content-Range': `bytes */${content.length}` }
    exchange.text(416, 'invalid range: failed to overlap\n', { ...headers, ...extent })
  } else if (range === 'none' || range === 'outside') {
    await respond(exchange, 200, content, { from: 0, to: content.length }, head)
  } else if (range.length > 1) {
    await multipart(exchange, content, range, head)
  } else {
    const extent = { 'Content-Range': contentRange(range[0]!, content.length) }
    await respond(exchange, 206, content, range[0]!, { ...head, ...extent })
  }
}

function precondition(exchange: Exchange, { etag, modified }: Content): 304 | 412 | undefined {
  const ifMatch = exchange.header('if-match')
  const unmodifiedSince = exchange.header('if-unmodified-since')
  if (ifMatch !== undefined) {
    if (ifMatch.trim() !== '*' && !tags(ifMatch).includes(etag)) return 412
  } else if (unmodifiedSince !== undefined && seconds(modified) > seconds(Date.parse(unmodifiedSince))) {
    return 412
  }
  const ifNoneMatch = exchange.header('if-none-match')
  const modifiedSince = exchange.header('if-modified-since')
  if (ifNoneMatch !== undefined) {
    const weak = tags(ifNoneMatch).map(tag => tag.replace(/^W\//, ''))
    return ifNoneMatch.trim() === '*' || weak.includes(etag) ? 304 : undefined
  }
  if (modifiedSince !== undefined && seconds(modified) <= seconds(Date.parse(modifiedSince))) return 304
  return undefined
}

/** The Range header, unless If-Range says that the client has another version. */
function rangeHeader(exchange: Exchange, { etag, modified }: Content): string | undefined {
  const ifRange = exchange.header('if-range')
  if (ifRange === undefined || ifRange === etag) return exchange.header('range')
  return seconds(Date.parse(ifRange)) === seconds(modified) ? exchange.header('range') : undefined
}

async function respond(
  exchange: Exchange,
  status: number,
  content: Content,
  { from, to }: ByteRange,
  head: HeaderList,
): Promise<void> {
  const headers = { ...head, 'Content-Type': content.type }
  const whole = to - from <= AT_ONCE ? await collect(steps(content, from, to)) : undefined
  if (whole) exchange.send(status, whole, headers)
  else
    await exchange.stream(status, steps(content, from, to), {
      ...headers,
      'Content-Length': String(to - from),
    })
}

/**
 * The bytes `from` to `to` as Bee sends them: it reads ahead in steps of its buffer, and sends nothing of a step in
 * which a chunk is missing, even one behind `to` (`langos`).
 */
async function* steps(
  content: Content,
  from: number,
  to: number,
): AsyncGenerator<readonly Uint8Array[], void> {
  const { length } = content
  const ahead = content.readAhead ?? (length <= SMALL_FILE.upTo ? SMALL_FILE.readAhead : LARGE_FILE.readAhead)
  const step = ahead || COPIED_AT_ONCE
  for (let at = from; at < to; at += step) {
    const end = Math.min(ahead > 0 ? length : to, at + step)
    await content.bring?.(at, end)
    yield firstBytes([...content.bytes(at, end)], to - at)
  }
}

/** Pieces of which all are needed but those behind the first `length` bytes. */
function firstBytes(pieces: readonly Uint8Array[], length: number): readonly Uint8Array[] {
  let left = length
  const kept: Uint8Array[] = []
  for (const piece of pieces) {
    if (left <= 0) break
    kept.push(piece.length > left ? piece.subarray(0, left) : piece)
    left -= piece.length
  }
  return kept
}

/** All bytes, or undefined where some are missing: then the answer begins and is cut short, as with Bee. */
async function collect(steps: AsyncIterable<readonly Uint8Array[]>): Promise<Buffer | undefined> {
  try {
    const got: Uint8Array[] = []
    for await (const pieces of steps) got.push(...pieces)
    return Buffer.concat(got)
  } catch (error) {
    if (error instanceof BrokenFile) return undefined
    throw error
  }
}

async function multipart(
  exchange: Exchange,
  content: Content,
  ranges: readonly ByteRange[],
  head: HeaderList,
): Promise<void> {
  const boundary = randomBytes(30).toString('hex')
  const heads = ranges.map((range, i) => {
    const fields = `Content-Range: ${contentRange(range, content.length)}\r\nContent-Type: ${content.type}\r\n\r\n`
    return Buffer.from(`${i === 0 ? '' : '\r\n'}--${boundary}\r\n${fields}`)
  })
  const end = Buffer.from(`\r\n--${boundary}--\r\n`)
  const length =
    heads.reduce((bytes, part) => bytes + part.length, end.length) +
    ranges.reduce((bytes, { from, to }) => bytes + to - from, 0)
  async function* parts(): AsyncGenerator<readonly Uint8Array[], void> {
    for (const [i, { from, to }] of ranges.entries()) {
      yield [heads[i]!]
      yield* steps(content, from, to)
    }
    yield [end]
  }
  await exchange.stream(206, parts(), {
    ...head,
    'Content-Type': `multipart/byteranges; boundary=${boundary}`,
    'Content-Length': String(length),
  })
}

function contentRange({ from, to }: ByteRange, length: number): string {
  return `bytes ${from}-${to - 1}/${length}`
}

function tags(header: string): string[] {
  return header.split(',').map(tag => tag.trim())
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}
