import { type DirectoryEdge, lastRecord } from './directory/directory-edge.ts'
import type { HistoryEdge } from './history/history-edge.ts'
import type { LogHash } from './log-id.ts'
import { fitsOpen } from './page/capacity.ts'
import { totalBytes } from './page/encode.ts'
import type { Entry } from './page/page.ts'
import { encodePairs, isCount } from './page/pair.ts'
import type { Reference } from './reference.ts'

/** Everything a writer needs to go on with a log: its size does not grow with the log (docs/spec.md section 9). */
export interface LogState {
  readonly log: LogHash
  readonly history: HistoryEdge
  readonly directory: DirectoryEdge
  /** The last sealed page; undefined exactly where none is sealed. */
  readonly tail: Reference | undefined
  /** The open page: seq of its first entry (or of the next to come), running maximum before it (ms), its entries. */
  readonly open: {
    readonly firstSeq: number
    readonly baseTimestamp: number
    readonly entries: readonly Entry[]
  }
}

/** The state of a log that has no entry. */
export function emptyLogState(log: LogHash): LogState {
  return {
    log,
    history: { pages: 0, levels: [] },
    directory: { pages: 0, levels: [] },
    tail: undefined,
    open: { firstSeq: 0, baseTimestamp: 0, entries: [] },
  }
}

/**
 * The encoded pairs of the state's open page. The edges must have passed their builders' checks.
 * @throws RangeError where the parts of the state contradict each other
 */
export function openPairs(state: LogState): Uint8Array[] {
  const { history, directory, tail, open } = state
  const { pages } = history
  const demand = (holds: boolean, what: string) => {
    if (!holds) throw new RangeError(`a log state in which ${what}`)
  }
  demand(directory.pages === pages, 'history and directory have different numbers of pages')
  demand((tail === undefined) === (pages === 0), 'a tail is there without sealed pages, or missing')
  demand(isLast(tail, history.levels[0]?.at(-1)), 'the tail is not the last page of the history')
  demand(
    isLast(tail, directory.levels[0]?.at(-1)?.reference),
    'the tail is not the last page of the directory',
  )
  demand(isCount(open.firstSeq) && isCount(open.baseTimestamp), 'a number is out of range')
  const last = lastRecord(directory.levels)
  if (last) {
    demand(open.firstSeq > last.firstSeq && open.firstSeq >= pages, 'the open page starts too early')
    demand(open.baseTimestamp >= last.time, 'the open page has a base timestamp before that of the last page')
  } else {
    demand(open.firstSeq === 0 && open.baseTimestamp === 0, 'the first page does not start at 0')
  }
  open.entries.forEach((entry, i) => {
    demand(isCount(entry.seq) && entry.seq === open.firstSeq + i, 'entries of the open page have gaps')
  })
  const pairs = encodePairs(open.entries, open.baseTimestamp)
  demand(fitsOpen(totalBytes(pairs), tail !== undefined), 'the open page is too full')
  return pairs
}

/** Whether the tail is the last record of the lowest level, where that level has one. */
function isLast(tail: Reference | undefined, last: Reference | undefined): boolean {
  return last === undefined || last === tail
}
