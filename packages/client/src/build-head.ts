import {
  type Chunk,
  type ChunkRoom,
  chunkPayload,
  emptyLogState,
  LogBuilder,
  type Reference,
  type SaltSearch,
  type Salts,
  stateFromHead,
} from '@remote-log/core'
import { type Anchor, decodeHead } from './anchor.ts'
import type { LogContext } from './context.ts'

/** What a head is built of: the anchored head, and behind it so many of the unsent entries. */
export interface HeadPlan {
  readonly entries: number
  /** One entry a page. */
  readonly linked: boolean
  /** Of the pages, where this plan was carried out before; left out: they are chosen to find room. */
  readonly salts?: Salts | undefined
}

/** The head that a plan makes. */
export interface BuiltHead {
  readonly anchor: Omit<Anchor, 'block'>
  readonly entries: number
  /** Staging numbers of the payloads by reference among them. */
  readonly staged: readonly number[]
  readonly salts: Salts
}

/** Takes what a head is made of, in upload order. */
export interface ChunkSink {
  /** Where the chunks must find room. */
  readonly room?: ChunkRoom | undefined
  /** Called now and then while a page is tried with salt after salt; the search goes on when it resolves. */
  turn?(tried: number): Promise<void>
  /** `page` is set for a sealed page. */
  chunk(chunk: Chunk, page?: number): Promise<void>
  /** Takes the payload with this staging number and root; left out where only the log itself is wanted. */
  payload?(staging: number, root: Reference): Promise<void>
}

/**
 * Builds the next head from the anchored one and the first unsent entries: one plan with salts always gives the same bytes.
 * The anchor's edges must be known. @throws LOCAL_DAMAGED, REFUSED (no room), and what `sink` throws
 */
export async function buildHead(
  context: LogContext,
  { entries, linked, salts }: HeadPlan,
  sink: ChunkSink,
): Promise<BuiltHead> {
  const { log, local, state } = context
  const { anchor } = state
  const { first } = state.unsent
  const builder = new LogBuilder(
    anchor ? stateFromHead(anchor.page, anchor.history!, anchor.directory!) : emptyLogState(log),
    salts ? { salts } : { room: sink.room },
  )
  const sealedBefore = anchor?.page.roots.sealedPages ?? 0
  let page = sealedBefore
  const staged: number[] = []
  const give = async (chunks: readonly Chunk[]) => {
    const [sealed, ...index] = chunks
    if (sealed === undefined) return
    await sink.chunk(sealed, page++)
    for (const chunk of index) await sink.chunk(chunk)
  }
  for await (const { entry } of local.unsent(first, first + entries)) {
    if (entry.staging !== undefined && entry.content.kind === 'reference') {
      staged.push(entry.staging)
      await sink.payload?.(entry.staging, entry.content.reference)
    }
    if (linked) await give(await inTurns(builder.sealSteps(), sink))
    await give((await inTurns(builder.appendSteps(entry), sink)).chunks)
    if (linked) await give(await inTurns(builder.sealSteps(), sink))
  }
  const head = await inTurns(builder.headSteps(), sink)
  await give(head.sealed)
  // Where no page was sealed, both trees are the anchored head's, and published.
  if (page > sealedBefore) for (const chunk of head.edge) await sink.chunk(chunk)
  await sink.chunk(head.page)
  const { history, directory } = builder.state()
  const bytes = chunkPayload(head.page.bytes)
  const decoded = decodeHead(bytes, log, head.reference)
  return {
    anchor: { head: head.reference, bytes, page: decoded, history, directory },
    entries,
    staged,
    salts: builder.salts,
  }
}

async function inTurns<T>(search: SaltSearch<T>, sink: ChunkSink): Promise<T> {
  for (;;) {
    const step = search.next()
    if (step.done) return step.value
    await sink.turn?.(step.value)
  }
}
