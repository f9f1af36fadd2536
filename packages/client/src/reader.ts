import { type CallOptions, type ContentStore, chunkPayload, type Reference } from '@remote-log/core'
import type { OnProgress, OperationOptions, Progress } from './progress.ts'
import { Tally } from './tally.ts'

/** One operation's way to the store: passes its signal on, counts what it reads, reports progress. */
export class Reader {
  readonly store: ContentStore
  /** What every call of this operation passes to the store. */
  readonly call: CallOptions
  readonly tally = new Tally()
  readonly #onProgress: OnProgress | undefined

  constructor(store: ContentStore, options: OperationOptions = {}) {
    this.store = store
    this.call = { signal: options.signal }
    this.#onProgress = options.onProgress
  }

  /** A chunk, span first. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED */
  async chunk(reference: Reference): Promise<Uint8Array> {
    const bytes = await this.store.get(reference, this.call)
    this.tally.chunk(bytes.length)
    return bytes
  }

  /** The payload of a chunk. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED */
  async payload(reference: Reference): Promise<Uint8Array> {
    return chunkPayload(await this.chunk(reference))
  }

  progress(phase: Progress['phase'], done: number, total?: number): void {
    this.#onProgress?.({ phase, done, total })
  }
}
