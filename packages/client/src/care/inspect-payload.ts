import {
  CHUNK_BYTES,
  type Chunk,
  type Entry,
  FileSplitter,
  type Reference,
  TreeWalker,
} from '@remote-log/core'
import type { Missed } from '../missed.ts'
import type { OnLost } from './lost-chunk.ts'
import type { Probe } from './probe.ts'

/** Bytes of a payload whose chunks are asked for together. */
const WINDOW_BYTES = 512 * CHUNK_BYTES

/** A payload from outside the log: published payloads by reference are not kept on a device. */
export type PayloadPieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** Gives the bytes of an entry's payload anew each time that it is called; undefined where it does not have them. */
export type PayloadSource = (entry: Entry) => PayloadPieces | undefined | Promise<PayloadPieces | undefined>

/**
 * Fetches every chunk of a payload by reference. Where some can't be had and `source` has the payload, all of its
 * chunks are told with their bytes; else those that are missing, and of what is below them nothing is known.
 */
export async function inspectPayload(
  entry: Entry,
  probe: Probe,
  source: PayloadSource | undefined,
  signal: AbortSignal | undefined,
  onLost: OnLost,
): Promise<void> {
  if (entry.content.kind !== 'reference') return
  const { reference, length } = entry.content
  const lost = await missingChunks(reference, length, probe, signal)
  const [first] = lost.values()
  if (!first) return
  const place = { part: 'payload', seq: entry.seq } as const
  if (!(await gives(source, entry, reference))) {
    for (const [at, missed] of lost) await onLost(at, place, missed, undefined)
    return
  }
  for await (const chunk of split((await source!(entry))!))
    await onLost(chunk.reference, place, lost.get(chunk.reference) ?? first, chunk.bytes)
}

async function missingChunks(
  root: Reference,
  length: number,
  probe: Probe,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<Reference, Missed>> {
  const lost = new Map<Reference, Missed>()
  const walker = new TreeWalker(root, length)
  const look = async (reference: Reference, take?: (bytes: Uint8Array) => void) => {
    const probed = await probe.get(reference, { signal })
    if (probed.missed) lost.set(reference, probed.missed)
    else take?.(probed.bytes)
  }
  for (let from = 0; from === 0 || from < length; from += WINDOW_BYTES) {
    const to = Math.min(from + WINDOW_BYTES, length)
    for (;;) {
      const wanted = walker.wanted(from, to).filter(({ reference }) => !lost.has(reference))
      if (wanted.length === 0) break
      await Promise.all(
        wanted.map(({ reference, node }) => look(reference, bytes => walker.supply(node, bytes))),
      )
    }
    const leaves = Array.from({ length: Math.max(1, Math.ceil((to - from) / CHUNK_BYTES)) }, (_, i) =>
      walker.leaf(from + i * CHUNK_BYTES),
    )
    await Promise.all(leaves.map(leaf => leaf && look(leaf.reference)))
    walker.forget(to)
  }
  return lost
}

/** Whether the source has exactly this payload: looked through once before any of its chunks is used. */
async function gives(source: PayloadSource | undefined, entry: Entry, root: Reference): Promise<boolean> {
  const pieces = await source?.(entry)
  if (!pieces) return false
  let last: Chunk | undefined
  for await (const chunk of split(pieces)) last = chunk
  return last?.reference === root
}

/** The chunks of a file, children first, so the root last. */
async function* split(pieces: PayloadPieces): AsyncGenerator<Chunk, void, undefined> {
  const splitter = new FileSplitter()
  for await (const piece of pieces) yield* splitter.push(piece)
  yield* splitter.finish().chunks
}
