import type { HistoryWalker } from '@remote-log/core'
import type { PageRange } from './page-ranges.ts'
import type { Reader } from './reader.ts'

/**
 * Fetches, level by level and each level in parallel, the inner chunks of the history that lead to these pages: one
 * round a level. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED
 */
export async function descend(
  reader: Reader,
  walker: HistoryWalker,
  ranges: readonly PageRange[],
): Promise<void> {
  let done = 0
  for (;;) {
    const wanted = new Map(
      ranges
        .flatMap(({ from, to }) => walker.wanted(from, to))
        .map(want => [`${want.node.offset}+${want.node.span}`, want]),
    )
    if (wanted.size === 0) return
    reader.tally.round()
    const total = done + wanted.size
    await Promise.all(
      [...wanted.values()].map(async ({ reference, node }) => {
        walker.supply(node, await reader.chunk(reference))
        reader.progress('index', ++done, total)
      }),
    )
  }
}
