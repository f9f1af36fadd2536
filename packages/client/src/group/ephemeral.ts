import type { CallOptions } from '@remote-log/core'

/** A message that is kept nowhere. */
export interface EphemeralMessage {
  readonly payload: Uint8Array
  /** Whether it was sent here. Who sent another one is for the transport to say: nothing of it is checked. */
  readonly own: boolean
}

export type EphemeralListener = (message: EphemeralMessage) => void

/** How ephemeral messages go to other devices: the app's own way, such as Waku or a WebSocket. */
export interface EphemeralTransport {
  send(payload: Uint8Array, options: CallOptions): void | Promise<void>
  /** Hands over what other devices sent, until what it returned is called. */
  listen?(listener: (payload: Uint8Array) => void): () => void
}

/** Passes messages between the app's listeners and its transport; has no way to a log, a store or a chain. */
export class Ephemeral {
  readonly #listeners = new Set<EphemeralListener>()
  readonly #transport: EphemeralTransport | undefined
  readonly #stop: (() => void) | undefined

  constructor(transport: EphemeralTransport | undefined) {
    this.#transport = transport
    this.#stop = transport?.listen?.(payload => this.#tell({ payload, own: false }))
  }

  /** @throws what the transport and the listeners throw */
  async send(payload: Uint8Array, options: CallOptions): Promise<void> {
    this.#tell({ payload, own: true })
    await this.#transport?.send(payload, options)
  }

  listen(listener: EphemeralListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  close(): void {
    this.#stop?.()
    this.#listeners.clear()
  }

  #tell(message: EphemeralMessage): void {
    for (const listener of this.#listeners) listener(message)
  }
}
