import { CHUNK_BYTES, type HistoryWalker, type TreeNode } from '@remote-log/core'
import { asMissed, type Missed } from './missed.ts'
import type { PageRange } from './page-ranges.ts'
import type { Reader } from './reader.ts'
import { subSignal } from './sub-signal.ts'

/** An inner chunk that can't be had: the pages below it can't be found. */
export interface Hole {
  readonly node: TreeNode
  readonly error: Missed
}

/** Pages whose places in the history are wanted. */
export interface WantedPages extends PageRange {
  /** Whether groups that are wholly among them prove themselves: see `LeafGroups`. */
  readonly aboveGroups: boolean
}

/**
 * Fetches, level by level and each level in parallel, the inner chunks of the history that lead to these pages: one
 * round a level. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED
 */
export async function descend(
  reader: Reader,
  walker: HistoryWalker,
  ranges: readonly PageRange[],
): Promise<void> {
  const wanted = ranges.map(range => ({ ...range, aboveGroups: false }))
  const [hole] = await tryDescend(reader, walker, wanted)
  if (hole) throw hole.error
}

/** As {@link descend}, but goes on beside what can't be had, and lists it. @throws ABORTED */
export async function tryDescend(
  reader: Reader,
  walker: HistoryWalker,
  ranges: readonly WantedPages[],
): Promise<Hole[]> {
  const holes = new Map<string, Hole>()
  const sub = subSignal(reader.call.signal)
  const part = reader.within(sub.signal)
  let done = 0
  try {
    for (;;) {
      const wanted = new Map(
        ranges
          .flatMap(({ from, to, aboveGroups }) => walker.wanted(from, to, aboveGroups))
          .map(want => [nameOf(want.node), want] as const)
          .filter(([name]) => !holes.has(name)),
      )
      if (wanted.size === 0) return [...holes.values()]
      reader.tally.round()
      const total = done + wanted.size
      await Promise.all(
        [...wanted].map(async ([name, { reference, node }]) => {
          try {
            walker.supply(node, await part.chunk(reference))
          } catch (error) {
            holes.set(name, { node, error: asMissed(error) })
          }
          reader.progress('index', ++done, total)
        }),
      )
    }
  } finally {
    sub.stop()
  }
}

/** The hole in which a page is. */
export function holeOf(holes: readonly Hole[], page: number): Hole | undefined {
  const offset = page * CHUNK_BYTES
  return holes.find(({ node }) => node.offset <= offset && offset < node.offset + node.span)
}

function nameOf({ offset, span }: TreeNode): string {
  return `${offset}+${span}`
}
