import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What a provider may do to what passes through it. */
export interface RpcTampering {
  /** Before a request (a JSON text) goes on; what it returns goes on instead. */
  readonly request?: (body: string) => string | Promise<string>
  /** Before an answer goes back. */
  readonly answer?: (body: string) => string
}

export interface RpcProxy {
  readonly url: string
  stop(): Promise<void>
}

/** A provider that passes JSON-RPC on to another, and is not honest. */
export async function startRpcProxy(target: string, tampering: RpcTampering): Promise<RpcProxy> {
  const same = (body: string) => body
  const { request = same, answer = same } = tampering
  const server = createServer(async (incoming, outgoing) => {
    const body = await request(await text(incoming))
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(target, { method: 'POST', headers, body })
    outgoing.writeHead(response.status, headers).end(answer(await response.text()))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
