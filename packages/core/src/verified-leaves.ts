import { fullLeafReference } from './bmt/make-chunk.ts'
import { CorruptError, type ErrorDetails, UnavailableError, withDetails } from './errors.ts'
import { CHUNK_BYTES } from './limits.ts'
import type { LeafRange } from './range-reader.ts'
import type { Reference } from './reference.ts'

/** Where unverified bytes come from, for the details of errors: the file's root and, on a network, the gateway's url. */
export type LeafOrigin = ErrorDetails & { readonly file: Reference; readonly url?: string }

/**
 * What implements `RangeReader.readLeaves` over a stream that nobody vouches for: cuts it, from the beginning of leaf
 * `from` on, into leaves and hands on those whose hash is the expected one. What comes behind the last leaf is dropped.
 * @throws as `RangeReader.readLeaves`; errors of the stream with `details.leaf` added
 */
export function verifiedLeaves(
  stream: AsyncIterable<Uint8Array>,
  leaves: LeafRange,
  expected: (leaf: number) => Reference,
  origin: LeafOrigin,
): AsyncGenerator<Uint8Array, void, undefined> {
  demandLeaves(leaves)
  return verify(stream, leaves, expected, origin)
}

/** @throws RangeError unless these are leaves of a file, at least one */
export function demandLeaves({ from, to }: LeafRange): void {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from >= to) {
    throw new RangeError(`${from} to ${to} are no leaves`)
  }
}

/** Leaves that share a buffer: one allocation for each costs as much as half its hashing. */
const SLAB_LEAVES = 32

function slabFor(leaves: number): Uint8Array {
  return new Uint8Array(CHUNK_BYTES * Math.min(leaves, SLAB_LEAVES))
}

async function* verify(
  stream: AsyncIterable<Uint8Array>,
  { from, to }: LeafRange,
  expected: (leaf: number) => Reference,
  origin: LeafOrigin,
): AsyncGenerator<Uint8Array, void, undefined> {
  let leaf = from
  let slab = slabFor(to - leaf)
  let [begin, filled] = [0, 0]
  try {
    for await (const piece of stream) {
      for (let at = 0; at < piece.length; ) {
        const part = piece.subarray(at, at + CHUNK_BYTES - filled)
        slab.set(part, begin + filled)
        filled += part.length
        at += part.length
        if (filled < CHUNK_BYTES) break
        const bytes = slab.subarray(begin, begin + CHUNK_BYTES)
        checkLeaf(bytes, leaf, expected(leaf), origin)
        leaf++
        yield bytes
        if (leaf === to) return
        ;[begin, filled] = [begin + CHUNK_BYTES, 0]
        if (begin === slab.length) [slab, begin] = [slabFor(to - leaf), 0]
      }
    }
  } catch (error) {
    throw withDetails(error, { leaf })
  }
  throw new UnavailableError(
    `${sender(origin)} ended a range of ${origin.file} before leaf ${leaf} (ask again from there)`,
    { ...origin, leaf, transient: true, answered: true },
  )
}

function checkLeaf(bytes: Uint8Array, leaf: number, reference: Reference, origin: LeafOrigin): void {
  const got = fullLeafReference(bytes)
  if (got === reference) return
  throw new CorruptError(
    `${sender(origin)} sent leaf ${leaf} of ${origin.file} as bytes that hash to ${got} instead of ${reference} (ask for this chunk elsewhere)`,
    { ...origin, leaf, reference, got },
  )
}

function sender({ url }: LeafOrigin): string {
  return url ?? 'the store'
}
