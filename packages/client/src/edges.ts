import { DirectoryWalker, emptyLogState, HistoryBuilder } from '@remote-log/core'
import type { Anchor } from './anchor.ts'
import type { LogContext } from './context.ts'
import { descend } from './descend.ts'
import type { Reader } from './reader.ts'
import { SealedPages } from './sealed-pages.ts'

/**
 * Makes sure that the right edges of the anchored head's trees are known, which a writer needs to go on: after another
 * device's publication, or on a device that starts anew, they are read from the store.
 * @throws NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED
 */
export async function ensureEdges(context: LogContext, reader: Reader): Promise<void> {
  const { local, state } = context
  const { anchor } = state
  if (!anchor || (anchor.history && anchor.directory)) return
  const [history, directory] = await Promise.all([historyEdge(reader, anchor), directoryEdge(reader, anchor)])
  const known = { ...anchor, history, directory }
  await local.write([local.putAnchor(known)], false)
  state.anchor = known
}

async function historyEdge(reader: Reader, { page, history }: Anchor): Promise<Anchor['history']> {
  if (history) return history
  const { sealedPages } = page.roots
  if (sealedPages === 0) return new HistoryBuilder().edge()
  const { walker } = new SealedPages(page)
  await descend(reader, walker, [{ from: sealedPages - 1, to: sealedPages }])
  return walker.edgeAt(sealedPages)
}

async function directoryEdge(reader: Reader, { page, directory }: Anchor): Promise<Anchor['directory']> {
  if (directory) return directory
  const { sealedPages } = page.roots
  if (sealedPages === 0) return emptyLogState(page.log).directory
  const walker = new DirectoryWalker(page.roots.directory, sealedPages)
  for (;;) {
    const { wanted } = walker.seek({ page: sealedPages - 1 })
    if (!wanted) return walker.edge()
    walker.supply(wanted.level, wanted.index, await reader.chunk(wanted.reference))
  }
}
