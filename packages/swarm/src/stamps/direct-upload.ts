import {
  type CallOptions,
  type Chunk,
  type ChunkRoom,
  type Reference,
  throwIfAborted,
  UnavailableError,
  type Upload,
  type UploadProgress,
} from '@remote-log/core'
import { UploadProof, type UploadProofOptions } from '../upload-proof.ts'
import { demandChunkLength, postChunk } from '../upload-requests.ts'

/** Names every upload without a tag: there is nothing at the node to be named. */
export const DIRECT = 'direct'

/**
 * An upload through a gateway that gives no tags: it answers for a chunk when the network gave a receipt. Where a second
 * node is known, each chunk is also read back through it before the upload counts as done.
 */
export class DirectUpload implements Upload {
  readonly id = DIRECT
  readonly #options: UploadProofOptions
  readonly #put = new Set<Reference>()
  readonly #proof: UploadProof

  get paidBy(): string {
    return this.#options.postage.batch
  }

  get free(): number | undefined {
    return this.#options.postage.free
  }

  get room(): ChunkRoom | undefined {
    return this.#options.postage.room
  }

  constructor(options: UploadProofOptions) {
    this.#options = options
    this.#proof = new UploadProof(options)
  }

  async put(chunk: Chunk, { signal }: CallOptions = {}): Promise<void> {
    const { reference } = chunk
    demandChunkLength(chunk)
    if (this.#put.has(reference) && !signal?.aborted) return
    await postChunk(this.#options, chunk, undefined, signal)
    this.#put.add(reference)
  }

  async confirm({
    signal,
    onProgress,
  }: CallOptions & { readonly onProgress?: ((p: UploadProgress) => void) | undefined } = {}): Promise<void> {
    throwIfAborted(signal, 'confirm')
    const total = this.#put.size
    let stored = 0
    const report = (now: number) => {
      stored = now
      onProgress?.({ put: total, stored, total })
    }
    if (this.#options.readBack) {
      const chunks = [...this.#put].map(reference => ({ reference, leaves: 0 }))
      try {
        await this.#proof.prove(chunks, () => report(stored + 1), signal)
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error
        throw new UnavailableError(error.message, { ...error.details, stored, total }, error)
      }
    }
    report(total)
  }
}
