import type { Chunk, Upload } from '@remote-log/core'
import type { Reader } from './reader.ts'
import { type SubSignal, subSignal } from './sub-signal.ts'

/** Chunks handed to the store ahead of its answers; the store bounds what is really in flight. */
const PUTS_AHEAD = 512

/** Chunks on their way up: bounded, and the first failure stops the others. */
export class Puts {
  /** Chunks handed over. */
  count = 0
  readonly #upload: Upload
  readonly #reader: Reader
  readonly #sub: SubSignal
  #done = 0
  #inFlight = 0
  #failure: { readonly error: unknown } | undefined
  #wake = () => {}

  constructor(upload: Upload, reader: Reader) {
    this.#upload = upload
    this.#reader = reader
    this.#sub = subSignal(reader.call.signal)
  }

  /** Resolves when there is room for more. @throws what an earlier chunk failed with */
  async add(chunk: Chunk): Promise<void> {
    this.count++
    void this.#put(chunk)
    await this.#until(PUTS_AHEAD - 1)
  }

  /** Resolves when every chunk was accepted. @throws what one failed with */
  settled(): Promise<void> {
    return this.#until(0)
  }

  /** Ends what is under way; resolves when nothing is. */
  async stop(): Promise<void> {
    this.#failure ??= { error: undefined }
    this.#sub.stop()
    while (this.#inFlight > 0) await this.#change()
  }

  async #put(chunk: Chunk): Promise<void> {
    this.#inFlight++
    try {
      await this.#upload.put(chunk, { signal: this.#sub.signal })
      this.#reader.progress('upload', ++this.#done)
    } catch (error) {
      this.#failure ??= { error }
      this.#sub.stop()
    } finally {
      this.#inFlight--
      this.#wake()
    }
  }

  async #until(inFlight: number): Promise<void> {
    while (this.#inFlight > inFlight && !this.#failure) await this.#change()
    if (this.#failure) throw this.#failure.error
  }

  #change(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve
    })
  }
}
