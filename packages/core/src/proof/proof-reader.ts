import { refuse } from './proof-error.ts'

/** Reads a proof from its first byte to its last. */
export class ProofReader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** The next `count` bytes, as a view. @throws CORRUPT (`ProofTooShort`) */
  take(count: number): Uint8Array {
    const { length } = this.#bytes
    const end = this.#offset + count
    if (end > length) {
      refuse('ProofTooShort', `the proof has ${length} bytes and needs ${end} at least`, {
        needed: end,
        length,
      })
    }
    const taken = this.#bytes.subarray(this.#offset, end)
    this.#offset = end
    return taken
  }

  /** A number of `count` bytes (up to 4), big endian. @throws CORRUPT (`ProofTooShort`) */
  number(count: number): number {
    return this.take(count).reduce((value, byte) => value * 256 + byte, 0)
  }

  /** @throws CORRUPT (`ProofTooLong`) if bytes are left */
  finish(): void {
    const { length } = this.#bytes
    if (this.#offset < length) {
      refuse('ProofTooLong', `the proof has ${length} bytes and needs ${this.#offset}`, {
        needed: this.#offset,
        length,
      })
    }
  }
}
