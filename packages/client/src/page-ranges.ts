import { LocalDamagedError } from '@remote-log/core'

/** Pages from `from` to before `to`. */
export interface PageRange {
  readonly from: number
  readonly to: number
}

/** A set of page numbers as sorted, disjoint, non-adjacent ranges. Immutable. */
export class PageRanges {
  readonly ranges: readonly PageRange[]

  constructor(ranges: readonly PageRange[] = []) {
    this.ranges = ranges
  }

  has(page: number): boolean {
    return this.ranges.some(({ from, to }) => from <= page && page < to)
  }

  covers(from: number, to: number): boolean {
    return from >= to || this.ranges.some(range => range.from <= from && to <= range.to)
  }

  with(from: number, to: number): PageRanges {
    if (from >= to) return this
    const merged: PageRange[] = []
    let added = { from, to }
    for (const range of this.ranges) {
      if (range.to < added.from || added.to < range.from) merged.push(range)
      else added = { from: Math.min(range.from, added.from), to: Math.max(range.to, added.to) }
    }
    merged.push(added)
    return new PageRanges(merged.sort((a, b) => a.from - b.from))
  }

  /** What of [from, to) is not in the set, in order. */
  missing(from: number, to: number): PageRange[] {
    const gaps: PageRange[] = []
    let at = from
    for (const range of this.ranges) {
      if (range.to <= at) continue
      if (range.from >= to) break
      if (range.from > at) gaps.push({ from: at, to: range.from })
      at = Math.max(at, range.to)
    }
    if (at < to) gaps.push({ from: at, to })
    return gaps
  }
}

/** The runs in which pages follow each other, up or down. */
export function runsOf(pages: readonly { readonly index: number }[]): PageRange[] {
  const runs: { from: number; to: number }[] = []
  for (const { index } of pages) {
    const run = runs.at(-1)
    if (run && index === run.to) run.to++
    else if (run && index === run.from - 1) run.from--
    else runs.push({ from: index, to: index + 1 })
  }
  return runs
}

export function encodeRanges({ ranges }: PageRanges): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(ranges))
}

/** @throws LOCAL_DAMAGED */
export function decodeRanges(bytes: Uint8Array): PageRanges {
  try {
    return new PageRanges(JSON.parse(new TextDecoder().decode(bytes)) as PageRange[])
  } catch (cause) {
    throw new LocalDamagedError('the list of kept pages is damaged', { record: 'have' }, cause)
  }
}
