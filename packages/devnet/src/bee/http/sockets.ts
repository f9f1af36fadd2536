import { type IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { Refusal } from './refusal.ts'

interface Upgrade {
  readonly socket: Socket
  readonly head: Buffer
}

/**
 * WebSockets on an HTTP server. A request to upgrade goes through the routes like any other, so that it can be refused
 * in Bee's words; the route's handler then asks for the socket.
 */
export class Sockets {
  readonly #upgrades = new WeakMap<IncomingMessage, Upgrade>()
  readonly #sockets = new WebSocketServer({ noServer: true, clientTracking: true })

  constructor(server: Server) {
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      const response = new ServerResponse(request)
      response.shouldKeepAlive = false
      response.assignSocket(socket)
      response.on('finish', () => socket.end())
      socket.on('error', () => socket.destroy())
      this.#upgrades.set(request, { socket, head })
      server.emit('request', request, response)
    })
  }

  /** Turns a request into a WebSocket. @throws Refusal 400 where it asked for none */
  open(request: IncomingMessage, response: ServerResponse): Promise<WebSocket> {
    const upgrade = this.#upgrades.get(request)
    if (!upgrade) throw new Refusal(400, 'upgrade failed')
    response.detachSocket(upgrade.socket)
    return new Promise(resolve => {
      this.#sockets.handleUpgrade(request, upgrade.socket, upgrade.head, socket => {
        socket.on('error', () => socket.terminate())
        socket.on('close', () => response.emit('close'))
        resolve(socket)
      })
    })
  }

  stop(): void {
    for (const socket of this.#sockets.clients) {
      socket.close(1001, 'node shutting down')
      socket.terminate()
    }
  }
}
