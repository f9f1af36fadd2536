import { CHUNK_BYTES } from '../limits.ts'
import { type Reference, referenceToBytes } from '../reference.ts'
import { childCount, fullChildSpan, type TreeNode } from '../tree/shape.ts'
import { readParent } from './chunk-proof.ts'
import type { ProofReader } from './proof-reader.ts'

/** An inner chunk on the way from the root of a file to a leaf, and which child the way goes on with. */
export interface Step {
  readonly node: TreeNode
  readonly index: number
}

/** The way from the root of a file of `length` bytes to the leaf with the byte at `offset`, the root first. */
export function wayTo(offset: number, length: number): Step[] {
  const way: Step[] = []
  let node: TreeNode = { offset: 0, span: length }
  while (node.span > CHUNK_BYTES) {
    const full = fullChildSpan(node.span)
    const index = Math.floor((offset - node.offset) / full)
    way.push({ node, index })
    node = { offset: node.offset + index * full, span: Math.min(full, node.span - index * full) }
  }
  return way
}

/**
 * The root of a file of `length` bytes whose leaf with the byte at `offset` is `leaf`, from the siblings in the proof:
 * for each inner chunk on the way, the lowest first (docs/spec.md section 11.2). @throws CORRUPT (`ProofTooShort`)
 */
export function readRootAbove(
  proof: ProofReader,
  leaf: Reference,
  offset: number,
  length: number,
): Reference {
  return wayTo(offset, length).reduceRight(
    (child, { node, index }) =>
      readParent(proof, node.span, childCount(node.span), index, referenceToBytes(child)),
    leaf,
  )
}
