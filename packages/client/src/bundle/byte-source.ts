import { CorruptError } from '@remote-log/core'

/** Takes exact numbers of bytes from pieces of any lengths; holds no more than a piece and what was asked for. */
export class ByteSource {
  readonly #pieces: AsyncIterator<Uint8Array>
  #piece: Uint8Array = new Uint8Array()
  #read = 0

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  /** Bytes of their own. @throws CORRUPT where the bundle ends before */
  async take(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; ) {
      if (this.#piece.length === 0 && !(await this.#next())) {
        const position = this.#read
        throw new CorruptError(`the bundle is cut off at byte ${position}`, { position })
      }
      const part = this.#piece.subarray(0, length - at)
      bytes.set(part, at)
      at += part.length
      this.#read += part.length
      this.#piece = this.#piece.subarray(part.length)
    }
    return bytes
  }

  /** @throws CORRUPT unless nothing is left */
  async demandEnd(): Promise<void> {
    const position = this.#read
    if (this.#piece.length > 0 || (await this.#next()))
      throw new CorruptError(`the bundle goes on behind its end at byte ${position}`, { position })
  }

  async close(): Promise<void> {
    await this.#pieces.return?.()
  }

  async #next(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#pieces.next()
      if (done) return false
      this.#piece = value
      if (value.length > 0) return true
    }
  }
}
