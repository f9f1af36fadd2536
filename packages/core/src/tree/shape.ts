import { BRANCHES, CHUNK_BYTES } from '../limits.ts'

/** A node of a Swarm file tree, named by the file bytes it covers: `span` bytes from `offset` on. */
export interface TreeNode {
  readonly offset: number
  readonly span: number
}

/**
 * The span of all children but the last of the node with this span: the largest 4096 * 128^k below it, in bytes.
 * (Bee cuts files so: full subtrees from the left, the last child takes the rest. docs/spec.md section 4.)
 */
export function fullChildSpan(span: number): number {
  let full = CHUNK_BYTES
  while (full * BRANCHES < span) full *= BRANCHES
  return full
}

/** How many children the node with this span (bytes) has: 0 for a leaf, else 2 to 128. */
export function childCount(span: number): number {
  return span <= CHUNK_BYTES ? 0 : Math.ceil(span / fullChildSpan(span))
}

/**
 * The spans (bytes) of the children of the node with this span, in order; none for a leaf.
 * @throws RangeError unless `span` is an integer from 0 to 2^53-1
 */
export function childSpans(span: number): number[] {
  if (!Number.isSafeInteger(span) || span < 0) throw new RangeError(`${span} is no span`)
  const count = childCount(span)
  if (count === 0) return []
  const full = fullChildSpan(span)
  return Array.from({ length: count }, (_, i) => Math.min(full, span - i * full))
}
