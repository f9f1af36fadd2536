import {
  CHUNK_BYTES,
  CorruptError,
  checkOpenPageKept,
  childSpans,
  formatLogId,
  HistoryBuilder,
  InvalidArgumentError,
  makeChunk,
  type Page,
  type Reference,
  RefusedError,
  RewrittenError,
  StaleError,
  sameEdge,
  throwIfAborted,
} from '@remote-log/core'
import { accept } from '../accept.ts'
import { type Anchor, decodeHead, nextSeqOf } from '../anchor.ts'
import type { LogContext } from '../context.ts'
import { arrivedAmong } from '../feed/announced-head.ts'
import { keptPage } from '../locate.ts'
import { PageKeeper } from '../page-keeper.ts'
import { checkLink, headAsPage, type ReadPage, SealedPage } from '../page-link.ts'
import type { OperationOptions } from '../progress.ts'
import { Reader } from '../reader.ts'
import { SealedPages } from '../sealed-pages.ts'
import { type BundleHeader, readHeader } from './bundle-header.ts'
import { ByteSource } from './byte-source.ts'
import { keepPayloads } from './keep-payloads.ts'
import { payloadsOf, type StoredPayload } from './payload-chunks.ts'
import type { BundleTrust } from './proven.ts'
import { placeOf, vouch } from './vouch.ts'

export interface ImportOptions extends OperationOptions {
  /**
   * A head that the caller knows to be the log's. Left out: the bundle's signed head, where it holds one; else it must
   * be the head that this device trusts already.
   */
  readonly head?: Reference | undefined
  /** Hash of a block that the caller trusts: the bundle must hold a proof that its head stood at it. */
  readonly block?: string | undefined
  /** The same, by the root of the state trie after a block. */
  readonly stateRoot?: string | undefined
}

/** What an import brought. */
export interface ImportReport {
  readonly head: Reference
  /** Entries of the log below that head. */
  readonly entries: number
  /** Entries that this device did not know of before. */
  readonly fresh: number
  /** Sealed pages that were kept. */
  readonly pages: number
  /** Payloads by reference that came with it and are kept. */
  readonly payloads: number
  /** What made the head trusted: the caller's word for it or for a block, the owner's signature, or that it was before. */
  readonly trust: 'head' | 'block' | 'signed' | 'own'
}

/**
 * Reads a bundle (docs/spec.md, section 14), checking each byte before anything is built on it. The trusted head moves
 * once the new one is proven to extend it; after that pages are kept as they come, so that an import that was cut leaves
 * what a sync that was cut does. To be called under `context.alone`.
 * @throws INVALID_ARGUMENT (no bundle, or of another log; not the head that was named; it begins behind what is here),
 * REFUSED (`reason` untrusted-head: nothing says that the head is the owner's, or no proof is in it), CORRUPT (any byte wrong, too few or too
 * many), INVALID_PAGE, REWRITTEN, STALE (older than what is here), LOCAL_DAMAGED, UNAVAILABLE (local disk), ABORTED
 */
export async function importBundle(
  context: LogContext,
  trust: BundleTrust,
  bundle: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<ImportReport> {
  throwIfAborted(options.signal, 'import')
  const { state } = context
  if (state.damage) throw state.damage
  if (state.journal) {
    throw new RefusedError('a publication is under way: publish first, then import', {
      reason: 'unsettled publication',
    })
  }
  const source = new ByteSource(bundle)
  try {
    return await new Import(context, source, options).run(trust)
  } finally {
    await source.close()
  }
}

class Import {
  readonly #context: LogContext
  readonly #source: ByteSource
  readonly #options: ImportOptions
  readonly #reader: Reader
  /** Payloads by reference of its pages, in order; the set is there where they come with it. */
  readonly #payloads: StoredPayload[] = []
  #wanted: Set<Reference> | undefined

  constructor(context: LogContext, source: ByteSource, options: ImportOptions) {
    this.#context = context
    this.#source = source
    this.#options = options
    this.#reader = new Reader(context.store, options)
  }

  async run(vouchers: BundleTrust): Promise<ImportReport> {
    const { log, state } = this.#context
    const own = state.anchor
    const before = own ? nextSeqOf(own.page) : 0
    const header = await readHeader(this.#source)
    const { head, from } = header
    if (header.payloads) this.#wanted = new Set()
    demandLog(this.#context, header)
    if (makeChunk(header.page).reference !== head)
      throw new CorruptError("the bundle's head page is not the head that it names", { head })
    const { trust, proven } = await vouch(this.#context, header, vouchers, this.#options)
    const page = decodeHead(header.page, log, head)
    const pages = page.roots.sealedPages
    const ownPages = own?.page.roots.sealedPages ?? 0
    if (from > pages) throw new CorruptError(`the bundle begins at page ${from} of ${pages}`, { from, pages })
    if (own && from > ownPages) {
      throw new InvalidArgumentError(
        `the bundle begins at page ${from}, and this device knows ${ownPages}: export from an earlier entry`,
        { from, pages: ownPages },
      )
    }
    if (own && pages < ownPages) throw older(own, head, pages)
    const sealed = new SealedPages(page)
    await this.#readIndex(sealed, from)
    const history = sealed.walker.edgeAt(pages)
    const anchor: Anchor = { head, bytes: header.page, page, history, ...placeOf(own, proven) }
    if (own && head !== own.head) await this.#demandSameHistory(own, anchor, sealed)
    const kept = await this.#readPages(anchor, sealed, from)
    const payloads = header.payloads
      ? await keepPayloads(this.#context, this.#source, this.#payloads, this.#reader)
      : 0
    await this.#source.demandEnd()
    return {
      head,
      entries: nextSeqOf(page),
      fresh: Math.max(0, nextSeqOf(page) - before),
      pages: kept,
      payloads,
      trust,
    }
  }

  async #readIndex({ walker }: SealedPages, from: number): Promise<void> {
    for (;;) {
      const wanted = walker.wanted(Math.max(0, from - 1), walker.pages)
      if (wanted.length === 0) return
      for (const { node, reference } of wanted) {
        throwIfAborted(this.#options.signal, 'import')
        const chunk = makeChunk(await this.#source.take(32 * childSpans(node.span).length), node.span)
        if (chunk.reference !== reference) throw wrong(reference, chunk.reference)
        walker.supply(node, chunk.bytes)
      }
    }
  }

  /** As far as the index shows it; the page that was open is compared when it comes. */
  async #demandSameHistory(own: Anchor, next: Anchor, { walker }: SealedPages): Promise<void> {
    const before = own.page.roots.sealedPages
    const edge = walker.edgeAt(before)
    const same =
      own.history && edge
        ? sameEdge(own.history, edge)
        : before === 0 || (edge && own.page.roots.history === new HistoryBuilder(edge).root().reference)
    if (!same) throw rewritten(own, next)
    if (walker.pages === before && !checkOpenPageKept(own.bytes, next.bytes)) {
      throw checkOpenPageKept(next.bytes, own.bytes) ? older(own, next.head, before) : rewritten(own, next)
    }
  }

  /**
   * Keeps the pages as they come. Before the trusted head moves, as many are held as it takes to tell what of the entries that
   * this device announced has arrived with them: those leave the queue in the same write.
   */
  async #readPages(anchor: Anchor, sealed: SealedPages, from: number): Promise<number> {
    const keeper = new PageKeeper(this.#context)
    const { state } = this.#context
    const own = state.anchor
    const open = own?.page.roots.sealedPages ?? 0
    const pages = this.#pagesFrom(anchor, sealed, from)
    let kept = 0
    const keep = async (page: ReadPage) => {
      if (state.have.has(page.index) || page.index === sealed.walker.pages) return
      if (keeper.add(page)) await keeper.flush()
      kept++
    }
    try {
      if (own?.head !== anchor.head) {
        let next = await pages.next()
        for (; !next.done && next.value.index < open; next = await pages.next()) await keep(next.value)
        await keeper.flush()
        const held: ReadPage[] = []
        const fresh = async function* (): AsyncGenerator<Page, void, undefined> {
          for (; !next.done; next = await pages.next()) {
            held.push(next.value)
            yield next.value.page
          }
        }
        const arrived = await arrivedAmong(this.#context, fresh())
        await accept(this.#context, { anchor, sealed }, arrived)
        for (const page of held) await keep(page)
        if (!next.done && !held.includes(next.value)) await keep(next.value)
      }
      for await (const page of pages) await keep(page)
    } finally {
      await keeper.flush()
    }
    return kept
  }

  /** The pages of the bundle, each checked against the index and the page before it, and the head page last. */
  async *#pagesFrom(
    anchor: Anchor,
    { walker, log }: SealedPages,
    from: number,
  ): AsyncGenerator<ReadPage, void, undefined> {
    const { state } = this.#context
    const own = state.anchor
    const before = from > 0 && state.have.has(from - 1) ? await keptPage(this.#context, from - 1) : undefined
    let previous = before
    let linked = from === 0 || before !== undefined
    for (let index = from; index < walker.pages; index++) {
      throwIfAborted(this.#options.signal, 'import')
      const bytes = await this.#source.take(CHUNK_BYTES)
      const { reference } = makeChunk(bytes)
      const expected = walker.page(index)!
      if (reference !== expected) throw wrong(expected, reference)
      const page = new SealedPage(log, index, reference, bytes)
      if (linked) checkLink(previous, page)
      linked = true
      previous = page
      if (this.#wanted) this.#payloads.push(...payloadsOf(page.page, this.#wanted))
      const wasOpen = index === own?.page.roots.sealedPages && own.head !== anchor.head
      if (wasOpen && !checkOpenPageKept(own.bytes, bytes)) throw rewritten(own, anchor)
      yield page
      this.#reader.progress('pages', index - from + 1, walker.pages - from)
    }
    const head = headAsPage(anchor)
    if (linked) checkLink(previous, head)
    if (this.#wanted) this.#payloads.push(...payloadsOf(head.page, this.#wanted))
    yield head
  }
}

function demandLog({ id }: LogContext, header: BundleHeader): void {
  if (formatLogId(header.id) === formatLogId(id)) return
  throw new InvalidArgumentError('the bundle is of another log', {
    log: formatLogId(id),
    bundle: formatLogId(header.id),
  })
}

function wrong(want: Reference, got: Reference): CorruptError {
  return new CorruptError('the bundle holds other bytes than its head says', { want, got })
}

function rewritten(own: Anchor, found: Anchor): RewrittenError {
  return new RewrittenError('the head in the bundle does not extend the one trusted here', {
    trustedHead: own.head,
    trustedBlock: own.block.number,
    head: found.head,
  })
}

function older(own: Anchor, head: Reference, pages: number): StaleError {
  return new StaleError('the bundle is older than what this device has', {
    head,
    pages,
    trustedHead: own.head,
    trustedPages: own.page.roots.sealedPages,
  })
}
