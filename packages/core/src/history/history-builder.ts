import { ChangingChunk } from '../bmt/changing-chunk.ts'
import { chunkPayload } from '../bmt/make-chunk.ts'
import type { Chunk } from '../chunk.ts'
import { MAX_SEALED_PAGES } from '../limits.ts'
import { REFERENCE_BYTES, type Reference, ZERO_REFERENCE } from '../reference.ts'
import { RightEdge } from '../tree/right-edge.ts'
import { checkHistoryEdge, type HistoryEdge } from './history-edge.ts'

/**
 * Grows the history, page by page: the plain Swarm file tree over all sealed pages (docs/spec.md section 4). The root
 * is what Bee's splitter gives for the concatenated pages.
 */
export class HistoryBuilder {
  readonly #edge: RightEdge
  #pages: number
  #root: { reference: Reference; chunks: Chunk[] } | undefined

  /** @param edge where to go on; from nothing by default. @throws RangeError if it has no edge's shape */
  constructor(edge: HistoryEdge = { pages: 0, levels: [] }) {
    checkHistoryEdge(edge)
    this.#edge = new RightEdge(edge.levels)
    this.#pages = edge.pages
  }

  /** Sealed pages so far. */
  get pages(): number {
    return this.#pages
  }

  /** Adds a sealed page. Returns the inner chunks that are final now, children first. @throws RangeError past 2^32-1 */
  append(page: Reference): Chunk[] {
    if (this.#pages === MAX_SEALED_PAGES) throw new RangeError(`a log has at most ${MAX_SEALED_PAGES} pages`)
    this.#pages++
    this.#root = undefined
    return this.#edge.append(page)
  }

  /** What suffices to go on later, and to prove that a longer history extends this one. */
  edge(): HistoryEdge {
    return { pages: this.#pages, levels: this.#edge.levels.map(level => [...level]) }
  }

  /**
   * The root as of now, and the right-edge chunks that only this root needs, children first. The root of one page is
   * the page; the root of none is {@link ZERO_REFERENCE}.
   */
  root(): { reference: Reference; chunks: Chunk[] } {
    this.#root ??= this.#edge.root() ?? { reference: ZERO_REFERENCE, chunks: [] }
    return this.#root
  }

  /**
   * The nodes above the page that is added next, children first: those that it completes and, with `edge`, those that
   * only the root behind it needs. The reference of each one's last child is what changes with the page.
   */
  nodesAbove(edge: boolean): ChangingChunk[] {
    const probe = new HistoryBuilder(this.edge())
    const nodes = probe.append(ZERO_REFERENCE)
    if (edge) nodes.push(...probe.root().chunks)
    return nodes.map(
      ({ bytes }) => new ChangingChunk(bytes, chunkPayload(bytes).length - REFERENCE_BYTES, REFERENCE_BYTES),
    )
  }
}
