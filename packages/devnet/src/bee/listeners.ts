/** Who listens on this node for single-owner chunks, by address. */
export class Listeners {
  readonly #byAddress = new Map<string, Set<(payload: Buffer) => void>>()

  /** @returns what ends the listening */
  add(address: Buffer, listener: (payload: Buffer) => void): () => void {
    const name = address.toString('hex')
    const listeners = this.#byAddress.get(name) ?? new Set()
    listeners.add(listener)
    this.#byAddress.set(name, listeners)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#byAddress.delete(name)
    }
  }

  /** @param payload is called only where somebody listens */
  tell(address: Buffer, payload: () => Buffer | undefined): void {
    const listeners = this.#byAddress.get(address.toString('hex'))
    const message = listeners && payload()
    if (message) for (const listener of listeners) listener(message)
  }
}
