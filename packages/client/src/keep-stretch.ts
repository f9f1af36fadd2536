import type { RecordBuffers } from '@remote-log/core'
import type { Anchor } from './anchor.ts'
import type { LogContext } from './context.ts'
import type { Fetched } from './fetched.ts'
import { keptPage } from './locate.ts'
import type { Missed } from './missed.ts'
import { PageKeeper } from './page-keeper.ts'
import { checkLink, headAsPage, type ReadPage } from './page-link.ts'
import type { PageRange } from './page-ranges.ts'

/** Pages in a row without an answer after which it is the store that can't be reached, not the pages. */
const SILENT_PAGES = 64

/** The pages that could not be had in this sync. */
export class Failures {
  readonly byPage = new Map<number, Missed>()
  last: Missed | undefined
  #silent = 0

  /** Whether there is no use in asking for more. */
  get storeIsGone(): boolean {
    return this.#silent >= SILENT_PAGES
  }

  add(page: number, missed: Missed): void {
    this.byPage.set(page, missed)
    this.last = missed
    this.#silent = missed.code === 'UNAVAILABLE' ? this.#silent + 1 : 0
  }

  answered(): void {
    this.#silent = 0
  }
}

/** What keeping a run of pages needs of the operation that it is a part of. */
export interface Keeping {
  readonly failures: Failures
  /** Where the records of pages go when they are written. */
  readonly buffers: RecordBuffers
  /** Told of each page. */
  readonly progress: () => void
}

/**
 * Keeps one run of pages, which come newest first, some at once, each linked to its neighbours where these are known.
 * Nobody else may use the pages: the bytes of those that came by range are gone when they are written.
 */
export async function keepStretch(
  context: LogContext,
  anchor: Anchor,
  { from, to }: PageRange,
  fetched: AsyncIterable<readonly Fetched[]>,
  { failures, buffers, progress }: Keeping,
): Promise<void> {
  const keeper = new PageKeeper(context, buffers)
  let next = await knownPage(context, anchor, to)
  try {
    for await (const pages of fetched) {
      for (const page of pages) {
        if ('missed' in page) {
          failures.add(page.index, page.missed)
          if (failures.storeIsGone) return
          next = undefined
        } else {
          failures.answered()
          if (next) checkLink(page, next)
          if (keeper.add(page)) await keeper.flush()
          next = page
        }
        progress()
      }
    }
    if (next) await linkToPrevious(context, from, next)
  } finally {
    await keeper.flush()
  }
}

/** What stands behind a run of pages: the head page, or a page that is kept. */
async function knownPage(context: LogContext, anchor: Anchor, index: number): Promise<ReadPage | undefined> {
  if (index === anchor.page.roots.sealedPages) return headAsPage(anchor)
  return context.state.have.has(index) ? await keptPage(context, index) : undefined
}

/** The first page of a run must follow the page before it, where that is kept, or be the log's first. */
async function linkToPrevious(context: LogContext, index: number, page: ReadPage): Promise<void> {
  if (index === 0) checkLink(undefined, page)
  else if (context.state.have.has(index - 1)) checkLink(await keptPage(context, index - 1), page)
}
