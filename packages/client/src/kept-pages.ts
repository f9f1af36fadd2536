import { type Chunk, chunkPayload } from '@remote-log/core'
import type { LocalChange } from './local-database.ts'
import type { LocalLog } from './local-log.ts'

/** Pages written at once. */
const BATCH_PAGES = 128

/** Writes sealed pages to the local database in batches. They count as kept only once `have` says so. */
export class KeptPages {
  readonly #local: LocalLog
  #changes: LocalChange[] = []

  constructor(local: LocalLog) {
    this.#local = local
  }

  async keep(index: number, payload: Uint8Array): Promise<void> {
    this.#changes.push(this.#local.putPage(index, payload))
    if (this.#changes.length >= BATCH_PAGES) await this.flush()
  }

  keepChunk(index: number, chunk: Chunk): Promise<void> {
    return this.keep(index, chunkPayload(chunk.bytes))
  }

  /** Hands over what is left to be written, for the caller's own atomic write. */
  rest(): LocalChange[] {
    const rest = this.#changes
    this.#changes = []
    return rest
  }

  async flush(): Promise<void> {
    await this.#local.write(this.rest(), false)
  }
}
