import { fetchTransport } from './fetch-transport.ts'
import { closed, type NodeAnswer, nodeBody } from './node-body.ts'
import type { Outgoing, Transport } from './transport.ts'

/** What Node adds to a request by itself. */
const OWN_HEAD = ' HTTP/1.1\r\nHost: \r\nConnection: keep-alive\r\n\r\n'

/** The parts of Node's `http` and `https` that are used here. */
interface NodeHttp {
  request(url: URL, options: object, onAnswer: (answer: NodeResponse) => void): NodeRequest
}

interface NodeRequest {
  readonly reusedSocket: boolean
  on(event: 'error', listener: (error: Error & { readonly code?: string }) => void): void
  on(event: 'close', listener: () => void): void
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
  readonly body: ReturnType<typeof nodeBody>
}

let shared: Transport | undefined

/**
 * Exchanges by Node's `http` over its global agent, so by a proxy where Node is told of one; undefined where this is not
 * Node. Long answers cost less than by Node's `fetch`, which copies them once more and hands them through a web stream
 * (`bench/http.ts`). Redirects are left to `fetch`.
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
  const byFetch = fetchTransport((input, init) => globalThis.fetch(input, init))

  function begin(url: URL, outgoing: Outgoing): Promise<Begun> {
    const { method, headers, body, signal } = outgoing
    const length = body ? { 'content-length': `${body.length}` } : {}
    const options = { method, signal, headers: { ...headers, ...length } }
    return new Promise((resolve, reject) => {
      let [answered, failed] = [false, false]
      const request = clients[url.protocol]!.request(url, options, answer => {
        answered = true
        resolve({ answer, body: nodeBody(answer, signal) })
      })
      request.on('error', error => {
        failed = true
        // The server closed an idle connection at the moment at which it was used again.
        const stale = request.reusedSocket && !answered && error.code === 'ECONNRESET'
        if (stale && method === 'GET' && !signal.aborted) begin(url, outgoing).then(resolve, reject)
        else reject(error)
      })
      // Without a word it closes where the server wants to speak another protocol (101).
      request.on('close', () => {
        if (!answered && !failed) reject(closed())
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
      if (!leadsElsewhere(outgoing.method, status, headers)) {
        return { status, statusText, headers, body: expanded(body, headers) }
      }
      answer.destroy()
      return byFetch.send(url, outgoing)
    },
  }
}

/** A redirect that says that nothing was done yet: only after 307 and 308 that holds for what is not a read (RFC 9110, 15.4). */
function leadsElsewhere(method: string, status: number, headers: Headers): boolean {
  if (!headers.has('location')) return false
  return [307, 308].includes(status) || (method === 'GET' && [301, 302, 303].includes(status))
}

/** Nobody asks for a compressed body here, but some proxies send one. */
function expanded(body: Begun['body'], headers: Headers): AsyncIterable<Uint8Array> {
  const coding = headers.get('content-encoding')
  if (coding !== 'gzip' && coding !== 'deflate') return body
  const compressed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { value, done } = await body.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await body.return()
    },
  })
  return compressed.pipeThrough(new DecompressionStream(coding))
}
