import { keccak_256 } from '@noble/hashes/sha3.js'
import { concatBytes } from '@noble/hashes/utils.js'
import { BRANCHES, CHUNK_BYTES, SPAN_BYTES } from '../limits.ts'
import { type Reference, referenceFromBytes } from '../reference.ts'
import { nodeAbove, nodeLevels } from './node-hash.ts'
import { refuse } from './proof-error.ts'
import type { ProofReader } from './proof-reader.ts'
import { SEGMENT_BYTES, segmentCount } from './segments.ts'

/** Levels of a chunk's hash tree above the segments: 2^7 = 128. */
const LEVELS = Math.log2(BRANCHES)

/**
 * The segments and siblings that prove these segments of a chunk's payload (docs/spec.md section 11.1): the segments in
 * order, then from the lowest level up and from left to right the nodes that stand beside a known one. Nodes above
 * nothing but padding are left out. @throws RangeError unless the segments are some of the payload's
 */
export function proveSegments(payload: Uint8Array, segments: ReadonlySet<number>): Uint8Array {
  const count = segmentCount(payload.length)
  if (segments.size === 0 || [...segments].some(i => i < 0 || i >= count)) {
    throw new RangeError(`the segments to prove must be some of ${count}`)
  }
  return concatBytes(...inOrder(segments).map(i => nodeAt(payload, i)), ...siblings(payload, segments))
}

/** The siblings alone, for whoever knows the segment (docs/spec.md section 11.2): a child of an inner chunk. */
export function proveChild(payload: Uint8Array, index: number): Uint8Array {
  return concatBytes(...siblings(payload, new Set([index])))
}

/** A chunk of which some segments are proven: the payload is zero where they are not. */
export interface ProvenChunk {
  readonly reference: Reference
  /** 4,096 bytes. */
  readonly payload: Uint8Array
}

/**
 * Reads what {@link proveSegments} writes, and computes the chunk's address from it.
 * @param span file bytes below the chunk
 * @param length bytes of its payload, at most 4,096
 * @throws CORRUPT: `SegmentsOutOfRange`, `ProofTooShort`, or `PaddingNotZero` where a proven segment goes on behind
 * the payload
 */
export function readSegments(
  proof: ProofReader,
  span: number,
  length: number,
  segments: ReadonlySet<number>,
): ProvenChunk {
  const count = segmentCount(length)
  if (segments.size === 0 || [...segments].some(i => i >= count)) {
    refuse('SegmentsOutOfRange', `a proof of segments that are none or not among ${count}`, { count })
  }
  const payload = new Uint8Array(CHUNK_BYTES)
  const known = new Map<number, Uint8Array>()
  for (const i of inOrder(segments)) {
    const segment = proof.take(SEGMENT_BYTES)
    payload.set(segment, i * SEGMENT_BYTES)
    known.set(i, segment)
  }
  const reference = address(span, rootOf(proof, known, count))
  if (payload.subarray(length).some(byte => byte !== 0)) {
    refuse('PaddingNotZero', `chunk ${reference} goes on behind its ${length} bytes`, { length })
  }
  return { reference, payload }
}

/** Reads what {@link proveChild} writes: the address of the inner chunk of `count` children of which one is given. */
export function readParent(
  proof: ProofReader,
  span: number,
  count: number,
  index: number,
  child: Uint8Array,
): Reference {
  return address(span, rootOf(proof, new Map([[index, child]]), count))
}

/** The root over 128 segments, of which `known` are given and those from `count` on are zero. */
function rootOf(proof: ProofReader, known: ReadonlyMap<number, Uint8Array>, count: number): Uint8Array {
  let nodes = known
  let limit = count
  let padding: Uint8Array = new Uint8Array(SEGMENT_BYTES)
  for (let level = 0; level < LEVELS; level++) {
    const above = new Map<number, Uint8Array>()
    const node = (i: number) => nodes.get(i) ?? (i < limit ? proof.take(SEGMENT_BYTES) : padding)
    for (const i of nodes.keys()) {
      const left = i - (i % 2)
      if (!above.has(left / 2)) above.set(left / 2, nodeAbove(node(left), node(left + 1)))
    }
    nodes = above
    limit = Math.ceil(limit / 2)
    padding = nodeAbove(padding, padding)
  }
  return nodes.get(0)!
}

function siblings(payload: Uint8Array, segments: ReadonlySet<number>): Uint8Array[] {
  const found: Uint8Array[] = []
  let known = segments
  let limit = segmentCount(payload.length)
  for (const level of nodeLevels(payload)) {
    for (const i of inOrder(known)) {
      const sibling = i ^ 1
      if (sibling < limit && !known.has(sibling)) found.push(nodeAt(level, sibling))
    }
    known = new Set([...known].map(i => i >> 1))
    limit = Math.ceil(limit / 2)
  }
  return found
}

/** A node of a level; a segment of a payload, which may be cut off, padded with zeros. */
function nodeAt(level: Uint8Array, index: number): Uint8Array {
  const node = new Uint8Array(SEGMENT_BYTES)
  node.set(level.subarray(index * SEGMENT_BYTES, (index + 1) * SEGMENT_BYTES))
  return node
}

function address(span: number, root: Uint8Array): Reference {
  const spanBytes = new Uint8Array(SPAN_BYTES)
  new DataView(spanBytes.buffer).setBigUint64(0, BigInt(span), true)
  return referenceFromBytes(keccak_256(concatBytes(spanBytes, root)))
}

function inOrder(segments: ReadonlySet<number>): number[] {
  return [...segments].sort((a, b) => a - b)
}
