/** Bytes that came in pieces and leave in others. */
export class ByteQueue {
  readonly #pieces: Uint8Array[] = []
  /** Bytes of the first piece that have left. */
  #taken = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Takes a piece as it is: it must not change. */
  push(piece: Uint8Array): void {
    this.#pieces.push(piece)
    this.#length += piece.length
  }

  /** Copies the first `length` bytes, which must be there, to `at` in `into`. */
  take(into: Uint8Array, at: number, length: number): void {
    this.#length -= length
    const end = at + length
    while (at < end) {
      const piece = this.#pieces[0]!
      const from = this.#taken
      const part = Math.min(piece.length - from, end - at)
      into.set(part === piece.length ? piece : piece.subarray(from, from + part), at)
      at += part
      this.#taken += part
      if (this.#taken < piece.length) continue
      this.#pieces.shift()
      this.#taken = 0
    }
  }
}
