import { concatBytes } from '@noble/hashes/utils.js'
import { chunkPayload, chunkSpan } from '../bmt/make-chunk.ts'
import { CorruptError } from '../errors.ts'
import { CHUNK_BYTES } from '../limits.ts'
import type { Reference } from '../reference.ts'
import { proveSegments, readSegments } from './chunk-proof.ts'
import { refuse } from './proof-error.ts'
import { ProofReader } from './proof-reader.ts'
import { addSegments } from './segments.ts'
import { readRootAbove } from './tree-proof.ts'
import { TreeProver } from './tree-prover.ts'

/** The part of a range that is in one leaf. */
interface Piece {
  /** Offset of the leaf in the file, and its bytes. */
  readonly leaf: number
  readonly span: number
  /** Offsets in the leaf. */
  readonly from: number
  readonly to: number
}

/**
 * Builds the proof that bytes belong to a Swarm file, without I/O, as {@link EntryProver} does for entries. Of a
 * payload by reference root and length are in its entry. (docs/spec.md section 11.3)
 */
export class FileProver {
  readonly #root: Reference
  readonly #length: number
  readonly #from: number
  readonly #to: number
  readonly #tree: TreeProver
  readonly #leaves = new Map<Reference, Uint8Array>()

  /** @throws RangeError unless 0 <= from < to <= length <= 2^53-1 */
  constructor(root: Reference, length: number, from: number, to: number) {
    checkRange(length, from, to)
    this.#root = root
    this.#length = length
    this.#from = from
    this.#to = to
    this.#tree = new TreeProver(root, length, from, to)
  }

  /** The chunks to fetch next, all at once; after they are supplied, ask again. Empty when the proof can be built. */
  wanted(): Reference[] {
    const inner = this.#tree.wanted()
    const leaves = pieces(this.#length, this.#from, this.#to).flatMap(({ leaf }) => {
      const found = this.#tree.leaf(leaf)
      return found && !this.#leaves.has(found.reference) ? [found.reference] : []
    })
    return [...new Set([...inner, ...leaves])]
  }

  /**
   * Takes a chunk that was wanted, span first. The bytes must have been verified against the reference already.
   * @throws CORRUPT if it is not what the file's length demands; RangeError if it was not wanted
   */
  supply(reference: Reference, bytes: Uint8Array): void {
    if (!this.wanted().includes(reference)) throw new RangeError(`chunk ${reference} is not wanted`)
    if (this.#tree.wanted().includes(reference)) {
      this.#tree.supply(reference, bytes)
      return
    }
    const payload = chunkPayload(bytes)
    for (const { leaf, span } of pieces(this.#length, this.#from, this.#to)) {
      if (this.#tree.leaf(leaf)?.reference !== reference) continue
      if (payload.length === span && chunkSpan(bytes) === span) continue
      throw new CorruptError(`leaf ${reference} has ${payload.length} bytes instead of ${span}`, {
        reference,
        want: span,
        got: payload.length,
      })
    }
    this.#leaves.set(reference, payload)
  }

  /** The proof, and the bytes that it proves. It was verified. @throws RangeError while chunks are wanted */
  proof(): { bytes: Uint8Array; data: Uint8Array } {
    if (this.wanted().length > 0) throw new RangeError('chunks are still wanted')
    const parts = pieces(this.#length, this.#from, this.#to).flatMap(({ leaf, from, to }) => {
      const payload = this.#leaves.get(this.#tree.leaf(leaf)!.reference)!
      return [proveSegments(payload, segmentsOf(from, to)), this.#tree.proof(leaf)]
    })
    const bytes = concatBytes(...parts)
    const data = verifyFileProof(this.#root, this.#length, this.#from, this.#to, bytes)
    return { bytes, data }
  }
}

/**
 * The bytes `from` (inclusive) to `to` (exclusive) of the file of `length` bytes under `root`, from a proof alone; as
 * the contract's `payload`.
 * @throws CORRUPT with `details.reason` ({@link ProofReason}); RangeError unless 0 <= from < to <= length <= 2^53-1
 */
export function verifyFileProof(
  root: Reference,
  length: number,
  from: number,
  to: number,
  proof: Uint8Array,
): Uint8Array {
  checkRange(length, from, to)
  const reader = new ProofReader(proof)
  const parts = pieces(length, from, to).map(piece => {
    const chunk = readSegments(reader, piece.span, piece.span, segmentsOf(piece.from, piece.to))
    const proven = readRootAbove(reader, chunk.reference, piece.leaf, length)
    if (proven !== root) refuse('WrongRoot', `the proof leads to file ${proven}`, { root, proven })
    return chunk.payload.subarray(piece.from, piece.to)
  })
  reader.finish()
  return concatBytes(...parts)
}

function pieces(length: number, from: number, to: number): Piece[] {
  const found: Piece[] = []
  for (let leaf = from - (from % CHUNK_BYTES); leaf < to; leaf += CHUNK_BYTES) {
    const span = Math.min(CHUNK_BYTES, length - leaf)
    found.push({ leaf, span, from: Math.max(from - leaf, 0), to: Math.min(to - leaf, span) })
  }
  return found
}

function segmentsOf(from: number, to: number): Set<number> {
  const segments = new Set<number>()
  addSegments(segments, from, to)
  return segments
}

function checkRange(length: number, from: number, to: number): void {
  const integers = [length, from, to].every(Number.isSafeInteger)
  if (!integers || from < 0 || from >= to || to > length) {
    throw new RangeError(`bytes ${from} to ${to} are not some of ${length}`)
  }
}
