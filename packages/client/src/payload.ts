import {
  CHUNK_BYTES,
  type Content,
  CorruptError,
  chunkPayload,
  chunkSpan,
  type Reference,
  TreeWalker,
  throwIfAborted,
} from '@remote-log/core'
import { countTo, inOrder } from './pipeline.ts'

/** Where the chunks of a payload come from: the store, or the local database before they are published. */
export interface ChunkSource {
  /** A verified chunk, span first. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED */
  chunk(reference: Reference, signal: AbortSignal | undefined): Promise<Uint8Array>
  readonly signal: AbortSignal | undefined
  /** Whether a chunk is on this device. Absent: none is. */
  readonly isHere?: (reference: Reference) => Promise<boolean>
}

/** Bytes below one inner chunk of the lowest level, fetched together; so many of these ahead of the consumer. */
const WINDOW_BYTES = 128 * CHUNK_BYTES
const WINDOWS_AHEAD = 2

/**
 * Streams a payload, embedded or by reference, in pieces of at most 4,096 bytes, each verified before it is handed
 * on. The length is compared with the root's span first. Memory stays at about 2 MiB, however long the payload. Leaving
 * the loop early ends what is under way.
 * @param to byte before which to stop, a multiple of 4,096; default: the end
 * @throws CORRUPT, NOT_FOUND, UNAVAILABLE, ABORTED
 */
export async function* streamPayload(
  source: ChunkSource,
  content: Content,
  to = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<Uint8Array, void, undefined> {
  throwIfAborted(source.signal, 'reading a payload')
  if (content.kind === 'embedded') {
    yield content.data
    return
  }
  const { reference, length } = content
  const root = await source.chunk(reference, source.signal)
  if (chunkSpan(root) !== length) {
    throw new CorruptError(`the payload has ${chunkSpan(root)} bytes, its entry says ${length}`, {
      reference,
      length,
    })
  }
  if (length <= CHUNK_BYTES) {
    if (length > 0) yield leafPayload(root, length, reference)
    return
  }
  const walker = new TreeWalker(reference, length)
  walker.supply({ offset: 0, span: length }, root)
  const end = Math.min(length, to)
  const windows = countTo(0, Math.ceil(end / WINDOW_BYTES))
  const read = (index: number, signal: AbortSignal) =>
    readWindow({ ...source, signal }, walker, index * WINDOW_BYTES, end)
  let done = 0
  for await (const leaves of inOrder(windows, WINDOWS_AHEAD, source.signal, read)) {
    for (const leaf of leaves) {
      throwIfAborted(source.signal, 'reading a payload')
      yield leaf
      done += leaf.length
    }
    walker.forget(done)
  }
}

async function readWindow(
  { chunk, signal }: ChunkSource,
  walker: TreeWalker,
  from: number,
  end: number,
): Promise<Uint8Array[]> {
  const to = Math.min(from + WINDOW_BYTES, end)
  for (let wanted = walker.wanted(from, to); wanted.length > 0; wanted = walker.wanted(from, to)) {
    await Promise.all(
      wanted.map(async ({ reference, node }) => walker.supply(node, await chunk(reference, signal))),
    )
  }
  const leaves = [...countTo(0, Math.ceil((to - from) / CHUNK_BYTES))].map(async i => {
    const { reference, span } = walker.leaf(from + i * CHUNK_BYTES)!
    return leafPayload(await chunk(reference, signal), span, reference)
  })
  return await Promise.all(leaves)
}

function leafPayload(bytes: Uint8Array, span: number, reference: Reference): Uint8Array {
  const payload = chunkPayload(bytes)
  if (chunkSpan(bytes) !== span || payload.length !== span) {
    throw new CorruptError(`a leaf of a payload has ${payload.length} bytes instead of ${span}`, {
      reference,
      span,
    })
  }
  return payload
}
