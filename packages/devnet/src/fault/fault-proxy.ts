import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Transform } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { TrafficMeter } from './traffic-meter.ts'

/** One request, as a rule sees it before anything was forwarded. */
export interface FaultRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Lower-case names. */
  readonly headers: IncomingMessage['headers']
  /** How many requests came before this one. */
  readonly index: number
  /** The body, where the proxy was told to read bodies. */
  readonly body: Buffer | undefined
}

/** What goes wrong with a request. Fields combine where that makes sense; an empty object is no fault. */
export interface Fault {
  /** Milliseconds to wait before the request is forwarded (or answered, hung or dropped). */
  readonly delayMs?: number
  /** Answer this instead of asking the target. */
  readonly answer?: {
    readonly status: number
    readonly headers?: Record<string, string>
    readonly body?: string | Uint8Array
  }
  /** Accept the request and never answer. The connection ends when the client or `stop()` ends it. */
  readonly hang?: boolean
  /** Close the connection without an answer. */
  readonly drop?: boolean
  /** Let so many bytes of the answer's body through, then close the connection. */
  readonly cutAfter?: number
  /** Let so many bytes of the answer's body through, then nothing more; the connection stays open. */
  readonly stallAfter?: number
  /** Invert this bit of the answer's body; bit 0 is the lowest of the first byte. */
  readonly flipBit?: number
  /** Exchange the first two blocks of so many bytes of the answer's body. */
  readonly swapBlocks?: number
  /** Ask the target for this path in place of the one asked for: the replay of another answer. */
  readonly instead?: string
}

export type FaultRule = (request: FaultRequest) => Fault | undefined

/** What went through since the start or the last reset. */
export interface FaultProxyStats {
  readonly requests: number
  /** Bytes from clients, as they were on the wire: request lines, headers, bodies. */
  readonly bytesIn: number
  /** Bytes to clients, as they were on the wire: status lines, headers, bodies. */
  readonly bytesOut: number
  /** The most requests that were under way at one time. */
  readonly mostInFlight: number
}

export interface FaultProxy {
  /** Base URL to use in place of the target's. */
  readonly url: string
  /** The rule for requests to come. */
  readonly rule: FaultRule | undefined
  /** Replaces the rule for requests to come; undefined: no faults. */
  setRule(rule: FaultRule | undefined): void
  stats(): FaultProxyStats
  resetStats(): void
  stop(): Promise<void>
}

/**
 * An HTTP proxy in front of any URL that fails on demand. Headers and bodies pass unchanged (raw header lines,
 * compression, ranges); connections are kept alive on both sides.
 */
export async function startFaultProxy(options: {
  readonly target: string
  readonly rule?: FaultRule
  /** Port on 127.0.0.1; 0 (default) takes a free one. */
  readonly port?: number
  /** Reads each request's body before the rule sees it, for rules that depend on it (JSON-RPC). Default false. */
  readonly readBodies?: boolean
}): Promise<FaultProxy> {
  const target = new URL(options.target)
  if (target.protocol !== 'http:') throw new TypeError(`a fault proxy stands before http URLs, not ${target}`)
  const prefix = target.pathname.replace(/\/$/, '')
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
  const meter = new TrafficMeter()
  let rule = options.rule

  const server = createServer({ keepAliveTimeout: 60_000 }, async (incoming, outgoing) => {
    const index = meter.requestBegan()
    outgoing.once('close', () => meter.requestEnded())
    const body = options.readBodies ? await buffer(incoming).catch(() => undefined) : undefined
    if (options.readBodies && body === undefined) {
      outgoing.destroy()
      return
    }
    const [path, method] = [incoming.url ?? '/', incoming.method ?? 'GET']
    const fault = rule?.({ method, path, headers: incoming.headers, index, body }) ?? {}
    const go = () => serve(incoming, outgoing, fault, body)
    if (!fault.delayMs) return go()
    const later = setTimeout(go, fault.delayMs)
    outgoing.once('close', () => clearTimeout(later))
  })
  server.on('connection', (socket: Socket) => meter.watch(socket))

  function serve(incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault, body?: Buffer): void {
    if (outgoing.destroyed) return
    if (fault.drop) {
      incoming.socket.destroy()
    } else if (fault.hang) {
      incoming.resume()
    } else if (fault.answer) {
      incoming.resume()
      outgoing.writeHead(fault.answer.status, fault.answer.headers)
      outgoing.end(fault.answer.body)
    } else {
      forward(incoming, outgoing, fault, body)
    }
  }

  function forward(incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault, body?: Buffer): void {
    const upstream = request(
      {
        agent,
        host: target.hostname,
        port: target.port,
        method: incoming.method,
        path: prefix + (fault.instead ?? incoming.url),
        headers: withHost(incoming.rawHeaders, target.host),
        setHost: false,
      },
      answer => relay(answer, outgoing, fault),
    )
    upstream.on('error', () => outgoing.socket?.destroy())
    outgoing.once('close', () => upstream.destroy())
    if (body === undefined && hasBody(incoming)) incoming.pipe(upstream)
    else upstream.end(body)
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get rule() {
      return rule
    },
    setRule(next) {
      rule = next
    },
    stats: () => meter.stats(),
    resetStats: () => meter.reset(),
    async stop() {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      agent.destroy()
      await closed
    },
  }
}

function relay(answer: IncomingMessage, outgoing: ServerResponse, fault: Fault): void {
  answer.on('error', () => outgoing.socket?.destroy())
  outgoing.sendDate = false
  outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders)
  const body = fault.swapBlocks === undefined ? answer : answer.pipe(swappedBlocks(fault.swapBlocks))
  const end = fault.cutAfter ?? fault.stallAfter
  if (end === undefined && fault.flipBit === undefined) {
    body.pipe(outgoing)
    return
  }
  let passed = 0
  body.on('data', (piece: Buffer) => {
    const bytes = flipped(piece, passed, fault.flipBit)
    const room = (end ?? Number.POSITIVE_INFINITY) - passed
    passed += piece.length
    if (piece.length < room) {
      outgoing.write(bytes)
    } else {
      answer.destroy()
      outgoing.flushHeaders()
      outgoing.write(bytes.subarray(0, room))
      if (fault.cutAfter !== undefined) outgoing.socket?.destroySoon()
    }
  })
  body.on('end', () => outgoing.end())
}

/** Holds two blocks back until both are there. */
function swappedBlocks(length: number): Transform {
  let held: Buffer | undefined = Buffer.alloc(0)
  const swapped = (all: Buffer) =>
    Buffer.concat([all.subarray(length, 2 * length), all.subarray(0, length), all.subarray(2 * length)])
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      if (held === undefined) return done(null, piece)
      held = Buffer.concat([held, piece])
      if (held.length < 2 * length) return done()
      const all = held
      held = undefined
      done(null, swapped(all))
    },
    flush: done => done(null, held === undefined ? undefined : swapped(held)),
  })
}

function flipped(piece: Buffer, offset: number, bit: number | undefined): Buffer {
  const at = bit === undefined ? -1 : Math.floor(bit / 8) - offset
  if (at < 0 || at >= piece.length) return piece
  const copy = Buffer.from(piece)
  copy[at] = copy[at]! ^ (1 << (bit! % 8))
  return copy
}

function withHost(rawHeaders: readonly string[], host: string): string[] {
  const headers = [...rawHeaders]
  for (let i = 0; i < headers.length; i += 2) if (headers[i]!.toLowerCase() === 'host') headers[i + 1] = host
  return headers
}

function hasBody(incoming: IncomingMessage): boolean {
  return (
    incoming.headers['transfer-encoding'] !== undefined || Number(incoming.headers['content-length'] ?? 0) > 0
  )
}
