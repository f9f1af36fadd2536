import {
  type BlockRef,
  checkOpenPageKept,
  decodePage,
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

/**
 * Reads a head that the name system states and checks that it extends the trusted one, byte for byte (docs/spec.md,
 * section 6). One round where no page was sealed since, two where one was, else one a level of the index more.
 * @throws REWRITTEN, ROLLBACK (both heads in the details), INVALID_PAGE, NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED
 */
export async function advance(
  reader: Reader,
  log: LogHash,
  trusted: Anchor | undefined,
  head: Reference,
  block: BlockRef,
): Promise<Advanced> {
  reader.tally.round()
  const bytes = await reader.payload(head)
  const page = decodeHead(bytes, log, head)
  const anchor = { head, block, bytes, page }
  const sealed = new SealedPages(page)
  if (trusted === undefined) return { anchor, sealed }
  const before = trusted.page.roots.sealedPages
  const now = page.roots.sealedPages
  if (now === before) {
    if (page.roots.history !== trusted.page.roots.history || !checkOpenPageKept(trusted.bytes, bytes)) {
      throw await notExtending(reader, log, trusted, anchor)
    }
    return { anchor: { ...anchor, history: trusted.history, directory: directoryOf(trusted, page) }, sealed }
  }
  if (now < before) throw await notExtending(reader, log, trusted, anchor)
  const oneMore = now === before + 1 ? onePageMore(trusted, page) : undefined
  const history = oneMore ?? (await extendedEdge(reader, trusted, sealed))
  if (history === undefined) throw await notExtending(reader, log, trusted, anchor)
  reader.tally.round()
  const reference = oneMore ? page.tail! : sealed.walker.page(before)!
  const leaf = await reader.payload(reference)
  const opened = decodePage(leaf, { kind: 'sealed', log, reference, index: before })
  if (!checkOpenPageKept(trusted.bytes, leaf)) throw await notExtending(reader, log, trusted, anchor)
  return {
    anchor: { ...anchor, history },
    sealed,
    page: { index: before, reference, bytes: leaf, page: opened },
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
  sealed: SealedPages,
): Promise<HistoryEdge | undefined> {
  const before = trusted.page.roots.sealedPages
  const { walker } = sealed
  await descend(reader, walker, [
    { from: Math.max(0, before - 1), to: before + 1 },
    { from: walker.pages - 1, to: walker.pages },
  ])
  const then = walker.edgeAt(before)!
  if (before > 0 && new HistoryBuilder(then).root().reference !== trusted.page.roots.history) return undefined
  return walker.edgeAt(walker.pages)
}

/** Tells an earlier state of the trusted log (rollback) from another history (rewritten). */
async function notExtending(
  reader: Reader,
  log: LogHash,
  trusted: Anchor,
  found: Anchor,
): Promise<RemoteLogError> {
  const details = {
    trustedHead: trusted.head,
    trustedBlock: trusted.block.number,
    trustedPages: trusted.page.roots.sealedPages,
    head: found.head,
    block: found.block.number,
    pages: found.page.roots.sealedPages,
  }
  return (await isEarlierState(reader, log, trusted, found))
    ? new RollbackError('the name system states an earlier head than the one trusted before', details)
    : new RewrittenError('the head does not extend the one trusted before: history was rewritten', details)
}

async function isEarlierState(
  reader: Reader,
  log: LogHash,
  trusted: Anchor,
  found: Anchor,
): Promise<boolean> {
  const pages = found.page.roots.sealedPages
  const total = trusted.page.roots.sealedPages
  if (pages > total) return false
  if (pages === total) {
    return (
      found.page.roots.history === trusted.page.roots.history && checkOpenPageKept(found.bytes, trusted.bytes)
    )
  }
  try {
    const sealed = new SealedPages(trusted.page)
    await descend(reader, sealed.walker, [{ from: Math.max(0, pages - 1), to: pages + 1 }])
    const edge = sealed.walker.edgeAt(pages)!
    if (pages > 0 && new HistoryBuilder(edge).root().reference !== found.page.roots.history) return false
    const reference = sealed.walker.page(pages)!
    const leaf = await reader.payload(reference)
    decodePage(leaf, { kind: 'sealed', log, reference, index: pages })
    return checkOpenPageKept(found.bytes, leaf)
  } catch (error) {
    if (error instanceof RemoteLogError && error.code === 'ABORTED') throw error
    return false
  }
}
