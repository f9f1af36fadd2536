import { sha256 } from '@noble/hashes/sha2.js'
import {
  type BlockRef,
  bytesToHex,
  CorruptError,
  DirectoryBuilder,
  type Entry,
  HistoryBuilder,
  type Reference,
} from '@remote-log/core'
import { nextSeqOf } from './anchor.ts'
import type { LogContext } from './context.ts'
import { follow } from './follow.ts'
import { checkLink, headAsPage, type ReadPage } from './page-link.ts'
import { streamPayload } from './payload.ts'
import { openStored } from './payload-source.ts'
import { inOrder } from './pipeline.ts'
import type { OperationOptions } from './progress.ts'
import { Reader } from './reader.ts'
import { SealedPages } from './sealed-pages.ts'
import type { Costs } from './tally.ts'

/** Payloads by reference that are read at once, at about 2 MiB of memory each. */
const PAYLOADS_AHEAD = 8

/** What a full check found right; anything wrong is thrown. */
export interface VerifyReport {
  readonly head: Reference | undefined
  readonly block: BlockRef
  readonly entries: number
  /** Sealed pages and the head page. */
  readonly pages: number
  /** Bytes of all payloads. */
  readonly payloadBytes: number
  /** Payloads by reference, each read to its end. */
  readonly byReference: number
  /** Entries whose id is not SHA-256 of the payload but one that the application gave. */
  readonly ownIds: number
  readonly costs: Costs
}

/**
 * Reads the whole published log from the store, whatever this device keeps, and checks all of it: every chunk's hash,
 * every page and its link to the one before, both trees computed anew from the pages, every payload to its end.
 * @throws what the first fault is: NOT_FOUND, UNAVAILABLE, CORRUPT, INVALID_PAGE, REWRITTEN …, ABORTED
 */
export async function verify(context: LogContext, options: OperationOptions): Promise<VerifyReport> {
  const reader = new Reader(context.store, options)
  const { statement, anchor } = await context.alone.run('verify', options.signal, async () => ({
    ...(await follow(context, reader)),
    anchor: context.state.anchor,
  }))
  const sum = { payloadBytes: 0, byReference: 0, ownIds: 0 }
  const report = (pages: number, entries: number): VerifyReport => ({
    head: statement.head,
    block: statement.block,
    entries,
    pages,
    ...sum,
    costs: reader.tally.costs(),
  })
  if (!anchor) return report(0, 0)
  const { roots } = anchor.page
  const sealed = new SealedPages(anchor.page)
  const history = new HistoryBuilder()
  const directory = new DirectoryBuilder()
  let previous: ReadPage | undefined
  const check = async (page: ReadPage) => {
    checkLink(previous, page)
    const payloads = inOrder(page.page.entries, PAYLOADS_AHEAD, options.signal, (entry, signal) =>
      readPayload(context, reader.within(signal), entry),
    )
    for await (const { bytes, byReference, ownId } of payloads) {
      sum.payloadBytes += bytes
      if (byReference) sum.byReference++
      if (ownId) sum.ownIds++
    }
    previous = page
  }
  const range = { from: 0, to: roots.sealedPages }
  for await (const page of sealed.fetch(reader, range, { ranges: context.settings.ranges })) {
    await check(page)
    const { firstSeq, baseTimestamp: time } = page.page
    history.append(page.reference)
    directory.append({ reference: page.reference, firstSeq, time })
    reader.progress('pages', page.index + 1, roots.sealedPages)
  }
  await check(headAsPage(anchor))
  demandRoot('history', history.root().reference, roots.history, anchor.head)
  demandRoot('directory', directory.root().reference, roots.directory, anchor.head)
  return report(roots.sealedPages + 1, nextSeqOf(anchor.page))
}

function demandRoot(tree: string, computed: Reference, stated: Reference, head: Reference): void {
  if (computed === stated) return
  throw new CorruptError(`the ${tree} does not describe the pages of the log`, {
    tree,
    computed,
    stated,
    head,
  })
}

async function readPayload(
  context: LogContext,
  reader: Reader,
  { id, content }: Entry,
): Promise<{ readonly bytes: number; readonly byReference: boolean; readonly ownId: boolean }> {
  const hash = sha256.create()
  let bytes = 0
  for await (const piece of streamPayload(openStored(context, reader.tally)(reader.call), content)) {
    hash.update(piece)
    bytes += piece.length
  }
  return { bytes, byReference: content.kind === 'reference', ownId: bytesToHex(hash.digest()) !== id }
}
