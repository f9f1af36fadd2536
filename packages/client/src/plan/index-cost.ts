import {
  CHUNK_BYTES,
  childSpans,
  type HistoryWalker,
  REFERENCE_BYTES,
  SPAN_BYTES,
  type TreeNode,
} from '@remote-log/core'
import type { WantedPages } from '../descend.ts'

/** Inner chunks of the history that lead to pages and are not known yet. */
export interface IndexCost {
  readonly requests: number
  readonly bytes: number
  /** Levels of them: each is a round. */
  readonly rounds: number
}

/** What `descend` to these pages will cost, exactly: the tree's shape follows from its length. */
export function indexCost(walker: HistoryWalker, ranges: readonly WantedPages[]): IndexCost {
  const frontier = new Map<string, TreeNode>()
  for (const { from, to, aboveGroups } of ranges) {
    for (const { node } of walker.wanted(from, to, aboveGroups))
      frontier.set(`${node.offset}+${node.span}`, node)
  }
  const wanted = ranges.map(({ from, to, aboveGroups }) => ({
    from: from * CHUNK_BYTES,
    to: to * CHUNK_BYTES,
    aboveGroups,
  }))
  return sum([...frontier.values()].map(node => costBelow(node, wanted)))
}

function costBelow({ offset, span }: TreeNode, wanted: readonly WantedPages[]): IndexCost {
  const children = childSpans(span)
  if (children[0] === CHUNK_BYTES && wanted.some(range => proves(range, offset, offset + span)))
    return sum([])
  const below: IndexCost[] = []
  let at = offset
  for (const child of children) {
    const [from, to] = [at, at + child]
    if (child > CHUNK_BYTES && wanted.some(range => range.from < to && from < range.to)) {
      below.push(costBelow({ offset: from, span: child }, wanted))
    }
    at = to
  }
  const { requests, bytes, rounds } = sum(below)
  return {
    requests: requests + 1,
    bytes: bytes + SPAN_BYTES + REFERENCE_BYTES * children.length,
    rounds: rounds + 1,
  }
}

function proves({ from, to, aboveGroups }: WantedPages, groupFrom: number, groupTo: number): boolean {
  return aboveGroups && from <= groupFrom && groupTo <= to
}

function sum(costs: readonly IndexCost[]): IndexCost {
  return {
    requests: costs.reduce((all, { requests }) => all + requests, 0),
    bytes: costs.reduce((all, { bytes }) => all + bytes, 0),
    rounds: costs.reduce((most, { rounds }) => Math.max(most, rounds), 0),
  }
}
