import { concatBytes } from '@noble/hashes/utils.js'
import { chunkPayload } from '../bmt/make-chunk.ts'
import type { Reference } from '../reference.ts'
import type { TreeNode } from '../tree/shape.ts'
import { TreeWalker } from '../tree/tree-walker.ts'
import { proveChild } from './chunk-proof.ts'
import { wayTo } from './tree-proof.ts'

/** {@link TreeWalker} to the leaves of some bytes, which keeps the inner chunks to prove where these leaves are. */
export class TreeProver {
  readonly #tree: TreeWalker
  readonly #length: number
  readonly #from: number
  readonly #to: number
  readonly #inner = new Map<Reference, Uint8Array>()

  /** @param length bytes of the file, of which `from` (inclusive) to `to` (exclusive) count */
  constructor(root: Reference, length: number, from: number, to: number) {
    this.#tree = new TreeWalker(root, length)
    this.#length = length
    this.#from = from
    this.#to = to
  }

  /** The inner chunks to fetch next. */
  wanted(): Reference[] {
    return this.#tree.wanted(this.#from, this.#to).map(({ reference }) => reference)
  }

  /** Takes an inner chunk that was wanted; verified already. @throws CORRUPT if span or length are not the tree's */
  supply(reference: Reference, bytes: Uint8Array): void {
    for (const want of this.#tree.wanted(this.#from, this.#to)) {
      if (want.reference === reference) this.#tree.supply(want.node, bytes)
    }
    this.#inner.set(reference, chunkPayload(bytes))
  }

  /** The leaf with the byte at `offset`; undefined while its parent is not known. */
  leaf(offset: number): { reference: Reference; span: number } | undefined {
    return this.#tree.leaf(offset)
  }

  /** The siblings that lead from the leaf with the byte at `offset` to the root, the lowest chunk's first. */
  proof(offset: number): Uint8Array {
    const steps = wayTo(offset, this.#length).toReversed()
    return concatBytes(...steps.map(({ node, index }) => proveChild(this.#payload(node), index)))
  }

  #payload(node: TreeNode): Uint8Array {
    const reference = this.#tree.reference(node)
    const payload = reference === undefined ? undefined : this.#inner.get(reference)
    if (!payload) throw new RangeError(`the inner chunk at byte ${node.offset} is still wanted`)
    return payload
  }
}
