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
import { checkLink, type ReadPage } from './page-link.ts'
import { streamPayload } from './payload.ts'
import type { OperationOptions } from './progress.ts'
import { openStored } from './read.ts'
import { Reader } from './reader.ts'
import type { Costs } from './tally.ts'

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
  const { statement, sealed } = await follow(context, reader)
  const { anchor } = context.state
  const sum = { payloadBytes: 0, byReference: 0, ownIds: 0 }
  const report = (pages: number, entries: number): VerifyReport => ({
    head: statement.head,
    block: statement.block,
    entries,
    pages,
    ...sum,
    costs: reader.tally.costs(),
  })
  if (!anchor || !sealed) return report(0, 0)
  const { roots } = anchor.page
  const history = new HistoryBuilder()
  const directory = new DirectoryBuilder()
  let previous: ReadPage | undefined
  const check = async (page: ReadPage) => {
    checkLink(previous, page)
    for (const entry of page.page.entries) await checkPayload(context, reader, options, entry, sum)
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
  await check({ index: roots.sealedPages, reference: anchor.head, bytes: anchor.bytes, page: anchor.page })
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

async function checkPayload(
  context: LogContext,
  reader: Reader,
  options: OperationOptions,
  { id, content }: Entry,
  sum: { payloadBytes: number; byReference: number; ownIds: number },
): Promise<void> {
  const hash = sha256.create()
  const stored = openStored(context)(options)
  const counted = {
    ...stored,
    chunk: async (reference: Reference) => {
      const bytes = await stored.chunk(reference)
      reader.tally.chunk(bytes.length)
      return bytes
    },
  }
  for await (const piece of streamPayload(counted, content)) {
    hash.update(piece)
    sum.payloadBytes += piece.length
  }
  if (content.kind === 'reference') sum.byReference++
  if (bytesToHex(hash.digest()) !== id) sum.ownIds++
}
