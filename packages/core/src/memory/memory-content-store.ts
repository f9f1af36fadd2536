import { chunkPayload, chunkReference, chunkSpan, verifyChunk } from '../bmt/make-chunk.ts'
import type { Chunk } from '../chunk.ts'
import type { CallOptions, ContentStore, Upload, UploadProgress } from '../content-store.ts'
import { CorruptError, NotFoundError, RefusedError, throwIfAborted } from '../errors.ts'
import type { FileUpload } from '../file-upload.ts'
import { CHUNK_BYTES, SPAN_BYTES } from '../limits.ts'
import type { LeafOptions, LeafRange, RangeReader } from '../range-reader.ts'
import { REFERENCE_BYTES, type Reference, referenceFromBytes } from '../reference.ts'
import { FileSplitter } from '../tree/file-splitter.ts'
import { childSpans } from '../tree/shape.ts'
import { verifiedLeaves } from '../verified-leaves.ts'
import { type OnCall, reach } from './abortable.ts'

/** The operations that {@link MemoryContentStoreOptions.onCall} precedes. */
export type ContentStoreCall = 'get' | 'beginUpload' | 'put' | 'putFile' | 'confirm' | 'readLeaves'

/** What all nodes of a simulated network hold. Tests may drop chunks from it, or put wrong bytes in their place. */
export type MemoryNetwork = Map<Reference, Uint8Array>

export interface MemoryContentStoreOptions {
  /** The network, where several stores share one. Default: a new one. */
  readonly network?: MemoryNetwork
  readonly onCall?: OnCall<ContentStoreCall>
}

/**
 * The reference implementation of {@link ContentStore}: a node of a network in memory. As on Swarm, a chunk that was
 * put is served by this node at once, and by others only after its upload was confirmed.
 */
export class MemoryContentStore implements ContentStore, RangeReader {
  readonly provesGroups = true
  readonly network: MemoryNetwork
  readonly #pending: MemoryNetwork = new Map()
  readonly #uploads = new Map<string, MemoryUpload>()
  readonly #onCall: OnCall<ContentStoreCall> | undefined

  constructor(options: MemoryContentStoreOptions = {}) {
    this.network = options.network ?? new Map()
    this.#onCall = options.onCall
  }

  async get(reference: Reference, { signal }: CallOptions = {}): Promise<Uint8Array> {
    await reach(this.#onCall, 'get', signal)
    const bytes = this.#find(reference)
    verifyChunk(reference, bytes)
    return bytes.slice()
  }

  async beginUpload({
    signal,
    resume,
  }: CallOptions & { readonly resume?: string | undefined } = {}): Promise<Upload> {
    await reach(this.#onCall, 'beginUpload', signal)
    if (resume !== undefined) {
      const upload = this.#uploads.get(resume)
      if (!upload) throw new NotFoundError(`there is no upload ${resume} to resume`, { upload: resume })
      return upload
    }
    const id = String(this.#uploads.size + 1)
    const upload = new MemoryUpload(id, this.#pending, this.network, this.#onCall)
    this.#uploads.set(id, upload)
    return upload
  }

  readLeaves(
    root: Reference,
    leaves: LeafRange,
    expected: (leaf: number) => Reference | undefined,
    { signal, ...options }: LeafOptions = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const from = leaves.from * CHUNK_BYTES
    const bytes = this.range(root, from, leaves.to * CHUNK_BYTES - from, signal)
    return verifiedLeaves(bytes, leaves, expected, { file: root }, options)
  }

  /** Bytes of a file, unverified: for tests, in which a class derived from this one bends them. */
  protected async *range(
    root: Reference,
    from: number,
    length: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    await reach(this.#onCall, 'readLeaves', signal)
    const span = chunkSpan(this.#find(root))
    if (from + length > span)
      throw new RefusedError(`the file ${root} ends at ${span}`, { reason: 'range', span })
    for (const piece of this.#leaves(root, span, from, from + length)) {
      throwIfAborted(signal, 'readLeaves')
      yield piece
    }
  }

  *#leaves(reference: Reference, span: number, from: number, to: number): Generator<Uint8Array> {
    const payload = chunkPayload(this.#find(reference))
    if (span <= CHUNK_BYTES) yield payload.slice(Math.max(from, 0), to)
    let offset = 0
    for (const [i, child] of childSpans(span).entries()) {
      if (offset < to && offset + child > from) {
        const at = referenceFromBytes(payload.subarray(i * REFERENCE_BYTES, (i + 1) * REFERENCE_BYTES))
        yield* this.#leaves(at, child, from - offset, to - offset)
      }
      offset += child
    }
  }

  #find(reference: Reference): Uint8Array {
    const bytes = this.#pending.get(reference) ?? this.network.get(reference)
    if (!bytes) throw new NotFoundError(`chunk ${reference} is not here`, { reference })
    return bytes
  }
}

class MemoryUpload implements Upload, FileUpload {
  readonly id: string
  readonly #pending: MemoryNetwork
  readonly #network: MemoryNetwork
  readonly #onCall: OnCall<ContentStoreCall> | undefined
  readonly #chunks: MemoryNetwork = new Map()

  constructor(
    id: string,
    pending: MemoryNetwork,
    network: MemoryNetwork,
    onCall: OnCall<ContentStoreCall> | undefined,
  ) {
    this.id = id
    this.#pending = pending
    this.#network = network
    this.#onCall = onCall
  }

  async put({ reference, bytes }: Chunk, { signal }: CallOptions = {}): Promise<void> {
    if (bytes.length < SPAN_BYTES || bytes.length > SPAN_BYTES + CHUNK_BYTES) {
      throw new RefusedError(`a chunk can't have ${bytes.length} bytes`, { reason: 'malformed', reference })
    }
    await reach(this.#onCall, 'put', signal)
    const got = chunkReference(bytes)
    if (got !== reference) {
      throw new CorruptError(`the chunk put as ${reference} hashes to ${got}`, { reference, got })
    }
    this.#keep(reference, bytes.slice())
  }

  async putFile(leaves: readonly Chunk[], root: Chunk, { signal }: CallOptions = {}): Promise<void> {
    await reach(this.#onCall, 'putFile', signal)
    const splitter = new FileSplitter()
    const chunks = leaves.flatMap(({ bytes }) => splitter.push(chunkPayload(bytes)))
    const file = splitter.finish()
    if (file.root !== root.reference) {
      const { root: got } = file
      throw new CorruptError(`the file put as ${root.reference} has the root ${got}`, {
        reference: root.reference,
        got,
      })
    }
    for (const { reference, bytes } of [...chunks, ...file.chunks]) this.#keep(reference, bytes)
  }

  #keep(reference: Reference, bytes: Uint8Array): void {
    this.#chunks.set(reference, bytes)
    this.#pending.set(reference, bytes)
  }

  async confirm({
    signal,
    onProgress,
  }: CallOptions & { readonly onProgress?: ((p: UploadProgress) => void) | undefined } = {}): Promise<void> {
    const put = this.#chunks.size
    onProgress?.({ put, stored: 0, total: put })
    await reach(this.#onCall, 'confirm', signal)
    for (const [reference, bytes] of this.#chunks) {
      this.#network.set(reference, bytes)
      this.#pending.delete(reference)
    }
    onProgress?.({ put, stored: put, total: put })
  }
}
