import { DIRECTORY_BRANCHES, DirectoryBuilder, DirectoryWalker, type Reference } from '@remote-log/core'
import type { HeadPage } from '../anchor.ts'
import type { ReadPage } from '../page-link.ts'
import { inOrder } from '../pipeline.ts'
import type { OnLost } from './lost-chunk.ts'
import type { Probe } from './probe.ts'

const NODES_AHEAD = 256

interface Node {
  readonly level: number
  readonly index: number
}

/** The nodes of a log's directory: each fetched once, those that can't be had made anew when all pages are known. */
export class DirectoryInspection {
  readonly #walker: DirectoryWalker
  readonly #probe: Probe
  /** Makes all nodes anew, page by page; undefined once a page was not to be had. */
  #builder: DirectoryBuilder | undefined
  readonly #made = new Map<Reference, Uint8Array>()
  #holes = 0

  constructor({ roots }: HeadPage, probe: Probe) {
    this.#walker = new DirectoryWalker(roots.directory, roots.sealedPages)
    this.#probe = probe
  }

  /** Fetches every node that can be found. What can't be had is left for {@link finish}. */
  async begin(signal: AbortSignal | undefined): Promise<void> {
    await this.#descend(signal, undefined)
    if (this.#holes > 0) this.#builder = new DirectoryBuilder()
  }

  /** The reference of a page, as far as the directory tells. */
  pageReference(page: number): Reference | undefined {
    const step = this.#walker.seek({ page })
    return step.wanted ? undefined : step.record.reference
  }

  /** Takes the next page, or undefined where it is not to be had. */
  page(page: ReadPage | undefined): void {
    if (!page) this.#builder = undefined
    const record = page && {
      reference: page.reference,
      firstSeq: page.page.firstSeq,
      time: page.page.baseTimestamp,
    }
    for (const { reference, bytes } of (record && this.#builder?.append(record)) ?? []) {
      this.#made.set(reference, bytes)
    }
  }

  /** Tells which nodes can't be had; after all pages were told. */
  async finish(signal: AbortSignal | undefined, onLost: OnLost): Promise<void> {
    if (this.#holes === 0) return
    for (const { reference, bytes } of this.#builder?.root().chunks ?? []) this.#made.set(reference, bytes)
    await this.#descend(signal, onLost)
  }

  async #descend(signal: AbortSignal | undefined, onLost: OnLost | undefined): Promise<void> {
    for (let level = this.#topLevel(); level >= 0; level--) {
      const nodes = this.#wanted(level)
      const fetched = inOrder(nodes, NODES_AHEAD, signal, async ({ node, reference }, signal) => ({
        node,
        reference,
        probed: await this.#probe.get(reference, { signal }),
      }))
      for await (const { node, reference, probed } of fetched) {
        const { missed } = probed
        const bytes = missed ? this.#made.get(reference) : probed.bytes
        if (bytes) this.#walker.supply(node.level, node.index, bytes)
        if (!missed) continue
        this.#holes++
        await onLost?.(reference, { part: 'directory', pages: this.#below(node) }, missed, bytes)
      }
    }
  }

  /** The nodes of a level that are not known, but named by the level above. */
  *#wanted(level: number): Generator<{ node: Node; reference: Reference }, void, undefined> {
    const pagesBelow = DIRECTORY_BRANCHES ** (level + 1)
    for (let page = 0; page < this.#walker.pages; page += pagesBelow) {
      const { wanted } = this.#walker.seek({ page })
      if (wanted?.level === level) yield { node: wanted, reference: wanted.reference }
    }
  }

  #topLevel(): number {
    let level = 0
    while (DIRECTORY_BRANCHES ** (level + 1) < this.#walker.pages) level++
    return level
  }

  #below({ level, index }: Node): { from: number; to: number } {
    const pagesBelow = DIRECTORY_BRANCHES ** (level + 1)
    return { from: index * pagesBelow, to: Math.min((index + 1) * pagesBelow, this.#walker.pages) }
  }
}
