import { chunkPayload, chunkSpan } from '../bmt/make-chunk.ts'
import { CorruptError } from '../errors.ts'
import type { Reference } from '../reference.ts'

/**
 * The page in a verified chunk (span ‖ payload), as a view. A chunk's hash does not tell a payload from the same with
 * zeros added or cut off at its end; a page's span does, since it is the page's length (docs/spec.md section 8).
 * @throws CORRUPT where span and length differ
 */
export function pagePayload(chunk: Uint8Array, reference: Reference): Uint8Array {
  const payload = chunkPayload(chunk)
  const span = chunkSpan(chunk)
  if (span !== payload.length) {
    throw new CorruptError(`chunk ${reference} has span ${span} and ${payload.length} bytes: no page`, {
      reference,
      span,
      length: payload.length,
    })
  }
  return payload
}
