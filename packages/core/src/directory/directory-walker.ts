import { chunkPayload, chunkSpan } from '../bmt/make-chunk.ts'
import { CorruptError } from '../errors.ts'
import { isPageCount } from '../history/history-edge.ts'
import { DIRECTORY_BRANCHES, DIRECTORY_RECORD_BYTES } from '../limits.ts'
import type { Reference } from '../reference.ts'
import type { DirectoryEdge } from './directory-edge.ts'
import { type DirectoryRecord, decodeRecord, directoryEdgeCounts, mayFollow } from './directory-record.ts'

/** What to look for: an entry by number, a moment in ms since 1970, or a page by index. */
export type DirectoryTarget = { readonly seq: number } | { readonly time: number } | { readonly page: number }

/** The node to fetch next: the `index`-th of its level, level 0 being the one that lists pages. */
export interface WantedDirectoryNode {
  readonly reference: Reference
  readonly level: number
  readonly index: number
}

/** Where a search stands: it needs a node, or it found the page. */
export type DirectoryStep =
  | { readonly wanted: WantedDirectoryNode }
  | { readonly wanted?: undefined; readonly page: number; readonly record: DirectoryRecord }

/**
 * Searches a directory without I/O (docs/spec.md section 5): `seek` says which node it needs or what it found,
 * `supply` takes nodes. What it finds is a hint: the history decides which page stands where, and the page itself has
 * the first seq and the base timestamp.
 */
export class DirectoryWalker {
  readonly pages: number
  readonly #root: Reference
  /** For each level, the records of known nodes as bytes, by index. */
  readonly #levels: Map<number, Uint8Array>[]

  /** @param pages how many pages were sealed, as the head page says. @throws RangeError unless 1 to 2^32-1 */
  constructor(root: Reference, pages: number) {
    if (!isPageCount(pages) || pages === 0) throw new RangeError(`there is no directory of ${pages} pages`)
    this.pages = pages
    this.#root = root
    this.#levels = [new Map()]
    for (let nodes = this.#nodes(0); nodes > 1; nodes = this.#nodes(this.#levels.length - 1)) {
      this.#levels.push(new Map())
    }
  }

  /**
   * The next step towards the target. By seq: the last page whose first seq is not above it. By time: the last page
   * whose time is below it (page 0 if none), which holds the first entry at which the running maximum of timestamps
   * reaches the target, unless that is younger than all sealed pages. Past the end, both give the last page.
   * @throws RangeError if seq or time is negative or no integer, or there is no such page
   */
  seek(target: DirectoryTarget): DirectoryStep {
    const choose = this.#chooser(target)
    let index = 0
    let reference = this.#root
    for (let level = this.#levels.length - 1; ; level--) {
      const records = this.#levels[level]!.get(index)
      if (!records) return { wanted: { reference, level, index } }
      const chosen = choose(records, level, index)
      const record = decodeRecord(records, chosen)
      index = index * DIRECTORY_BRANCHES + chosen
      if (level === 0) return { page: index, record }
      reference = record.reference
    }
  }

  /**
   * Takes a node that `seek` wanted. The bytes must have been verified against its reference already.
   * @throws CORRUPT if the number of records, their order or their agreement with the level above is wrong;
   * RangeError if there is no such node or its parent was not supplied
   */
  supply(level: number, index: number, bytes: Uint8Array): void {
    if (!this.#hasNode(level, index)) throw new RangeError(`no node ${index} in level ${level} is wanted`)
    const records = chunkPayload(bytes)
    const count = this.#recordCount(level, index)
    const fail = (why: string): never => {
      throw new CorruptError(`directory node ${index} of level ${level} ${why}`, { level, index })
    }
    if (chunkSpan(bytes) !== records.length) fail('has a span that is not its length')
    if (records.length !== DIRECTORY_RECORD_BYTES * count) {
      fail(`has ${records.length} bytes where ${count} records are due`)
    }
    const first = decodeRecord(records, 0)
    const parent = this.#recordAbove(level, index)
    if (
      parent ? parent.firstSeq !== first.firstSeq || parent.time !== first.time : !mayFollow(undefined, first)
    ) {
      fail('begins elsewhere than the level above says')
    }
    let last = first
    for (let i = 1; i < count; i++) {
      const record = decodeRecord(records, i)
      if (!mayFollow(last, record)) fail(`is out of order at record ${i}`)
      last = record
    }
    const next = this.#recordBehind(level, index)
    if (next && !mayFollow(last, next)) fail('runs into its right neighbour')
    this.#levels[level]!.set(index, records.slice())
  }

  /** The right edge, or undefined until `seek({ page: pages - 1 })` has an answer. */
  edge(): DirectoryEdge | undefined {
    const levels: DirectoryRecord[][] = []
    let complete = this.pages
    for (const [k, count] of directoryEdgeCounts(this.pages).entries()) {
      if (k === this.#levels.length) {
        const first = this.#levels[k - 1]!.get(0)
        if (!first) return undefined
        levels.push([{ ...decodeRecord(first, 0), reference: this.#root }])
        break
      }
      const records = this.#levels[k]!.get(Math.floor(complete / DIRECTORY_BRANCHES))
      if (!records && count > 0) return undefined
      levels.push(Array.from({ length: count }, (_, i) => decodeRecord(records!, i)))
      complete = Math.floor(complete / DIRECTORY_BRANCHES)
    }
    return { pages: this.pages, levels }
  }

  #chooser(target: DirectoryTarget): (records: Uint8Array, level: number, index: number) => number {
    if ('page' in target) {
      if (!Number.isInteger(target.page) || target.page < 0 || target.page >= this.pages) {
        throw new RangeError(`page ${target.page} is not among ${this.pages}`)
      }
      return (_, level, index) =>
        Math.floor(target.page / DIRECTORY_BRANCHES ** level) - index * DIRECTORY_BRANCHES
    }
    const wanted = 'seq' in target ? target.seq : target.time
    if (!Number.isSafeInteger(wanted) || wanted < 0) throw new RangeError(`can't look for ${wanted}`)
    if ('seq' in target) return records => lastWhere(records, record => record.firstSeq <= wanted)
    return records => lastWhere(records, record => record.time < wanted)
  }

  /** Nodes in a level. */
  #nodes(level: number): number {
    return Math.ceil(this.pages / DIRECTORY_BRANCHES ** (level + 1))
  }

  #recordCount(level: number, index: number): number {
    const total = level === 0 ? this.pages : this.#nodes(level - 1)
    return Math.min(DIRECTORY_BRANCHES, total - index * DIRECTORY_BRANCHES)
  }

  /** Whether the node exists and the reference to it is known. */
  #hasNode(level: number, index: number): boolean {
    if (!Number.isInteger(level) || level < 0 || level >= this.#levels.length) return false
    if (!Number.isInteger(index) || index < 0 || index >= this.#nodes(level)) return false
    const above = this.#levels[level + 1]
    return !above || above.has(Math.floor(index / DIRECTORY_BRANCHES))
  }

  /** The record of a node in the level above; none for the root. */
  #recordAbove(level: number, index: number): DirectoryRecord | undefined {
    const parent = this.#levels[level + 1]?.get(Math.floor(index / DIRECTORY_BRANCHES))
    return parent && decodeRecord(parent, index % DIRECTORY_BRANCHES)
  }

  /** The first record right of a node, as the levels above tell it; none for the last node. */
  #recordBehind(level: number, index: number): DirectoryRecord | undefined {
    for (
      let k = level, node = index;
      k + 1 < this.#levels.length;
      k++, node = Math.floor(node / DIRECTORY_BRANCHES)
    ) {
      const within = node % DIRECTORY_BRANCHES
      const parent = Math.floor(node / DIRECTORY_BRANCHES)
      if (within + 1 < this.#recordCount(k + 1, parent)) return this.#recordAbove(k, node + 1)
    }
    return undefined
  }
}

/** Index of the last of ordered records that satisfies the test, which holds for a first part of them; 0 if none. */
function lastWhere(records: Uint8Array, test: (record: DirectoryRecord) => boolean): number {
  let low = 0
  let high = records.length / DIRECTORY_RECORD_BYTES
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (test(decodeRecord(records, middle))) low = middle
    else high = middle
  }
  return low
}
