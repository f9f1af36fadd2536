import { type Chunk, chunkPayload } from '@remote-log/core'
import type { LocalChange } from './local-database.ts'
import type { LocalLog } from './local-log.ts'

/** Pages written at once. */
const BATCH_PAGES = 128

/**
 * Writes pages that were built here ahead of their publication. They count as kept only once their head stands: until
 * then they may be overwritten.
 */
export class BuiltPages {
  readonly #local: LocalLog
  #changes: LocalChange[] = []

  constructor(local: LocalLog) {
    this.#local = local
  }

  async add(index: number, { reference, bytes }: Chunk): Promise<void> {
    this.#changes.push(...this.#local.putPages([{ index, reference, bytes: chunkPayload(bytes) }]))
    if (this.#changes.length >= BATCH_PAGES) await this.#local.write(this.rest(), false)
  }

  /** Hands over what is left to be written, for the caller's own atomic write. */
  rest(): LocalChange[] {
    const rest = this.#changes
    this.#changes = []
    return rest
  }
}
