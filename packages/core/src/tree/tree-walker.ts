import { chunkPayload, chunkSpan, makeChunk } from '../bmt/make-chunk.ts'
import { CorruptError } from '../errors.ts'
import { CHUNK_BYTES } from '../limits.ts'
import { REFERENCE_BYTES, type Reference, referenceFromBytes } from '../reference.ts'
import { childCount, fullChildSpan, type TreeNode } from './shape.ts'

/** A chunk to fetch: its reference and the node of the tree that it is. */
export interface WantedNode {
  readonly reference: Reference
  readonly node: TreeNode
}

/** An inner node whose chunk is known. Children's references stay bytes: a big tree would be millions of strings. */
interface Inner extends TreeNode {
  readonly references: Uint8Array
  readonly children: Map<number, Inner>
}

/**
 * Verified descent in a Swarm file tree (redundancy level 0) whose total span is known. It does no I/O: it says which
 * chunks it needs (`wanted`), is given them (`supply`), and then knows references below. The shape of the tree follows
 * from the span, so each chunk's span and length are checked, never believed. (docs/spec.md section 4.)
 */
export class TreeWalker {
  readonly #root: Reference
  readonly #span: number
  #top: Inner | undefined

  /** @param span length of the file, in bytes. @throws RangeError unless it is an integer from 0 to 2^53-1 */
  constructor(root: Reference, span: number) {
    if (!Number.isSafeInteger(span) || span < 0) throw new RangeError(`${span} is no span`)
    this.#root = root
    this.#span = span
  }

  /**
   * The inner chunks to fetch next, from left to right, to know all leaves of the bytes `from` (inclusive) to `to`
   * (exclusive). Only those whose references are known: after they are supplied, ask again. Empty when all is known.
   * @param aboveGroups leaves out the groups that lie wholly in between, which the leaves themselves prove: see `offer`
   * @throws RangeError unless 0 <= from <= to <= span
   */
  wanted(from: number, to: number, aboveGroups = false): WantedNode[] {
    checkRange(from, to, this.#span)
    const found: WantedNode[] = []
    const visit = (reference: () => Reference, node: TreeNode, inner: Inner | undefined): void => {
      if (node.span <= CHUNK_BYTES) return
      const full = fullChildSpan(node.span)
      if (!inner) {
        const proven =
          aboveGroups && full === CHUNK_BYTES && from <= node.offset && node.offset + node.span <= to
        if (!proven) found.push({ reference: reference(), node })
        return
      }
      if (full === CHUNK_BYTES) return
      const first = Math.floor(Math.max(from - node.offset, 0) / full)
      const end = Math.ceil(Math.min(to - node.offset, node.span) / full)
      for (let i = first; i < end; i++) {
        visit(() => childReference(inner, i), childNode(node, i), inner.children.get(i))
      }
    }
    if (from < to) visit(() => this.#root, { offset: 0, span: this.#span }, this.#top)
    return found
  }

  /**
   * Takes the chunk of an inner node. The bytes must have been verified against the node's reference already.
   * Without effect where the node's parent is not known (any more).
   * @throws CORRUPT if span or length are not what the tree's shape demands, RangeError if the tree has no such node
   */
  supply(node: TreeNode, bytes: Uint8Array): void {
    const { parent, index } = this.#locate(node)
    if (node.span <= CHUNK_BYTES) throw new RangeError('a leaf has no references below it')
    const span = chunkSpan(bytes)
    if (span !== node.span) {
      throw new CorruptError(`inner chunk at byte ${node.offset} has span ${span} instead of ${node.span}`, {
        offset: node.offset,
        want: node.span,
        got: span,
      })
    }
    const references = chunkPayload(bytes)
    const want = REFERENCE_BYTES * childCount(node.span)
    if (references.length !== want) {
      throw new CorruptError(
        `inner chunk at byte ${node.offset} has ${references.length} bytes of references instead of ${want}`,
        { offset: node.offset, want, got: references.length },
      )
    }
    const inner: Inner = {
      offset: node.offset,
      span: node.span,
      references: references.slice(),
      children: new Map(),
    }
    if (index === undefined) this.#top ??= inner
    else if (parent && !parent.children.has(index)) parent.children.set(index, inner)
  }

  /**
   * The group of the leaf that holds the byte at `offset`: the inner node right above it. Undefined where there is none
   * (a leaf may stand right below a higher node) or its reference is not known yet.
   * @throws RangeError unless `offset` is inside the file
   */
  group(offset: number): WantedNode | undefined {
    checkRange(offset, offset, Math.max(this.#span - 1, 0))
    let node: TreeNode = { offset: 0, span: this.#span }
    let reference = this.#root
    let inner = this.#top
    while (node.span > CHUNK_BYTES) {
      const full = fullChildSpan(node.span)
      if (full === CHUNK_BYTES) return { reference, node }
      if (!inner) return undefined
      const index = Math.floor((offset - node.offset) / full)
      reference = childReference(inner, index)
      node = childNode(node, index)
      inner = inner.children.get(index)
    }
    return undefined
  }

  /**
   * Takes the addresses of all leaves of a group (see `group`), one behind the other, where the chunk made of them is
   * the one that the group's reference names, as if that had been supplied; else nothing. Returns whether it was.
   */
  offer({ reference, node }: WantedNode, addresses: Uint8Array): boolean {
    const chunk = makeChunk(addresses, node.span)
    if (chunk.reference !== reference) return false
    this.supply(node, chunk.bytes)
    return true
  }

  /**
   * The leaf that holds the byte at `offset`, or undefined while its parent is not known. An empty file has one leaf.
   * @throws RangeError unless `offset` is inside the file
   */
  leaf(offset: number): { reference: Reference; span: number } | undefined {
    checkRange(offset, offset, Math.max(this.#span - 1, 0))
    let at: TreeNode = { offset: 0, span: this.#span }
    let reference = this.#root
    let inner = this.#top
    while (at.span > CHUNK_BYTES) {
      if (!inner) return undefined
      const index = Math.floor((offset - at.offset) / fullChildSpan(at.span))
      reference = childReference(inner, index)
      at = childNode(at, index)
      inner = inner.children.get(index)
    }
    return { reference, span: at.span }
  }

  /** The reference of a node, or undefined while its parent is not known. @throws RangeError if there is no such node */
  reference(node: TreeNode): Reference | undefined {
    const { parent, index } = this.#locate(node)
    if (index === undefined) return this.#root
    return parent && childReference(parent, index)
  }

  /** Drops what is known of inner nodes that end at or before this byte, so that long streams need little memory. */
  forget(before: number): void {
    const prune = (inner: Inner): void => {
      for (const [index, child] of inner.children) {
        if (child.offset + child.span <= before) inner.children.delete(index)
        else if (child.offset < before) prune(child)
      }
    }
    if (!this.#top) return
    if (this.#span <= before) this.#top = undefined
    else prune(this.#top)
  }

  /** The node's parent, where known, and its index there; neither for the root. */
  #locate(node: TreeNode): { parent?: Inner | undefined; index?: number } {
    const end = node.offset + node.span
    checkRange(node.offset, end, this.#span)
    let at: TreeNode = { offset: 0, span: this.#span }
    let inner = this.#top
    let found: { parent?: Inner | undefined; index?: number } = {}
    while (at.offset !== node.offset || at.span !== node.span) {
      if (end > at.offset + at.span || at.span <= CHUNK_BYTES) {
        throw new RangeError(`the tree has no node of ${node.span} bytes at byte ${node.offset}`)
      }
      const index = Math.floor((node.offset - at.offset) / fullChildSpan(at.span))
      found = { parent: inner, index }
      inner = inner?.children.get(index)
      at = childNode(at, index)
    }
    return found
  }
}

function childNode(parent: TreeNode, index: number): TreeNode {
  const full = fullChildSpan(parent.span)
  return { offset: parent.offset + index * full, span: Math.min(full, parent.span - index * full) }
}

function childReference(inner: Inner, index: number): Reference {
  return referenceFromBytes(inner.references.subarray(REFERENCE_BYTES * index, REFERENCE_BYTES * (index + 1)))
}

function checkRange(from: number, to: number, end: number): void {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from > to || to > end) {
    throw new RangeError(`bytes ${from} to ${to} are not within ${end}`)
  }
}
