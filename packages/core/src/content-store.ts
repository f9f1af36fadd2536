import type { Chunk } from './chunk.ts'
import type { Reference } from './reference.ts'
import type { ChunkRoom } from './room/chunk-room.ts'

/** What every operation that leaves the process accepts. */
export interface CallOptions {
  /** Stops the operation; it then rejects with `ABORTED` and has no further effect of its own. */
  readonly signal?: AbortSignal | undefined
}

/** How far the network is with an upload, in chunks. */
export interface UploadProgress {
  /** Chunks handed to the store in this upload. */
  readonly put: number
  /** Chunks that the store says the network has. */
  readonly stored: number
  /** Chunks that the store expects in all. */
  readonly total: number
}

/**
 * Content-addressed storage (the CAS of RFC 3/REMOTE-LOG): immutable chunks by the hash of their content.
 *
 * Rules for every implementation (the compliance suite in packages/conformance tests each one):
 * - `get` returns only bytes that hash to the reference. Anything else is `CORRUPT`, never returned.
 * - `NOT_FOUND` only where the store positively said "I do not have it"; every other failure is `UNAVAILABLE`.
 *   A network store can rarely be sure: a caller treats `NOT_FOUND` as "this store does not have it now".
 * - A fired signal ends the call with `ABORTED`, before any request if it had fired already.
 * - Implementations are safe to call concurrently; they bound their own requests in flight.
 */
export interface ContentStore {
  /**
   * The chunk with this reference, its BMT hash verified: span (8 bytes) followed by payload (at most 4,096 bytes).
   * @throws NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED
   */
  get(reference: Reference, options?: CallOptions): Promise<Uint8Array>

  /**
   * Starts an upload, or takes up an earlier one again by its `id` (journaled by the caller before the first put),
   * so that a resumed upload is confirmed as one.
   * @throws NOT_FOUND (`resume` names an upload that the store no longer knows), UNAVAILABLE, REFUSED, ABORTED
   */
  beginUpload(options?: CallOptions & { readonly resume?: string | undefined }): Promise<Upload>

  /**
   * Where the store is far away: opens the connections that a long read will need, while its caller still waits for
   * something else. Returns at once; what fails will show when something is asked for.
   */
  warmUp?(): void
}

/** One upload: a set of chunks that is confirmed as a whole before anything may point at it. */
export interface Upload {
  /** Names the upload for {@link ContentStore.beginUpload}'s `resume`. On Swarm: the uid of a tag. */
  readonly id: string

  /** What pays for the chunks, where the store has such a thing. On Swarm: the id of a postage batch. */
  readonly paidBy?: string | undefined

  /** How many chunks still find room at the most, where that is known: more are refused before any is sent. */
  readonly free?: number | undefined

  /** Where the store has room, if it matters and is known: pages get salts by it (`LogBuilder`). */
  readonly room?: ChunkRoom | undefined

  /**
   * Hands one chunk to the store. Resolving means accepted, not stored in the network: see `confirm`. The chunk's
   * reference is recomputed by whoever answers; a differing one is `CORRUPT`. Putting the same chunk again is harmless.
   * @throws REFUSED (batch full, expired, unknown; chunk malformed), UNAVAILABLE, CORRUPT, ABORTED
   */
  put(chunk: Chunk, options?: CallOptions): Promise<void>

  /**
   * Resolves once the network has every chunk of this upload. Until then nothing may point at them.
   * @throws UNAVAILABLE (no progress within the store's patience; `details.stored` and `details.total`), ABORTED
   */
  confirm(
    options?: CallOptions & { readonly onProgress?: ((p: UploadProgress) => void) | undefined },
  ): Promise<void>
}
