import { LocalDamagedError, makeChunk, pagePayload, type Reference } from '@remote-log/core'
import type { Anchor } from '../anchor.ts'
import type { LogContext } from '../context.ts'
import { keptPage } from '../locate.ts'
import { type ReadPage, SealedPage } from '../page-link.ts'
import { countTo, inOrder } from '../pipeline.ts'
import type { Reader } from '../reader.ts'
import { DirectoryInspection } from './inspect-directory.ts'
import { inspectHistory } from './inspect-history.ts'
import { inspectPayload, type PayloadSource } from './inspect-payload.ts'
import type { OnLost, UnknownChunks } from './lost-chunk.ts'
import type { Probe, Probed } from './probe.ts'

const PAGES_AHEAD = 256

export interface InspectOptions {
  readonly payloads?: PayloadSource | undefined
  readonly onLost: OnLost
  /** Chunks that can't be named. */
  readonly onUnknown: (unknown: UnknownChunks) => void
}

/** A page as it was found: from the store, else from this device. */
interface Found {
  readonly index: number
  readonly reference: Reference | undefined
  readonly probed: Probed | undefined
  readonly page: ReadPage | undefined
}

/**
 * Looks at every chunk below a head once: head page, index, pages, payloads. What can't be had is told, with its bytes
 * where they can be made anew: the head page and kept pages from this device, a node of the index from the pages that
 * are below it, whether they are kept or still in the store.
 * @throws ABORTED, INVALID_PAGE, CORRUPT (an index that contradicts itself), UNAVAILABLE (the store does not answer)
 */
export async function inspect(
  context: LogContext,
  reader: Reader,
  anchor: Anchor,
  probe: Probe,
  options: InspectOptions,
): Promise<void> {
  const { signal } = reader.call
  const { onLost } = options
  const { sealedPages } = anchor.page.roots
  const head = await probe.get(anchor.head)
  if (head.missed) await onLost(anchor.head, { part: 'head' }, head.missed, makeChunk(anchor.bytes).bytes)
  if (sealedPages > 0) await inspectSealed(context, reader, anchor, probe, options)
  for (const entry of anchor.page.entries)
    await inspectPayload(entry, probe, options.payloads, signal, onLost)
}

async function inspectSealed(
  context: LogContext,
  reader: Reader,
  anchor: Anchor,
  probe: Probe,
  { payloads, onLost, onUnknown }: InspectOptions,
): Promise<void> {
  const { signal } = reader.call
  const { sealedPages } = anchor.page.roots
  const directory = new DirectoryInspection(anchor.page, probe)
  await directory.begin(signal)
  const kept = async (index: number) =>
    context.state.have.has(index) ? await soundPage(context, index) : undefined
  const otherwise = async (index: number) => directory.pageReference(index) ?? (await kept(index))?.reference
  const history = await inspectHistory(anchor.page, probe, otherwise, onLost)

  const find = async (index: number, signal: AbortSignal): Promise<Found> => {
    const reference = history.page(index) ?? (await otherwise(index))
    const probed = reference === undefined ? undefined : await probe.get(reference, { signal })
    const page =
      reference !== undefined && probed?.bytes
        ? decoded(context, index, reference, probed.bytes)
        : await kept(index)
    return { index, reference, probed, page }
  }
  for await (const { index, reference, probed, page } of inOrder(
    countTo(0, sealedPages),
    PAGES_AHEAD,
    signal,
    find,
  )) {
    const place = { part: 'page', pages: { from: index, to: index + 1 } } as const
    if (reference === undefined) {
      onUnknown({
        ...place,
        reason: 'NOT_FOUND',
        message: 'neither history nor directory leads to this page',
      })
    } else if (probed?.missed) {
      await onLost(reference, place, probed.missed, page && makeChunk(page.bytes).bytes)
    }
    directory.page(page)
    for (const entry of page?.page.entries ?? []) await inspectPayload(entry, probe, payloads, signal, onLost)
    reader.progress('pages', index + 1, sealedPages)
  }
  await directory.finish(signal, onLost)
}

function decoded({ log }: LogContext, index: number, reference: Reference, chunk: Uint8Array): ReadPage {
  return new SealedPage(log, index, reference, pagePayload(chunk, reference))
}

/** A page of the local copy; undefined where its record is damaged: then it is as if it were not kept. */
async function soundPage(context: LogContext, index: number): Promise<ReadPage | undefined> {
  try {
    return await keptPage(context, index)
  } catch (error) {
    if (error instanceof LocalDamagedError) return undefined
    throw error
  }
}
