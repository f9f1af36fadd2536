import { sha256 } from '@noble/hashes/sha2.js'
import {
  bytesToHex,
  type Chunk,
  type Content,
  FileSplitter,
  type MessageId,
  RemoteLogError,
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
 * Streams a payload into chunks of the local database, in little memory.
 * @throws what `pieces` throws, UNAVAILABLE (local disk), ABORTED; what was staged is cleared again
 */
export async function stagePayload(
  local: LocalLog,
  staging: number,
  pieces: AsyncIterable<Uint8Array>,
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
    await dropStaged(local, [staging])
    throw error
  }
}

/** Clears what was waiting and is published. What a broken database keeps goes at the next start. */
export async function dropSent(local: LocalLog, before: number, stagings: Iterable<number>): Promise<void> {
  try {
    await local.clearSent(before)
  } catch (error) {
    if (!(error instanceof RemoteLogError)) throw error
  }
  await dropStaged(local, stagings)
}

/** Clears staged payloads that nothing needs. What a broken database keeps goes at the next start. */
export async function dropStaged(local: LocalLog, stagings: Iterable<number>): Promise<void> {
  try {
    for (const staging of stagings) await local.clearStaged(staging)
  } catch (error) {
    if (!(error instanceof RemoteLogError)) throw error
  }
}
