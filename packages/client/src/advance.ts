import {
  type BlockRef,
  checkOpenPageKept,
  HistoryBuilder,
  type HistoryEdge,
  type LogHash,
  type Reference,
  RemoteLogError,
  RewrittenError,
  RollbackError,
} from '@remote-log/core'
import { type Anchor, decodeHead, type HeadPage } from './anchor.ts'
import { descend } from './descend.ts'
import type { ReadPage } from './page-link.ts'
import type { Reader } from './reader.ts'
import { SealedPages } from './sealed-pages.ts'

/** A head that was read and found to extend the one trusted before. */
export interface Advanced {
  readonly anchor: Anchor
  /** The sealed pages below it, with the part of the index that the check needed. */
  readonly sealed: SealedPages
  /** A sealed page that the check needed and the caller may keep. */
  readonly page?: ReadPage | undefined
}

export interface AdvanceOptions {
  /** Fetch all of a few new pages in the round of the one that the check needs. */
  readonly ahead?: boolean
  /** The head page, where it is at hand. */
  readonly known?: Uint8Array
}

/** New pages that are fetched together with the first of them. */
const MAX_PAGES_AHEAD = 127

/**
 * Reads a head that the name system states and checks that it extends the trusted one, byte for byte (docs/spec.md,
 * section 6). One round where no page was sealed since, two where one was, else one a level of the index more. With
 * `ahead`, all of a few new pages are fetched in the round of the one that the check needs.
 * @throws REWRITTEN, ROLLBACK (both heads in the details), INVALID_PAGE, NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED
 */
export async function advance(
  reader: Reader,
  log: LogHash,
  trusted: Anchor | undefined,
  head: Reference,
  block: BlockRef,
  { ahead = false, known }: AdvanceOptions = {},
): Promise<Advanced> {
  if (!known) reader.tally.round()
  const bytes = known ?? (await reader.page(head))
  const page = decodeHead(bytes, log, head)
  const anchor = { head, block, bytes, page }
  const sealed = new SealedPages(page)
  if (trusted === undefined) return { anchor, sealed }
  const before = trusted.page.roots.sealedPages
  const now = page.roots.sealedPages
  if (now === before) {
    if (page.roots.history !== trusted.page.roots.history || !checkOpenPageKept(trusted.bytes, bytes)) {
      throw await notExtending(reader, trusted, anchor)
    }
    return { anchor: { ...anchor, history: trusted.history, directory: directoryOf(trusted, page) }, sealed }
  }
  if (now < before) throw await notExtending(reader, trusted, anchor)
  const few = ahead && now - before <= MAX_PAGES_AHEAD
  const oneMore = now === before + 1 ? onePageMore(trusted, page) : undefined
  const history = oneMore ?? (await extendedEdge(reader, trusted, sealed, few))
  if (history === undefined) throw await notExtending(reader, trusted, anchor)
  reader.tally.round()
  if (few && !oneMore) sealed.fetchAhead(reader, { from: before, to: now })
  try {
    const leaf = oneMore
      ? await sealed.decoded(reader, before, page.tail!)
      : await sealed.page(reader, before)
    if (!checkOpenPageKept(trusted.bytes, leaf.bytes)) throw await notExtending(reader, trusted, anchor)
    return { anchor: { ...anchor, history }, sealed, page: leaf }
  } catch (error) {
    sealed.stop()
    throw error
  }
}

function directoryOf(trusted: Anchor, page: HeadPage): Anchor['directory'] {
  return page.roots.directory === trusted.page.roots.directory ? trusted.directory : undefined
}

/** With the old edge at hand, one page more needs no index: its reference is the tail, and the root must come out. */
function onePageMore(trusted: Anchor, page: HeadPage): HistoryEdge | undefined {
  if (trusted.page.roots.sealedPages > 0 && trusted.history === undefined) return undefined
  if (page.tail === undefined) return undefined
  const builder = new HistoryBuilder(trusted.history)
  builder.append(page.tail)
  return builder.root().reference === page.roots.history ? builder.edge() : undefined
}

/** The new history's edge, if its edge at the old number of pages has the old root; undefined where it has not. */
async function extendedEdge(
  reader: Reader,
  trusted: Anchor,
  { walker }: SealedPages,
  toEachPage: boolean,
): Promise<HistoryEdge | undefined> {
  const before = trusted.page.roots.sealedPages
  const first = Math.max(0, before - 1)
  await descend(
    reader,
    walker,
    toEachPage
      ? [{ from: first, to: walker.pages }]
      : [
          { from: first, to: before + 1 },
          { from: walker.pages - 1, to: walker.pages },
        ],
  )
  const then = walker.edgeAt(before)!
  if (before > 0 && new HistoryBuilder(then).root().reference !== trusted.page.roots.history) return undefined
  return walker.edgeAt(walker.pages)
}

/** Tells an earlier state of the trusted log (rollback) from another history (rewritten). */
async function notExtending(reader: Reader, trusted: Anchor, found: Anchor): Promise<RemoteLogError> {
  const details = {
    trustedHead: trusted.head,
    trustedBlock: trusted.block.number,
    trustedPages: trusted.page.roots.sealedPages,
    head: found.head,
    block: found.block.number,
    pages: found.page.roots.sealedPages,
  }
  return (await seemsEarlier(reader, trusted, found))
    ? new RollbackError('the name system states an earlier head than the one trusted before', details)
    : new RewrittenError('the head does not extend the one trusted before: history was rewritten', details)
}

/** Where that can't be found out, it is taken for another history: either way the head is not followed. */
async function seemsEarlier(reader: Reader, trusted: Anchor, found: Anchor): Promise<boolean> {
  try {
    return await isEarlierState(reader, trusted, found)
  } catch (error) {
    if (!(error instanceof RemoteLogError) || error.code === 'ABORTED') throw error
    return false
  }
}

/** Whether a head page is an earlier state of the trusted log. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, INVALID_PAGE, ABORTED */
export async function isEarlierState(
  reader: Reader,
  trusted: Pick<Anchor, 'page' | 'bytes'>,
  found: Pick<Anchor, 'page' | 'bytes'>,
): Promise<boolean> {
  const pages = found.page.roots.sealedPages
  const total = trusted.page.roots.sealedPages
  if (pages > total) return false
  if (pages === total) {
    return (
      found.page.roots.history === trusted.page.roots.history && checkOpenPageKept(found.bytes, trusted.bytes)
    )
  }
  const sealed = new SealedPages(trusted.page)
  await descend(reader, sealed.walker, [{ from: Math.max(0, pages - 1), to: pages + 1 }])
  const edge = sealed.walker.edgeAt(pages)!
  if (pages > 0 && new HistoryBuilder(edge).root().reference !== found.page.roots.history) return false
  const leaf = await sealed.page(reader, pages)
  return checkOpenPageKept(found.bytes, leaf.bytes)
}
