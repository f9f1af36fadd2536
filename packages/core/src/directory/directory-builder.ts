import { ChangingChunk } from '../bmt/changing-chunk.ts'
import { chunkPayload, makeChunk } from '../bmt/make-chunk.ts'
import type { Chunk } from '../chunk.ts'
import { DIRECTORY_BRANCHES, DIRECTORY_RECORD_BYTES, MAX_SEALED_PAGES } from '../limits.ts'
import { REFERENCE_BYTES, type Reference, ZERO_REFERENCE } from '../reference.ts'
import { checkDirectoryEdge, type DirectoryEdge, lastRecord } from './directory-edge.ts'
import { type DirectoryRecord, encodeRecords, mayFollow } from './directory-record.ts'

/**
 * Grows the directory, page by page: the search tree over sealed pages by seq and by time (docs/spec.md section 5).
 * Complete nodes never change; only the right edge is written again.
 */
export class DirectoryBuilder {
  readonly #levels: DirectoryRecord[][]
  #pages: number
  #last: DirectoryRecord | undefined
  #root: { reference: Reference; chunks: Chunk[] } | undefined

  /** @param edge where to go on; from nothing by default. @throws RangeError if it is no edge */
  constructor(edge: DirectoryEdge = { pages: 0, levels: [] }) {
    checkDirectoryEdge(edge)
    this.#levels = edge.levels.map(level => [...level])
    this.#pages = edge.pages
    this.#last = lastRecord(edge.levels)
  }

  /** Sealed pages so far. */
  get pages(): number {
    return this.#pages
  }

  /**
   * Adds the record of a sealed page. Returns the nodes that are final now, children first.
   * @throws RangeError if first seq does not rise, time falls, the first is not 0 and 0, or past 2^32-1 pages
   */
  append({ reference, firstSeq, time }: DirectoryRecord): Chunk[] {
    const record = { reference, firstSeq, time }
    const inRange = Number.isSafeInteger(firstSeq) && Number.isSafeInteger(time)
    if (!inRange || !mayFollow(this.#last, record) || this.#pages === MAX_SEALED_PAGES) {
      throw new RangeError(`page ${this.#pages} can't have first seq ${firstSeq} and time ${time}`)
    }
    this.#pages++
    this.#last = record
    this.#root = undefined
    const completed: Chunk[] = []
    let child: DirectoryRecord = record
    for (let k = 0; ; k++) {
      if (k === this.#levels.length) this.#levels.push([])
      const level = this.#levels[k]!
      level.push(child)
      if (level.length < DIRECTORY_BRANCHES) return completed
      const node = makeChunk(encodeRecords(level))
      completed.push(node)
      child = recordOfNode(node, level)
      this.#levels[k] = []
    }
  }

  /** What suffices to go on later. */
  edge(): DirectoryEdge {
    return { pages: this.#pages, levels: this.#levels.map(level => [...level]) }
  }

  /** The root as of now, and the nodes that only this root needs, children first. {@link ZERO_REFERENCE} for none. */
  root(): { reference: Reference; chunks: Chunk[] } {
    this.#root ??= this.#closeLevels()
    return this.#root
  }

  /** As `HistoryBuilder.nodesAbove`, for a page with this first seq and time. @throws RangeError */
  nodesAbove({ firstSeq, time }: Omit<DirectoryRecord, 'reference'>, edge: boolean): ChangingChunk[] {
    const probe = new DirectoryBuilder(this.edge())
    const nodes = probe.append({ reference: ZERO_REFERENCE, firstSeq, time })
    if (edge) nodes.push(...probe.root().chunks)
    return nodes.map(
      ({ bytes }) =>
        new ChangingChunk(bytes, chunkPayload(bytes).length - DIRECTORY_RECORD_BYTES, REFERENCE_BYTES),
    )
  }

  #closeLevels(): { reference: Reference; chunks: Chunk[] } {
    const chunks: Chunk[] = []
    let right: DirectoryRecord | undefined
    for (const [k, level] of this.#levels.entries()) {
      const records = right ? [...level, right] : level
      const isRoot = k === this.#levels.length - 1 && k > 0 && records.length === 1
      if (isRoot) return { reference: records[0]!.reference, chunks }
      if (records.length === 0) continue
      const node = makeChunk(encodeRecords(records))
      chunks.push(node)
      right = recordOfNode(node, records)
    }
    return { reference: right?.reference ?? ZERO_REFERENCE, chunks }
  }
}

function recordOfNode(node: Chunk, records: readonly DirectoryRecord[]): DirectoryRecord {
  return { reference: node.reference, firstSeq: records[0]!.firstSeq, time: records[0]!.time }
}
