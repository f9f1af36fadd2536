import type { RecordBuffers } from '@remote-log/core'
import type { LogContext } from './context.ts'
import type { ReadPage } from './page-link.ts'
import { runsOf } from './page-ranges.ts'

/** Pages written at once. */
const BATCH_PAGES = 128

/** Keeps fetched pages on this device: pages, and the list that says that they are kept, in one atomic write. */
export class PageKeeper {
  readonly #context: LogContext
  readonly #buffers: RecordBuffers | undefined
  #pages: ReadPage[] = []

  /** @param buffers to which the records of pages go back once they are written: nobody else may read them after that */
  constructor(context: LogContext, buffers?: RecordBuffers) {
    this.#context = context
    this.#buffers = buffers
  }

  /** Whether there is enough to {@link flush} now. */
  add(page: ReadPage): boolean {
    return this.#pages.push(page) >= BATCH_PAGES
  }

  /** Writes what was added. @throws UNAVAILABLE (disk full …): what was not written does not count as kept */
  async flush(): Promise<void> {
    const { local, state } = this.#context
    const pages = this.#pages
    this.#pages = []
    if (pages.length === 0) return
    const have = runsOf(pages).reduce((kept, { from, to }) => kept.with(from, to), state.have)
    await local.write([...local.putPages(pages), local.putHave(have)], false)
    state.have = have
    if (!this.#buffers || !local.copiesValues) return
    for (const { record } of pages) if (record) this.#buffers.giveBack(record)
  }
}
