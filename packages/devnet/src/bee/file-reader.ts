import { CHUNK_BYTES, childSpans, REFERENCE_BYTES, SPAN_BYTES } from '@remote-log/core'
import { notImitated } from './http/refusal.ts'
import type { SwarmChunk } from './swarm-chunk.ts'

/** Gets a chunk, or undefined where it is not to be had. */
export type Fetch = (address: Buffer) => SwarmChunk | undefined

/** A chunk of a file is missing, or is not what its place in the tree demands. Bee cuts the body short then. */
export class BrokenFile extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BrokenFile'
  }
}

/** The length of the file below a root chunk (span ‖ payload), in bytes. @throws Refusal where it has redundancy */
export function fileLength(root: Uint8Array): number {
  const span = Buffer.from(root.buffer, root.byteOffset, SPAN_BYTES).readBigUInt64LE(0)
  // Bee puts the level + 128 into the top byte of the span of inner chunks.
  if (span >> 63n === 1n) throw notImitated('files with redundancy')
  return Number(span)
}

/**
 * The bytes `from` to `to` (exclusive) of a file, in pieces, read down its tree (docs/spec.md section 4).
 * @throws BrokenFile
 */
export function* fileBytes(
  root: Uint8Array,
  from: number,
  to: number,
  fetch: Fetch,
): Generator<Buffer, void> {
  const span = fileLength(root)
  const payload = Buffer.from(root.buffer, root.byteOffset + SPAN_BYTES, root.length - SPAN_BYTES)
  if (span <= CHUNK_BYTES) {
    if (payload.length !== span) throw new BrokenFile(`a leaf of ${payload.length} bytes has span ${span}`)
    if (from < to) yield payload.subarray(from, to)
    return
  }
  const spans = childSpans(span)
  if (payload.length !== spans.length * REFERENCE_BYTES) {
    throw new BrokenFile(`an inner chunk of span ${span} has ${payload.length} bytes of references`)
  }
  const full = spans[0]!
  for (let i = Math.floor(from / full); i < spans.length && i * full < to; i++) {
    const address = Buffer.from(payload.subarray(i * REFERENCE_BYTES, (i + 1) * REFERENCE_BYTES))
    const child = fetch(address)
    if (!child) throw new BrokenFile(`chunk ${address.toString('hex')} is missing`)
    if (fileLength(child.bytes) !== spans[i])
      throw new BrokenFile(`chunk ${address.toString('hex')} has a wrong span`)
    yield* fileBytes(child.bytes, Math.max(0, from - i * full), Math.min(spans[i]!, to - i * full), fetch)
  }
}

/**
 * Has the chunks fetched that {@link fileBytes} will need for the bytes `from` to `to` (exclusive), one after the other.
 * Those that are not to be had, or are wrong, are left for it to find.
 */
export async function bringBytes(
  root: Uint8Array,
  from: number,
  to: number,
  fetch: (address: Buffer) => Promise<SwarmChunk | undefined>,
): Promise<void> {
  const span = fileLength(root)
  if (span <= CHUNK_BYTES) return
  const spans = childSpans(span)
  const full = spans[0]!
  for (let i = Math.floor(from / full); i < spans.length && i * full < to; i++) {
    const at = SPAN_BYTES + i * REFERENCE_BYTES
    const child = await fetch(Buffer.from(root.subarray(at, at + REFERENCE_BYTES)))
    if (!child || fileLength(child.bytes) !== spans[i]) return
    await bringBytes(child.bytes, Math.max(0, from - i * full), Math.min(spans[i]!, to - i * full), fetch)
  }
}

/** Every chunk of a file, parents first. `chunk` is undefined for those that are not to be had. */
export function* fileChunks(
  root: Buffer,
  fetch: Fetch,
): Generator<{ address: Buffer; chunk: SwarmChunk | undefined }, void> {
  const chunk = fetch(root)
  yield { address: root, chunk }
  if (!chunk || chunk.version || fileLength(chunk.bytes) <= CHUNK_BYTES) return
  const references = Buffer.from(chunk.bytes).subarray(SPAN_BYTES)
  for (let at = 0; at + REFERENCE_BYTES <= references.length; at += REFERENCE_BYTES) {
    yield* fileChunks(references.subarray(at, at + REFERENCE_BYTES), fetch)
  }
}
