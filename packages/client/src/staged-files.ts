import {
  BRANCHES,
  CHUNK_BYTES,
  type Chunk,
  chunkPayload,
  chunkSpan,
  LocalDamagedError,
  REFERENCE_BYTES,
  type Reference,
  referenceFromBytes,
} from '@remote-log/core'
import type { LocalLog } from './local-log.ts'
import type { Puts } from './puts.ts'

/** Bytes below an inner chunk of the lowest level. */
const FILE_BYTES = BRANCHES * CHUNK_BYTES

/**
 * Hands over a staged payload, children first: each inner chunk of the lowest level with its leaves as a file, the
 * others one by one. Memory holds one such file beside what is under way.
 * @throws LOCAL_DAMAGED (a chunk is missing or damaged), and what earlier puts failed with
 */
export async function putStagedFiles(
  local: LocalLog,
  puts: Puts,
  { staging, root }: { readonly staging: number; readonly root: Reference },
): Promise<void> {
  const put = async (reference: Reference): Promise<void> => {
    const chunk = await stagedChunk(local, staging, reference)
    const span = chunkSpan(chunk.bytes)
    const below = span > CHUNK_BYTES ? references(chunk) : []
    if (span > FILE_BYTES) {
      for (const child of below) await put(child)
    } else if (below.length > 0) {
      const leaves = await Promise.all(below.map(leaf => stagedChunk(local, staging, leaf)))
      return puts.addFile(leaves, chunk)
    }
    await puts.add(chunk)
  }
  await put(root)
}

/** Hands over the chunks of a staged payload one by one. @throws as {@link putStagedFiles} */
export async function putStagedChunks(
  local: LocalLog,
  puts: Puts,
  { staging }: { readonly staging: number },
): Promise<void> {
  let chunks = 0
  for await (const chunk of local.staged(staging)) {
    await puts.add(chunk)
    chunks++
  }
  if (chunks > 0) return
  throw new LocalDamagedError('the payload of an unsent entry is missing on this device', {
    record: `staged/${staging}`,
  })
}

async function stagedChunk(local: LocalLog, staging: number, reference: Reference): Promise<Chunk> {
  const bytes = await local.stagedChunk(staging, reference)
  if (bytes) return { reference, bytes }
  throw new LocalDamagedError('the payload of an unsent entry is missing on this device', {
    record: `staged/${staging}`,
    reference,
  })
}

function references({ bytes }: Chunk): Reference[] {
  const payload = chunkPayload(bytes)
  return Array.from({ length: payload.length / REFERENCE_BYTES }, (_, i) =>
    referenceFromBytes(payload.subarray(i * REFERENCE_BYTES, (i + 1) * REFERENCE_BYTES)),
  )
}
