import {
  CHUNK_BYTES,
  childSpans,
  chunkPayload,
  formatLogId,
  InvalidArgumentError,
  makeChunk,
  NotFoundError,
  type Page,
  type Reference,
  referenceToBytes,
  type TreeNode,
  throwIfAborted,
} from '@remote-log/core'
import { type Anchor, nextSeqOf } from '../anchor.ts'
import { checkCount } from '../check-count.ts'
import type { LogContext } from '../context.ts'
import { keptPage } from '../locate.ts'
import { openPublished } from '../payload-source.ts'
import type { OperationOptions } from '../progress.ts'
import { Reader } from '../reader.ts'
import { SealedPages } from '../sealed-pages.ts'
import { encodeHeader } from './bundle-header.ts'
import { type ChunkAt, payloadChunks, payloadsOf } from './payload-chunks.ts'
import type { BundleTrust } from './proven.ts'

export interface ExportOptions extends OperationOptions {
  /** Entries that whoever will import it has: 0 (default) makes a whole bundle, more an incremental one. */
  readonly since?: number | undefined
  /** The head as its owner signed it (parsed JSON), so that who trusts the owner's key alone can import it. */
  readonly signed?: unknown
  /**
   * Put in a proof that the registry states this head, at the newest block or at the one with this hash: for readers who
   * trust that block. Asks the node. Default: none.
   */
  readonly proof?: boolean | string | undefined
  /** Put in the payloads by reference, too: those that are not on this device are read from the store. Default: false. */
  readonly payloads?: boolean | undefined
}

/** Pages of one piece of a bundle: 128 KiB. */
const PAGES_OF_A_PIECE = 32
/** Chunks of payloads that are read ahead. */
const CHUNKS_AHEAD = 32

/**
 * The published log as a bundle (docs/spec.md, section 14), from what this device keeps: needs no network, but for a proof
 * and for payloads that are not here. In little memory: the index has 32 bytes a page.
 * @throws NOT_FOUND (nothing was published, pages are not on this device, or the block has another head),
 * INVALID_ARGUMENT, LOCAL_DAMAGED, ABORTED; for proof and payloads also UNAVAILABLE, CORRUPT, NO_CONTRACT
 */
export async function* exportBundle(
  context: LogContext,
  trust: BundleTrust,
  options: ExportOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { since = 0, signal } = options
  checkCount(since, 'since')
  throwIfAborted(signal, 'export')
  const { anchor, damage } = context.state
  if (damage) throw damage
  if (!anchor) throw new NotFoundError('there is nothing to export: no head of this log is known here', {})
  const { sealedPages } = anchor.page.roots
  demandAll(context, sealedPages)
  const from = await firstPage(context, anchor, since)
  const reader = new Reader(context.store, options)
  const signed = await signedText(context, anchor, trust, options)
  const proof = await proofText(anchor, trust, options)
  const { id } = context
  const payloads = options.payloads === true && (await hasPayloads(context, anchor, from))
  yield encodeHeader({ id, head: anchor.head, from, signed, proof, payloads, page: anchor.bytes })
  const { walker } = new SealedPages(anchor.page)
  const nodes = await innerNodes(context, sealedPages, signal)
  for (;;) {
    const wanted = walker.wanted(Math.max(0, from - 1), sealedPages)
    if (wanted.length === 0) break
    for (const { node } of wanted) {
      const payload = nodes.get(nameOf(node))!
      walker.supply(node, makeChunk(payload, node.span).bytes)
      yield payload
    }
  }
  for (let index = from; index < sealedPages; index += PAGES_OF_A_PIECE) {
    throwIfAborted(signal, 'export')
    const end = Math.min(index + PAGES_OF_A_PIECE, sealedPages)
    const piece = new Uint8Array((end - index) * CHUNK_BYTES)
    for (let i = index; i < end; i++)
      piece.set((await context.local.page(i)).bytes, (i - index) * CHUNK_BYTES)
    yield piece
    reader.progress('pages', end - from, sealedPages - from)
  }
  if (payloads) yield* payloadsFrom(context, reader, anchor, from)
}

async function* payloadsFrom(
  context: LogContext,
  reader: Reader,
  anchor: Anchor,
  from: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal } = reader.call
  const open = openPublished(context)({ signal })
  const seen = new Set<Reference>()
  let done = 0
  for await (const page of pagesFrom(context, anchor, from)) {
    for (const payload of payloadsOf(page, seen)) {
      const get: ChunkAt = (reference, _span, signal) => open.chunk(reference, signal)
      for await (const { bytes } of payloadChunks(payload, get, CHUNKS_AHEAD, signal)) {
        throwIfAborted(signal, 'export')
        yield chunkPayload(bytes)
        reader.progress('payload', ++done)
      }
    }
  }
}

async function hasPayloads(context: LogContext, anchor: Anchor, from: number): Promise<boolean> {
  for await (const { entries } of pagesFrom(context, anchor, from))
    if (entries.some(({ content }) => content.kind === 'reference')) return true
  return false
}

async function* pagesFrom(
  context: LogContext,
  { page }: Anchor,
  from: number,
): AsyncGenerator<Page, void, undefined> {
  for (let index = from; index < page.roots.sealedPages; index++) yield (await keptPage(context, index)).page
  yield page
}

async function proofText(
  { head }: Anchor,
  { headProofs }: BundleTrust,
  { proof = false, signal }: ExportOptions,
): Promise<string | undefined> {
  if (proof === false) return undefined
  if (!headProofs) throw new InvalidArgumentError('this log was opened without a way to prove heads', {})
  const proven = await headProofs.ask(proof === true ? undefined : proof, { signal })
  if (proven.head === head) return proven.json
  throw new NotFoundError(
    'at that block the log had another head than the one here: sync first, or name another',
    {
      block: proven.block.number,
      head: proven.head,
      trustedHead: head,
    },
  )
}

function demandAll({ state }: LogContext, pages: number): void {
  const [gap] = state.have.missing(0, pages)
  if (!gap) return
  throw new NotFoundError(`pages ${gap.from} to ${gap.to - 1} are not on this device: sync first`, {
    from: gap.from,
    to: gap.to,
  })
}

/** The page of the last entry that the other side has: it has that page, or an earlier state of it. */
async function firstPage(context: LogContext, { page }: Anchor, since: number): Promise<number> {
  if (since > nextSeqOf(page)) {
    throw new InvalidArgumentError(`there are ${nextSeqOf(page)} entries here, fewer than ${since}`, {
      since,
    })
  }
  if (since === 0) return 0
  if (since > page.firstSeq) return page.roots.sealedPages
  let low = 0
  let high = page.roots.sealedPages
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if ((await keptPage(context, middle)).outline.firstSeq < since) low = middle
    else high = middle
  }
  return low
}

async function signedText(
  { id }: LogContext,
  { head }: Anchor,
  { readSigned }: BundleTrust,
  { signed, signal }: ExportOptions,
): Promise<string | undefined> {
  if (signed === undefined) return undefined
  if (!readSigned)
    throw new InvalidArgumentError('this log was opened without a way to check signed heads', {})
  const read = await readSigned(signed, { signal })
  if (read.next !== head || formatLogId(read.id) !== formatLogId(id)) {
    throw new InvalidArgumentError('the signed head is not the head of this log that is exported', {
      signed: read.next,
      head,
    })
  }
  return read.json
}

/** The payloads of all inner nodes of the history, by their places. */
async function innerNodes(
  { local }: LogContext,
  pages: number,
  signal: AbortSignal | undefined,
): Promise<Map<string, Uint8Array>> {
  const nodes = new Map<string, Uint8Array>()
  const build = async (node: TreeNode): Promise<Reference> => {
    if (node.span <= CHUNK_BYTES) {
      throwIfAborted(signal, 'export')
      return (await local.page(node.offset / CHUNK_BYTES)).reference
    }
    const children = childSpans(node.span)
    const payload = new Uint8Array(32 * children.length)
    let { offset } = node
    for (const [i, span] of children.entries()) {
      payload.set(referenceToBytes(await build({ offset, span })), 32 * i)
      offset += span
    }
    nodes.set(nameOf(node), payload)
    return makeChunk(payload, node.span).reference
  }
  if (pages > 1) await build({ offset: 0, span: pages * CHUNK_BYTES })
  return nodes
}

function nameOf({ offset, span }: TreeNode): string {
  return `${offset}+${span}`
}
