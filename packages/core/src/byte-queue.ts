/** Bytes that came in pieces and leave in others. */
export class ByteQueue {
  readonly #pieces: Uint8Array[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Takes a piece as it is: it must not change. */
  push(piece: Uint8Array): void {
    this.#pieces.push(piece)
    this.#length += piece.length
  }

  /** Fills `into` with the first bytes, which must be there. */
  take(into: Uint8Array): void {
    const { length } = into
    let at = 0
    let whole = 0
    while (at < length) {
      const piece = this.#pieces[whole]!
      const left = length - at
      into.set(piece.length > left ? piece.subarray(0, left) : piece, at)
      at += Math.min(piece.length, left)
      if (piece.length > left) this.#pieces[whole] = piece.subarray(left)
      else whole++
    }
    this.#pieces.splice(0, whole)
    this.#length -= length
  }
}
