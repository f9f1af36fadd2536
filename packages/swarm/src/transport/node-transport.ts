import { fetchTransport } from './fetch-transport.ts'
import { type NodeAnswer, nodeBody } from './node-body.ts'
import type { Outgoing, Transport } from './transport.ts'

/** What Node adds to a request by itself. */
const OWN_HEAD = ' HTTP/1.1\r\nHost: \r\nConnection: keep-alive\r\n\r\n'
/** How long a connection waits for its next request, in ms: less than servers wait before they close one. */
const IDLE_MS = 4000

/** The parts of Node's `http` and `https` that are used here. */
interface NodeHttp {
  Agent: new (options: object) => object
  request(url: URL, options: object, onAnswer: (answer: NodeResponse) => void): NodeRequest
}

interface NodeRequest {
  readonly reusedSocket: boolean
  on(event: 'error', listener: (error: Error & { readonly code?: string }) => void): void
  end(body?: Uint8Array): void
}

interface NodeResponse extends NodeAnswer {
  readonly statusCode: number
  readonly statusMessage: string
  readonly rawHeaders: readonly string[]
}

/** An answer of which the head came. */
interface Begun {
  readonly answer: NodeResponse
  readonly body: AsyncIterable<Uint8Array>
}

let shared: Transport | undefined

/**
 * Exchanges by Node's `http`, with connections that all callers share; undefined where this is not Node. Long answers cost
 * less than by Node's `fetch`, which copies them once more and hands them through a web stream (`bench/http.ts`). What
 * `fetch` would do besides, follow a redirect or expand a body, is left to it.
 */
export function nodeTransport(): Transport | undefined {
  const [plain, secure] = [builtin('node:http'), builtin('node:https')]
  if (!plain || !secure) return undefined
  shared ??= overNode({ 'http:': plain, 'https:': secure })
  return shared
}

/** A module of Node, asked for at run time: nothing here imports one, so that browsers load this too. */
function builtin(name: string): NodeHttp | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => NodeHttp | undefined }
  }
  return process?.getBuiltinModule?.(name)
}

function overNode(clients: Readonly<Record<string, NodeHttp>>): Transport {
  const agents = Object.fromEntries(
    Object.entries(clients).map(([protocol, { Agent }]) => [
      protocol,
      new Agent({ keepAlive: true, timeout: IDLE_MS }),
    ]),
  )
  const byFetch = fetchTransport((input, init) => globalThis.fetch(input, init))

  function begin(url: URL, outgoing: Outgoing): Promise<Begun> {
    const { method, headers, body, signal } = outgoing
    const length = body ? { 'content-length': `${body.length}` } : {}
    const options = { method, signal, agent: agents[url.protocol], headers: { ...headers, ...length } }
    return new Promise((resolve, reject) => {
      const request = clients[url.protocol]!.request(url, options, answer =>
        resolve({ answer, body: nodeBody(answer, signal) }),
      )
      request.on('error', error => {
        // The server closed an idle connection at the moment at which it was used again.
        const stale = request.reusedSocket && error.code === 'ECONNRESET' && method === 'GET'
        if (stale && !signal.aborted) begin(url, outgoing).then(resolve, reject)
        else reject(error)
      })
      request.end(body)
    })
  }

  return {
    ownHeadBytes: OWN_HEAD.length,
    async send(url, outgoing) {
      const { answer, body } = await begin(url, outgoing)
      const { statusCode: status, statusMessage: statusText, rawHeaders } = answer
      const headers = new Headers()
      for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i]!, rawHeaders[i + 1]!)
      if (!isForFetch(status, headers)) return { status, statusText, headers, body }
      answer.destroy()
      return byFetch.send(url, outgoing)
    },
  }
}

function isForFetch(status: number, headers: Headers): boolean {
  const redirected = status >= 300 && status < 400 && headers.has('location')
  return redirected || (headers.get('content-encoding') ?? 'identity') !== 'identity'
}
