import {
  CorruptError,
  DIRECTORY_BRANCHES,
  type DirectoryRecord,
  DirectoryWalker,
  type Page,
  pageTime,
} from '@remote-log/core'
import type { Anchor } from './anchor.ts'
import type { LogContext } from './context.ts'
import { descend } from './descend.ts'
import { asMissed } from './missed.ts'
import { type ReadPage, SealedPage } from './page-link.ts'
import type { Reader } from './reader.ts'
import type { SealedPages } from './sealed-pages.ts'

/** An entry by number, or the first at which the running maximum of timestamps reaches a moment (ms). */
export type Target = { readonly seq: number } | { readonly time: number }

/** Inner chunks of the history fetched on the chance that they will be needed, beside a directory node. */
const SPECULATIVE_CHUNKS = 2

/**
 * The sealed page in which the target is. The head page must have been ruled out before. From kept pages where all are
 * kept; else by the directory, whose answer is checked against history and page: at most one round a level, and one.
 * The directory is a hint: where it lies or is not to be had, the history is searched, in more rounds.
 * @throws NOT_FOUND, UNAVAILABLE, CORRUPT, INVALID_PAGE, LOCAL_DAMAGED, ABORTED
 */
export async function locate(
  context: LogContext,
  reader: Reader,
  anchor: Anchor,
  sealed: SealedPages,
  target: Target,
): Promise<ReadPage> {
  const { sealedPages } = anchor.page.roots
  const search = () => searchHistory(context, reader, sealed, sealedPages, target)
  if (context.state.have.covers(0, sealedPages)) return await search()
  try {
    return await searchDirectory(reader, anchor, sealed, target)
  } catch (error) {
    const { code } = asMissed(error)
    if (code === 'UNAVAILABLE') throw error
    return await search()
  }
}

async function searchHistory(
  context: LogContext,
  reader: Reader,
  sealed: SealedPages,
  pages: number,
  target: Target,
): Promise<ReadPage> {
  const { have } = context.state
  const pageAt = (index: number) => (have.has(index) ? keptPage(context, index) : sealed.find(reader, index))
  let low = 0
  let high = pages
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const { page } = await pageAt(middle)
    const before = 'seq' in target ? page.firstSeq <= target.seq : page.baseTimestamp < target.time
    if (before) low = middle
    else high = middle
  }
  const found = await pageAt(low)
  if (holds(found.page, target)) return found
  const { index, reference } = found
  throw new CorruptError('the pages of the history are out of order', { page: index, reference, ...target })
}

/** A page from the local database. @throws LOCAL_DAMAGED, INVALID_PAGE */
export async function keptPage({ local, log }: LogContext, index: number): Promise<ReadPage> {
  const { reference, bytes } = await local.page(index)
  return new SealedPage(log, index, reference, bytes)
}

async function searchDirectory(
  reader: Reader,
  { page: head }: Anchor,
  sealed: SealedPages,
  target: Target,
): Promise<ReadPage> {
  const { sealedPages, directory } = head.roots
  const walker = new DirectoryWalker(directory, sealedPages)
  for (;;) {
    const step = walker.seek(target)
    if (!step.wanted) return await checkedPage(reader, sealed, step.page, step.record, target)
    const { level, index, reference } = step.wanted
    const pagesBelow = DIRECTORY_BRANCHES ** (level + 1)
    const from = index * pagesBelow
    const ahead = sealed.walker.wanted(from, Math.min(from + pagesBelow, sealedPages))
    reader.tally.round()
    await Promise.all([
      reader.chunk(reference).then(bytes => walker.supply(level, index, bytes)),
      ...(ahead.length > SPECULATIVE_CHUNKS ? [] : ahead).map(async ({ reference, node }) => {
        try {
          sealed.walker.supply(node, await reader.chunk(reference))
        } catch (error) {
          asMissed(error)
        }
      }),
    ])
  }
}

/** Fetches the page that the directory names, and in parallel what the history says of that place. */
async function checkedPage(
  reader: Reader,
  sealed: SealedPages,
  index: number,
  { reference, firstSeq, time }: DirectoryRecord,
  target: Target,
): Promise<ReadPage> {
  const { rounds } = reader.tally
  const [bytes] = await Promise.all([
    reader.page(reference),
    descend(reader, sealed.walker, [{ from: index, to: index + 1 }]),
  ])
  if (reader.tally.rounds === rounds) reader.tally.round()
  const lies = (why: string) =>
    new CorruptError(`the directory ${why}`, { page: index, reference, history: sealed.walker.page(index) })
  if (sealed.walker.page(index) !== reference) throw lies('names another page than the history')
  const found = new SealedPage(sealed.log, index, reference, bytes)
  const { page } = found
  if (page.firstSeq !== firstSeq || page.baseTimestamp !== time) throw lies('describes a page wrongly')
  if (!holds(page, target)) throw lies('names a page that does not hold what was looked for')
  return found
}

function holds(page: Page, target: Target): boolean {
  if ('seq' in target) return page.firstSeq <= target.seq && target.seq < page.firstSeq + page.entries.length
  const before = page.baseTimestamp < target.time || page.tail === undefined
  return before && pageTime(page) >= target.time
}
