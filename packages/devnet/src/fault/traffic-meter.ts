import type { Socket } from 'node:net'
import type { FaultProxyStats } from './fault-proxy.ts'

/** Counts requests, and bytes from the sockets themselves, so that headers are counted as they were sent. */
export class TrafficMeter {
  readonly #sockets = new Set<Socket>()
  #closed = { in: 0, out: 0 }
  #base = { requests: 0, in: 0, out: 0 }
  #requests = 0
  #inFlight = 0
  #mostInFlight = 0

  watch(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      this.#closed = { in: this.#closed.in + socket.bytesRead, out: this.#closed.out + socket.bytesWritten }
    })
  }

  /** Returns how many requests came before. */
  requestBegan(): number {
    this.#mostInFlight = Math.max(this.#mostInFlight, ++this.#inFlight)
    return this.#requests++
  }

  requestEnded(): void {
    this.#inFlight--
  }

  stats(): FaultProxyStats {
    const now = this.#bytes()
    return {
      requests: this.#requests - this.#base.requests,
      bytesIn: now.in - this.#base.in,
      bytesOut: now.out - this.#base.out,
      mostInFlight: this.#mostInFlight,
    }
  }

  reset(): void {
    this.#base = { requests: this.#requests, ...this.#bytes() }
    this.#mostInFlight = this.#inFlight
  }

  #bytes(): { in: number; out: number } {
    const sum = { ...this.#closed }
    for (const socket of this.#sockets) {
      sum.in += socket.bytesRead
      sum.out += socket.bytesWritten
    }
    return sum
  }
}
