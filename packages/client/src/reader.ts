import {
  type CallOptions,
  type ContentStore,
  pagePayload,
  RecordBuffers,
  type Reference,
} from '@remote-log/core'
import { estimateOf, type LinkEstimate } from './plan/link-estimate.ts'
import type { OnProgress, OperationOptions, Progress } from './progress.ts'
import { Tally } from './tally.ts'

/** One operation's way to the store: passes its signal on, counts what it reads, reports progress. */
export class Reader {
  readonly store: ContentStore
  /** What every call of this operation passes to the store. */
  readonly call: CallOptions
  readonly tally: Tally
  /** Where pages that come by range lie; who has written them down may give them back. */
  readonly buffers: RecordBuffers
  readonly #onProgress: OnProgress | undefined
  readonly #link: LinkEstimate

  constructor(
    store: ContentStore,
    options: OperationOptions = {},
    tally = new Tally(),
    buffers = new RecordBuffers(),
  ) {
    this.store = store
    this.call = { signal: options.signal }
    this.tally = tally
    this.buffers = buffers
    this.#onProgress = options.onProgress
    this.#link = estimateOf(store)
  }

  /** The same operation, with a part's own signal. */
  within(signal: AbortSignal): Reader {
    return new Reader(this.store, { signal, onProgress: this.#onProgress }, this.tally, this.buffers)
  }

  /** A chunk, span first. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED */
  async chunk(reference: Reference): Promise<Uint8Array> {
    this.tally.request()
    const bytes = await this.#link.timing(() => this.store.get(reference, this.call))
    this.tally.chunk(bytes.length)
    return bytes
  }

  /** The bytes of a page. @throws NOT_FOUND, UNAVAILABLE, CORRUPT (also where the chunk is no page), ABORTED */
  async page(reference: Reference): Promise<Uint8Array> {
    return pagePayload(await this.chunk(reference), reference)
  }

  progress(phase: Progress['phase'], done: number, total?: number): void {
    this.#onProgress?.({ phase, done, total })
  }
}
