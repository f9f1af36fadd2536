import { DirectoryBuilder } from './directory/directory-builder.ts'
import type { DirectoryEdge } from './directory/directory-edge.ts'
import { CorruptError } from './errors.ts'
import { HistoryBuilder } from './history/history-builder.ts'
import type { HistoryEdge } from './history/history-edge.ts'
import { type LogState, openPairs } from './log-builder-state.ts'
import type { Page } from './page/page.ts'

/**
 * The state from which a log goes on behind a head that was read: the decoded head page and the right edges of its two
 * trees. The edges are checked against the roots in the page, by computing these.
 * @throws CORRUPT where the three do not belong together; TypeError for a sealed page
 */
export function stateFromHead(headPage: Page, history: HistoryEdge, directory: DirectoryEdge): LogState {
  const { log, firstSeq, baseTimestamp, entries, tail, roots } = headPage
  if (!roots) throw new TypeError('a sealed page is no head page')
  const state = { log, history, directory, tail, open: { firstSeq, baseTimestamp, entries } }
  try {
    demandRoot('history', new HistoryBuilder(history), roots.history, roots.sealedPages)
    demandRoot('directory', new DirectoryBuilder(directory), roots.directory, roots.sealedPages)
    openPairs(state)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new CorruptError('a head page and edges that do not belong together', { log }, cause)
  }
  return state
}

function demandRoot(
  tree: 'history' | 'directory',
  builder: HistoryBuilder | DirectoryBuilder,
  root: string,
  pages: number,
): void {
  const got = builder.root().reference
  if (builder.pages !== pages || got !== root) {
    throw new CorruptError(`the ${tree}'s edge of ${builder.pages} pages has root ${got}`, {
      tree,
      got,
      reference: root,
      pages,
    })
  }
}
