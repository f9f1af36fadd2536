/** Values that were read, up to so many bytes of them; the one that came first goes first. */
export class ReadCache {
  readonly #most: number
  readonly #values = new Map<string, Uint8Array>()
  #bytes = 0

  /** @param most bytes of values; 0 keeps nothing */
  constructor(most: number) {
    this.#most = most
  }

  get(name: string): Uint8Array | undefined {
    return this.#values.get(name)
  }

  add(name: string, value: Uint8Array): void {
    if (value.length > this.#most) return
    this.delete(name)
    this.#values.set(name, value)
    this.#bytes += value.length
    for (const oldest of this.#values.keys()) {
      if (this.#bytes <= this.#most) break
      this.delete(oldest)
    }
  }

  delete(name: string): void {
    this.#bytes -= this.#values.get(name)?.length ?? 0
    this.#values.delete(name)
  }
}
