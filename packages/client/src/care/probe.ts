import { NotFoundError, type Reference, UnavailableError } from '@remote-log/core'
import { asMissed, type Missed } from '../missed.ts'
import type { Reader } from '../reader.ts'

/** Failures to tell in a row after which it is the store that can't be reached, not the chunks. */
const SILENT_CHUNKS = 64

/** A chunk, or why it can't be had. */
export type Probed =
  | { readonly bytes: Uint8Array; readonly missed?: undefined }
  | { readonly bytes?: undefined; readonly missed: Missed }

/** Asks the store for chunks, each once. */
export class Probe {
  readonly #reader: Reader
  readonly #ask: boolean
  readonly #missed = new Map<Reference, Missed>()
  /** Chunks that arrived and were verified. */
  sound = 0
  #silent = 0

  /** @param ask whether the store is asked at all; else every chunk counts as missing */
  constructor(reader: Reader, ask: boolean) {
    this.#reader = reader
    this.#ask = ask
  }

  /**
   * @throws ABORTED, and UNAVAILABLE where the store has not answered for long: then there is no use in going on
   */
  async get(reference: Reference, { signal } = this.#reader.call): Promise<Probed> {
    const before = this.#missed.get(reference)
    if (before) return { missed: before }
    try {
      if (!this.#ask) throw new NotFoundError(`chunk ${reference} was not asked for`, { reference })
      const reader = signal ? this.#reader.within(signal) : this.#reader
      const bytes = await reader.chunk(reference)
      this.sound++
      this.#silent = 0
      return { bytes }
    } catch (error) {
      const missed = asMissed(error)
      this.#silent = missed.code === 'UNAVAILABLE' ? this.#silent + 1 : 0
      if (this.#silent >= SILENT_CHUNKS) {
        const what = `the store could not tell of ${SILENT_CHUNKS} chunks in a row: ${missed.message}`
        throw new UnavailableError(what, { ...missed.details, reference }, missed)
      }
      this.#missed.set(reference, missed)
      return { missed }
    }
  }
}
