import type { Chunk } from '../chunk.ts'
import { CorruptError } from '../errors.ts'
import { CHUNK_BYTES, SPAN_BYTES } from '../limits.ts'
import { type Reference, referenceFromBytes } from '../reference.ts'
import { bmtAddress } from './bmt.ts'

/**
 * The chunk with this payload (0 to 4,096 bytes; copied). `span` is the number of file bytes below it and defaults to
 * the payload's length, which is right for leaves. An empty payload is what Bee makes of an empty file.
 * @throws RangeError if the payload is too long or the span is no integer from 0 to 2^53-1
 */
export function makeChunk(payload: Uint8Array, span: number = payload.length): Chunk {
  if (payload.length > CHUNK_BYTES) {
    throw new RangeError(`a chunk's payload has at most ${CHUNK_BYTES} bytes, not ${payload.length}`)
  }
  if (!Number.isSafeInteger(span) || span < 0) throw new RangeError(`${span} is no span`)
  const bytes = new Uint8Array(SPAN_BYTES + payload.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(span), true)
  bytes.set(payload, SPAN_BYTES)
  return { reference: chunkReference(bytes), bytes }
}

const FULL_SPAN = Uint8Array.of(0, CHUNK_BYTES >> 8, 0, 0, 0, 0, 0, 0)

/** The address of a leaf of 4,096 bytes: that of `makeChunk`, without making the chunk. @throws RangeError */
export function fullLeafReference(payload: Uint8Array): Reference {
  if (payload.length !== CHUNK_BYTES) throw new RangeError(`a full leaf can't have ${payload.length} bytes`)
  return referenceFromBytes(bmtAddress(FULL_SPAN, payload))
}

/** The address of the chunk with these bytes (span ‖ payload). @throws RangeError unless there are 8 to 4,104 */
export function chunkReference(bytes: Uint8Array): Reference {
  if (!hasChunkLength(bytes)) throw new RangeError(`a chunk can't have ${bytes.length} bytes`)
  return referenceFromBytes(bmtAddress(bytes.subarray(0, SPAN_BYTES), bytes.subarray(SPAN_BYTES)))
}

/**
 * Checks that bytes from outside are the chunk with this reference. The hash pads with zeros, so it does not fix the
 * payload's length: whoever knows what the chunk is checks that too.
 * @throws CORRUPT, with `details.reference` and, where the bytes have the length of a chunk, `details.got`
 */
export function verifyChunk(reference: Reference, bytes: Uint8Array): void {
  if (!hasChunkLength(bytes)) {
    throw new CorruptError(`chunk ${reference} can't have ${bytes.length} bytes`, {
      reference,
      length: bytes.length,
    })
  }
  const got = chunkReference(bytes)
  if (got !== reference) {
    throw new CorruptError(`the bytes that came for chunk ${reference} hash to ${got}`, { reference, got })
  }
}

/**
 * The span of a chunk: the number of file bytes below it.
 * @throws CORRUPT if it is above 2^53-1 (among these, spans that carry a redundancy level) or bytes are missing
 */
export function chunkSpan(bytes: Uint8Array): number {
  if (bytes.length < SPAN_BYTES) throw new CorruptError('a chunk without a span', { length: bytes.length })
  const span = new DataView(bytes.buffer, bytes.byteOffset, SPAN_BYTES).getBigUint64(0, true)
  if (span > Number.MAX_SAFE_INTEGER) throw new CorruptError(`span ${span} is out of range`, { span })
  return Number(span)
}

/** The payload of a chunk, as a view of its bytes. */
export function chunkPayload(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(SPAN_BYTES)
}

function hasChunkLength(bytes: Uint8Array): boolean {
  return bytes.length >= SPAN_BYTES && bytes.length <= SPAN_BYTES + CHUNK_BYTES
}
