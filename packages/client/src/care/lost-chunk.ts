import type { ErrorCode, Reference } from '@remote-log/core'
import type { Missed } from '../missed.ts'
import type { PageRange } from '../page-ranges.ts'

/** What of a log a chunk is: its head page, a sealed page, an inner node of one of both trees, a part of a payload. */
export type LogPart = 'head' | 'page' | 'history' | 'directory' | 'payload'

/** Where a chunk stands in its log. */
export interface ChunkPlace {
  readonly part: LogPart
  /** The sealed page, or those below an inner node. */
  readonly pages?: PageRange | undefined
  /** The entry whose payload it belongs to. */
  readonly seq?: number | undefined
}

/** A chunk that the store could not give. */
export interface LostChunk extends ChunkPlace {
  readonly reference: Reference
  /** `NOT_FOUND`: the store says that it has none. `UNAVAILABLE`: it could not tell. `CORRUPT`: it gave something else. */
  readonly reason: ErrorCode
  readonly message: string
  /** Whether this device can make it anew, from its local copy or from what else was read. */
  readonly restorable: boolean
}

/** Chunks that can't be named, because the chunk that leads to them can neither be had nor be made anew. */
export interface UnknownChunks extends ChunkPlace {
  readonly reason: ErrorCode
  readonly message: string
}

/** Told of each chunk that can't be had, with its bytes (span first) where this device can make them. */
export type OnLost = (
  reference: Reference,
  place: ChunkPlace,
  missed: Missed,
  bytes: Uint8Array | undefined,
) => void | Promise<void>
