import { NotFoundError, type Reference } from '@remote-log/core'
import type { BeeNode } from './bee-node.ts'
import type { Provable } from './chunk-proof.ts'
import { TAGS_AT_ONCE } from './limits.ts'
import { readTag } from './tag.ts'

/** A file that the node took, and the tag that counts its chunks, where the node named one. */
export interface PostedFile extends Provable {
  readonly tag: string | undefined
}

/** How far the network is with the files of an upload. */
export interface FilesState {
  /** Whether no tag has anything more to tell. */
  readonly settled: boolean
  /** Chunks that the network has, of files whose tags prove it or that were just looked at. */
  readonly stored: number
  /** Grows with each chunk that the network takes. */
  readonly synced: number
}

/** The files of an upload, each under a tag of its own. */
export class PostedFiles {
  readonly #node: BeeNode
  readonly #all = new Map<Reference, PostedFile>()
  /** Those whose tags may tell more, oldest first: they reach the network in about this order. */
  #waiting: PostedFile[] = []
  #doubtful: PostedFile[] = []
  #chunks = 0
  #proven = 0

  constructor(node: BeeNode) {
    this.#node = node
  }

  /** Chunks of all files. */
  get chunks(): number {
    return this.#chunks
  }

  has(root: Reference): boolean {
    return this.#all.has(root)
  }

  add(file: PostedFile): void {
    if (this.#all.has(file.reference)) return
    this.#all.set(file.reference, file)
    this.#chunks += file.leaves + 1
    if (file.tag === undefined) this.#doubtful.push(file)
    else this.#waiting.push(file)
  }

  /** Asks the oldest tags that may tell more, until one is found that is not done. @throws UNAVAILABLE, ABORTED */
  async look(signal: AbortSignal | undefined): Promise<FilesState> {
    let under = 0
    while (this.#waiting.length > 0 && under === 0) {
      const asked = this.#waiting.slice(0, TAGS_AT_ONCE)
      const counts = await Promise.all(asked.map(file => this.#ask(file, signal)))
      const open = asked.filter((_, i) => counts[i] !== 'settled')
      this.#waiting = [...open, ...this.#waiting.slice(asked.length)]
      for (const count of counts) if (count !== 'settled') under += count
      if (open.length > 0) break
    }
    const stored = this.#proven + under
    const doubtful = this.#doubtful.length
    return { settled: this.#waiting.length === 0, stored, synced: stored + doubtful }
  }

  /** Those whose tags can't prove them. */
  doubtful(): readonly Provable[] {
    return this.#doubtful
  }

  /** Those that no tag has proven so far. */
  unproven(): readonly Provable[] {
    return [...this.#doubtful, ...this.#waiting]
  }

  all(): readonly Provable[] {
    return [...this.#all.values()]
  }

  /** How many chunks of the file the network has, while its tag may tell more. */
  async #ask(file: PostedFile, signal: AbortSignal | undefined): Promise<number | 'settled'> {
    try {
      const { split, seen, synced } = await readTag(this.#node, file.tag!, signal)
      if (split <= file.leaves || synced + seen < split) return Math.min(synced, file.leaves)
      if (seen === 0) this.#proven += file.leaves + 1
      else this.#doubtful.push(file)
    } catch (error) {
      // Somebody deletes tags: the file can still be proven otherwise.
      if (!(error instanceof NotFoundError)) throw error
      this.#doubtful.push(file)
    }
    return 'settled'
  }
}
