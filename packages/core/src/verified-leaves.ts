import { hashLeaves } from './bmt/leaf-hasher.ts'
import { CorruptError, type ErrorDetails, UnavailableError, withDetails } from './errors.ts'
import { CHUNK_BYTES } from './limits.ts'
import type { LeafRange } from './range-reader.ts'
import { REFERENCE_BYTES, type Reference, referenceFromBytes } from './reference.ts'

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

/** Most leaves that are hashed in one go. */
const MOST_AT_ONCE = 64

async function* verify(
  stream: AsyncIterable<Uint8Array>,
  { from, to }: LeafRange,
  expected: (leaf: number) => Reference,
  origin: LeafOrigin,
): AsyncGenerator<Uint8Array, void, undefined> {
  let leaf = from
  let carried: Uint8Array = new Uint8Array(0)
  try {
    for await (const piece of stream) {
      let at = 0
      for (;;) {
        const whole = Math.floor((carried.length + piece.length - at) / CHUNK_BYTES)
        const count = Math.min(whole, to - leaf, MOST_AT_ONCE)
        if (count === 0) break
        const came = joined(carried, piece.subarray(at), CHUNK_BYTES * count)
        at += came.length - carried.length
        carried = piece.subarray(at, at)
        const { leaves, addresses } = await hashLeaves(came)
        for (let i = 0; i < count; i++) {
          checkLeaf(
            addresses.subarray(REFERENCE_BYTES * i, REFERENCE_BYTES * (i + 1)),
            leaf,
            expected,
            origin,
          )
          leaf++
          yield leaves.subarray(CHUNK_BYTES * i, CHUNK_BYTES * (i + 1))
        }
        if (leaf === to) return
      }
      carried = joined(carried, piece.subarray(at), carried.length + piece.length - at)
    }
  } catch (error) {
    throw withDetails(error, { leaf })
  }
  throw new UnavailableError(
    `${sender(origin)} ended a range of ${origin.file} before leaf ${leaf} (ask again from there)`,
    { ...origin, leaf, transient: true, answered: true },
  )
}

/** The first `length` bytes of two pieces together. */
function joined(a: Uint8Array, b: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(length)
  both.set(a)
  both.set(b.subarray(0, length - a.length), a.length)
  return both
}

function checkLeaf(
  address: Uint8Array,
  leaf: number,
  expected: (leaf: number) => Reference,
  origin: LeafOrigin,
): void {
  const [got, reference] = [referenceFromBytes(address), expected(leaf)]
  if (got === reference) return
  throw new CorruptError(
    `${sender(origin)} sent leaf ${leaf} of ${origin.file} as bytes that hash to ${got} instead of ${reference} (ask for this chunk elsewhere)`,
    { ...origin, leaf, reference, got },
  )
}

function sender({ url }: LeafOrigin): string {
  return url ?? 'the store'
}
