import { type Chunk, chunkPayload, emptyLogState, LogBuilder, stateFromHead } from '@remote-log/core'
import { type Anchor, decodeHead } from './anchor.ts'
import type { LogContext } from './context.ts'

/** The head that the first `entries` unsent entries make behind the anchored one. */
export interface BuiltHead {
  readonly anchor: Omit<Anchor, 'block'>
  readonly entries: number
  /** Staging numbers of the payloads by reference among them. */
  readonly staged: readonly number[]
}

/** Takes chunks in upload order; `page` is set for a sealed page. */
export type ChunkSink = (chunk: Chunk, page?: number) => Promise<void>

/**
 * Builds the next head from the anchored one and the first `entries` unsent entries, which is always the same bytes.
 * The anchor's edges must be known. Staged payload chunks, sealed pages, edges and the head page go to `sink`.
 */
export async function buildHead(context: LogContext, entries: number, sink: ChunkSink): Promise<BuiltHead> {
  const { log, local, settings, state } = context
  const { anchor } = state
  const builder = new LogBuilder(
    anchor ? stateFromHead(anchor.page, anchor.history!, anchor.directory!) : emptyLogState(log),
  )
  const sealedBefore = anchor?.page.roots.sealedPages ?? 0
  let page = sealedBefore
  const staged: number[] = []
  let built = 0
  const give = async (chunks: readonly Chunk[]) => {
    const [sealed, ...index] = chunks
    if (sealed === undefined) return
    await sink(sealed, page++)
    for (const chunk of index) await sink(chunk)
  }
  for await (const { entry } of local.unsent(entries)) {
    if (entry.staging !== undefined) {
      staged.push(entry.staging)
      for await (const chunk of local.staged(entry.staging)) await sink(chunk)
    }
    await give(builder.append(entry).chunks)
    if (settings.linked) await give(builder.seal())
    built++
  }
  const head = builder.head()
  // Without a sealed page more, the edge is the one that went up with the anchored head.
  if (page > sealedBefore) for (const chunk of head.edge) await sink(chunk)
  await sink(head.page)
  const { history, directory } = builder.state()
  const bytes = chunkPayload(head.page.bytes)
  const decoded = decodeHead(bytes, log, head.reference)
  return {
    anchor: { head: head.reference, bytes, page: decoded, history, directory },
    entries: built,
    staged,
  }
}
