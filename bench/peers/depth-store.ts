import { type CallOptions, type ContentStore, type Reference, UnavailableError } from '@remote-log/core'

const REFERENCE_BYTES = 32

interface Exchange {
  readonly reference: Reference
  readonly asked: number
  readonly answered: number
  readonly bytes: Uint8Array
}

/**
 * Watches what a reader asks a store for, and tells the length of the longest chain of requests of which each had to
 * wait for the answer before: a chunk can be asked for only when an answer has named it. Requests that merely queue for
 * their turn do not lengthen the chain.
 */
export class DepthStore implements ContentStore {
  readonly #inner: ContentStore
  readonly #exchanges: Exchange[] = []
  #clock = 0

  constructor(inner: ContentStore) {
    this.#inner = inner
  }

  async get(reference: Reference, options?: CallOptions): Promise<Uint8Array> {
    const asked = this.#clock++
    const bytes = await this.#inner.get(reference, options)
    this.#exchanges.push({ reference, asked, answered: this.#clock++, bytes })
    return bytes
  }

  async beginUpload(): Promise<never> {
    throw new UnavailableError('this store only reads')
  }

  /** Requests in the longest chain, the first of which is for `head`. */
  depth(head: Reference): number {
    const namedBy = this.#namedBy()
    const depths = new Map<Exchange, number>()
    for (const exchange of this.#exchanges.toSorted((a, b) => a.asked - b.asked)) {
      const before = (namedBy.get(exchange.reference) ?? [])
        .filter(({ answered }) => answered < exchange.asked)
        .map(answer => depths.get(answer)!)
      if (exchange.reference !== head && before.length === 0) {
        throw new Error(`chunk ${exchange.reference} was asked for before anything named it`)
      }
      depths.set(exchange, 1 + Math.min(...(exchange.reference === head ? [0] : before)))
    }
    return [...depths.values()].reduce((longest, depth) => Math.max(longest, depth), 0)
  }

  /** The answers in which each reference that was asked for stands, at whatever place. */
  #namedBy(): Map<Reference, Exchange[]> {
    const namedBy = new Map<Reference, Exchange[]>()
    const byPrefix = new Map<number, Reference[]>()
    for (const { reference } of this.#exchanges) {
      if (namedBy.has(reference)) continue
      namedBy.set(reference, [])
      const prefix = Number.parseInt(reference.slice(0, 8), 16)
      byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), reference])
    }
    for (const exchange of this.#exchanges) {
      const bytes = Buffer.from(exchange.bytes.buffer, exchange.bytes.byteOffset, exchange.bytes.length)
      for (let at = 0; at + REFERENCE_BYTES <= bytes.length; at++) {
        const candidates = byPrefix.get(bytes.readUInt32BE(at))
        if (candidates === undefined) continue
        const named = bytes.toString('hex', at, at + REFERENCE_BYTES)
        for (const reference of candidates) if (reference === named) namedBy.get(reference)!.push(exchange)
      }
    }
    return namedBy
  }
}
