import { sha256 } from '@noble/hashes/sha2.js'
import {
  bytesToHex,
  type Chunk,
  type Content,
  FileSplitter,
  InvalidArgumentError,
  MAX_PAYLOAD_BYTES,
  type MessageId,
  throwIfAborted,
} from '@remote-log/core'
import type { LocalChange } from './local-database.ts'
import type { LocalLog } from './local-log.ts'
import type { OperationOptions } from './progress.ts'

/** Chunks written to the local database at once. */
const BATCH_CHUNKS = 128

/** A payload whose chunks wait in the local database. */
export interface StagedPayload {
  readonly content: Content
  /** SHA-256 of the payload. */
  readonly id: MessageId
}

/**
 * Streams a payload of up to 4 GiB into chunks of the local database, in little memory.
 * @throws INVALID_ARGUMENT (longer than 4 GiB), ABORTED; what was staged is cleared again
 */
export async function stagePayload(
  local: LocalLog,
  staging: number,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { signal, onProgress }: OperationOptions,
): Promise<StagedPayload> {
  const splitter = new FileSplitter()
  const hash = sha256.create()
  let length = 0
  let changes: LocalChange[] = []
  const keep = async (chunks: readonly Chunk[]) => {
    for (const { reference, bytes } of chunks) changes.push(local.putStaged(staging, reference, bytes))
    if (changes.length < BATCH_CHUNKS) return
    await local.write(changes, false)
    changes = []
  }
  try {
    for await (const piece of pieces) {
      throwIfAborted(signal, 'append')
      length += piece.length
      if (length > MAX_PAYLOAD_BYTES) {
        throw new InvalidArgumentError(`a payload has at most ${MAX_PAYLOAD_BYTES} bytes`, {
          limit: MAX_PAYLOAD_BYTES,
        })
      }
      hash.update(piece)
      await keep(splitter.push(piece))
      onProgress?.({ phase: 'payload', done: length })
    }
    const { root, chunks } = splitter.finish()
    await keep(chunks)
    await local.write(changes, false)
    return {
      content: { kind: 'reference', reference: root, length },
      id: bytesToHex(hash.digest()) as MessageId,
    }
  } catch (error) {
    await local.clearStaged(staging)
    throw error
  }
}
