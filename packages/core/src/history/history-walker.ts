import { BRANCHES, CHUNK_BYTES } from '../limits.ts'
import type { LeafRange } from '../range-reader.ts'
import type { Reference } from '../reference.ts'
import type { TreeNode } from '../tree/shape.ts'
import { TreeWalker, type WantedNode } from '../tree/tree-walker.ts'
import { type HistoryEdge, historyEdgeCounts, isPageCount } from './history-edge.ts'

/**
 * Finds pages in a history by their index, level by level, without I/O: {@link TreeWalker} in page numbers.
 * (docs/spec.md section 4.)
 */
export class HistoryWalker {
  readonly #tree: TreeWalker
  readonly pages: number

  /** @param pages how many pages were sealed, as the head page says. @throws RangeError unless 0 to 2^32-1 */
  constructor(root: Reference, pages: number) {
    if (!isPageCount(pages)) throw new RangeError(`a history can't have ${pages} pages`)
    this.#tree = new TreeWalker(root, pages * CHUNK_BYTES)
    this.pages = pages
  }

  /**
   * The inner chunks to fetch next to know the pages `fromPage` (inclusive) to `toPage` (exclusive); empty when they
   * are known. @param aboveGroups leaves out groups of which all pages are among them, which {@link offer} takes
   * @throws RangeError unless 0 <= fromPage <= toPage <= pages
   */
  wanted(fromPage: number, toPage: number, aboveGroups = false): WantedNode[] {
    return this.#tree.wanted(fromPage * CHUNK_BYTES, toPage * CHUNK_BYTES, aboveGroups)
  }

  /**
   * The pages right below the inner chunk that is right above this one, up to 128; undefined where that chunk's
   * reference is not known. @throws RangeError unless 0 <= page < pages
   */
  group(page: number): LeafRange | undefined {
    const group = this.#tree.group(page * CHUNK_BYTES)
    if (!group) return undefined
    const { offset, span } = group.node
    return { from: offset / CHUNK_BYTES, to: (offset + span) / CHUNK_BYTES }
  }

  /**
   * Takes the addresses of all pages of a {@link group}, 32 bytes each, if they are those that the history names.
   * Returns whether they are.
   */
  offer({ from }: LeafRange, addresses: Uint8Array): boolean {
    const group = this.#tree.group(from * CHUNK_BYTES)
    return group !== undefined && this.#tree.offer(group, addresses)
  }

  /** Takes a chunk, verified against its reference. @throws CORRUPT, RangeError as {@link TreeWalker.supply} */
  supply(node: TreeNode, bytes: Uint8Array): void {
    this.#tree.supply(node, bytes)
  }

  /** The reference of a page, undefined while unknown. @throws RangeError unless 0 <= index < pages */
  page(index: number): Reference | undefined {
    if (!Number.isInteger(index) || index >= this.pages)
      throw new RangeError(`page ${index} is not among ${this.pages}`)
    return this.#tree.leaf(index * CHUNK_BYTES)?.reference
  }

  /**
   * The edge that the history had at its first so many pages, computed from this tree: equal to the edge that was
   * trusted before if and only if this history extends that one (docs/spec.md section 6). Undefined until the chunks
   * on the path to page `pages - 1` are supplied, see `wanted(pages - 1, pages)`.
   * @throws RangeError unless 0 <= pages <= this.pages
   */
  edgeAt(pages: number): HistoryEdge | undefined {
    if (!isPageCount(pages) || pages > this.pages)
      throw new RangeError(`no edge at ${pages} of ${this.pages}`)
    const levels: Reference[][] = []
    for (const [k, count] of historyEdgeCounts(pages).entries()) {
      const span = BRANCHES ** k
      const first = (Math.floor(pages / span) - count) * span
      const level: Reference[] = []
      for (let i = 0; i < count; i++) {
        const node = { offset: (first + i * span) * CHUNK_BYTES, span: span * CHUNK_BYTES }
        const reference = this.#tree.reference(node)
        if (reference === undefined) return undefined
        level.push(reference)
      }
      levels.push(level)
    }
    return { pages, levels }
  }

  /** Drops what is known of inner nodes that end before this page. */
  forget(beforePage: number): void {
    this.#tree.forget(beforePage * CHUNK_BYTES)
  }
}
