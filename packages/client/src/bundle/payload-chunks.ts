import {
  CHUNK_BYTES,
  CorruptError,
  childSpans,
  chunkPayload,
  chunkSpan,
  type Page,
  type Reference,
  referenceFromBytes,
} from '@remote-log/core'
import { inOrder } from '../pipeline.ts'

/** A payload by reference. */
export interface StoredPayload {
  readonly reference: Reference
  /** Bytes. */
  readonly length: number
}

/** The payloads by reference of a page's entries that `seen` does not have yet; it has them then. */
export function payloadsOf({ entries }: Page, seen: Set<Reference>): StoredPayload[] {
  return entries.flatMap(({ content }) => {
    if (content.kind !== 'reference' || seen.has(content.reference)) return []
    seen.add(content.reference)
    return [{ reference: content.reference, length: content.length }]
  })
}

/** Gives the chunk with this reference, span first, whose file has so many bytes below it. */
export type ChunkAt = (
  reference: Reference,
  span: number,
  signal: AbortSignal | undefined,
) => Promise<Uint8Array>

/**
 * The chunks of a payload's file, each before those below it, from the first byte to the last: so what comes is checked by
 * what came, in little memory. @throws CORRUPT (it is no such file), and what `chunkAt` throws
 */
export async function* payloadChunks(
  { reference, length }: StoredPayload,
  chunkAt: ChunkAt,
  ahead: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ readonly reference: Reference; readonly bytes: Uint8Array }, void, undefined> {
  yield* below(reference, length, await chunkAt(reference, length, signal))

  async function* below(
    reference: Reference,
    span: number,
    bytes: Uint8Array,
  ): AsyncGenerator<{ reference: Reference; bytes: Uint8Array }, void, undefined> {
    const spans = span > CHUNK_BYTES ? childSpans(span) : []
    const payload = chunkPayload(bytes)
    const expected = spans.length > 0 ? 32 * spans.length : span
    if (chunkSpan(bytes) !== span || payload.length !== expected)
      throw new CorruptError('a chunk of a payload has another shape than its entry says', {
        reference,
        span,
      })
    yield { reference, bytes }
    const children = spans.map((span, i) => ({
      span,
      reference: referenceFromBytes(payload.subarray(32 * i, 32 * (i + 1))),
    }))
    const read = async (child: (typeof children)[number], signal: AbortSignal) => ({
      ...child,
      bytes: await chunkAt(child.reference, child.span, signal),
    })
    for await (const child of inOrder(children, ahead, signal, read))
      yield* below(child.reference, child.span, child.bytes)
  }
}
