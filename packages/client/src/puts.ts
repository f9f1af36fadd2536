import { type CallOptions, type Chunk, isFileUpload, type Upload } from '@remote-log/core'
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

  /** Whether the store takes small files in one request. */
  get takesFiles(): boolean {
    return isFileUpload(this.#upload)
  }

  /** Resolves when there is room for more. @throws what an earlier chunk failed with */
  add(chunk: Chunk): Promise<void> {
    return this.#begin(1, options => this.#upload.put(chunk, options))
  }

  /** As `add`, a file of two levels; only where the store takes files. */
  addFile(leaves: readonly Chunk[], root: Chunk): Promise<void> {
    const upload = this.#upload
    if (!isFileUpload(upload)) throw new TypeError('the store takes no files')
    return this.#begin(leaves.length + 1, options => upload.putFile(leaves, root, options))
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

  async #begin(chunks: number, put: (options: CallOptions) => Promise<void>): Promise<void> {
    this.count += chunks
    void this.#put(chunks, put)
    await this.#until(PUTS_AHEAD - 1)
  }

  async #put(chunks: number, put: (options: CallOptions) => Promise<void>): Promise<void> {
    this.#inFlight += chunks
    try {
      await put({ signal: this.#sub.signal })
      this.#done += chunks
      this.#reader.progress('upload', this.#done)
    } catch (error) {
      this.#failure ??= { error }
      this.#sub.stop()
    } finally {
      this.#inFlight -= chunks
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
