import { CHUNK_BYTES, CorruptError, childSpans, makeChunk, throwIfAborted } from '@remote-log/core'
import type { LogContext } from '../context.ts'
import type { LocalChange } from '../local-database.ts'
import type { Reader } from '../reader.ts'
import type { ByteSource } from './byte-source.ts'
import { type ChunkAt, payloadChunks, type StoredPayload } from './payload-chunks.ts'

/** Chunks of payloads that are written at once. */
const CHUNKS_A_WRITE = 128

/**
 * Reads the payloads that stand at the end of a bundle. Each chunk is checked by the one above it, and kept as it comes: which
 * of them are there is found out by reading. Returns how many payloads there were. @throws CORRUPT, UNAVAILABLE, ABORTED
 */
export async function keepPayloads(
  { local }: LogContext,
  source: ByteSource,
  payloads: readonly StoredPayload[],
  reader: Reader,
): Promise<number> {
  if (payloads.length === 0)
    throw new CorruptError('the bundle says that payloads are in it, and has none', {})
  const { signal } = reader.call
  const take: ChunkAt = async (reference, span) => {
    throwIfAborted(signal, 'import')
    const length = span > CHUNK_BYTES ? 32 * childSpans(span).length : span
    const chunk = makeChunk(await source.take(length), span)
    if (chunk.reference === reference) return chunk.bytes
    throw new CorruptError('the bundle holds other bytes than its head says', {
      want: reference,
      got: chunk.reference,
    })
  }
  let changes: LocalChange[] = []
  let done = 0
  for (const payload of payloads) {
    for await (const { reference, bytes } of payloadChunks(payload, take, 1, signal)) {
      changes.push(local.putChunk(reference, bytes))
      reader.progress('payload', ++done)
      if (changes.length < CHUNKS_A_WRITE) continue
      await local.write(changes, false)
      changes = []
    }
  }
  await local.write(changes, true)
  return payloads.length
}
