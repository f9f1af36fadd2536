import { makeChunk } from './bmt/make-chunk.ts'
import type { Chunk } from './chunk.ts'
import { DirectoryBuilder } from './directory/directory-builder.ts'
import { HistoryBuilder } from './history/history-builder.ts'
import { MAX_EMBEDDED_BYTES } from './limits.ts'
import { type LogState, openPairs } from './log-builder-state.ts'
import type { LogHash } from './log-id.ts'
import { fitsOpen, fitsSealed } from './page/capacity.ts'
import { assembleHeadPage, assembleSealedPage, type PageHeader, totalBytes } from './page/encode.ts'
import { type Entry, type NewEntry, pageTime, type Roots } from './page/page.ts'
import { encodePair } from './page/pair.ts'
import type { Reference } from './reference.ts'
import type { ChunkRoom } from './room/chunk-room.ts'
import { type SaltSearch, saltPage, whole } from './room/salt-page.ts'
import { type Salts, saltBytes } from './room/salts.ts'

/** How pages get their salts: to find room, or as they were before. Default: all 0. */
export type SaltOptions =
  | { readonly room?: ChunkRoom | undefined; readonly salts?: undefined }
  | { readonly room?: undefined; readonly salts: Salts }

/** The head page of a log as it is, and the chunks below it that are not up yet. */
interface BuiltHead {
  reference: Reference
  page: Chunk
  edge: Chunk[]
  sealed: Chunk[]
}

/** A page whose content is complete and whose salt is not chosen yet. */
interface ClosedPage {
  readonly firstSeq: number
  readonly time: number
  readonly pairs: readonly Uint8Array[]
}

/**
 * Grows a log: entries in, chunks out (docs/spec.md section 9). Does nothing but compute, and the same state, entries
 * and salts always give the same chunks. Of the modes of RFC 3, embedded and mapped are the content of each entry;
 * linked is `seal()` after each `append`.
 *
 * Where chunks must find room ({@link ChunkRoom}), each page gets a salt with which it and the nodes that it completes
 * do. The newest sealed page is then held back until the next is sealed or the head is asked for: before a head, its
 * salt makes room for the right edge too.
 */
export class LogBuilder {
  readonly #log: LogHash
  readonly #history: HistoryBuilder
  readonly #directory: DirectoryBuilder
  readonly #room: ChunkRoom | undefined
  readonly #given: Salts | undefined
  readonly #salts = { pages: new Map<number, number>(), head: 0 }
  #closed: ClosedPage | undefined
  #tail: Reference | undefined
  #firstSeq: number
  #baseTimestamp: number
  #entries: Entry[]
  /** The entries' encoded pairs: an entry is hashed and encoded once, when it comes. */
  #pairs: Uint8Array[]
  #pairBytes: number

  /** @throws RangeError where the state contradicts itself */
  constructor(state: LogState, { room, salts }: SaltOptions = {}) {
    this.#log = state.log
    this.#room = room
    this.#given = salts
    this.#history = new HistoryBuilder(state.history)
    this.#directory = new DirectoryBuilder(state.directory)
    this.#pairs = openPairs(state)
    this.#pairBytes = totalBytes(this.#pairs)
    this.#tail = state.tail
    this.#firstSeq = state.open.firstSeq
    this.#baseTimestamp = state.open.baseTimestamp
    this.#entries = [...state.open.entries]
  }

  /** seq of the entry that comes next. */
  get nextSeq(): number {
    return this.#firstSeq + this.#entries.length
  }

  /** The salts of the pages built so far, and of the last head page. */
  get salts(): Salts {
    return this.#salts
  }

  /**
   * Adds an entry. `chunks` are those that became final by it (a sealed page, full inner nodes), in upload order.
   * Embedded data is copied.
   * @throws RangeError for more than {@link MAX_EMBEDDED_BYTES} embedded, a number out of range, or a full log;
   * REFUSED where a page finds no room. The builder is then as before
   */
  append(entry: NewEntry): { seq: number; chunks: Chunk[] } {
    return whole(this.appendSteps(entry))
  }

  /** As `append`, where a search for salts takes its time. A search that is not gone through leaves the builder as it was. */
  *appendSteps(entry: NewEntry): SaltSearch<{ seq: number; chunks: Chunk[] }> {
    const seq = this.nextSeq
    if (!Number.isSafeInteger(seq)) throw new RangeError('a log has at most 2^53 entries')
    if (entry.content.kind === 'embedded' && entry.content.data.length > MAX_EMBEDDED_BYTES) {
      throw new RangeError(
        `at most ${MAX_EMBEDDED_BYTES} bytes are embedded, not ${entry.content.data.length}`,
      )
    }
    const pair = encodePair(entry, this.#entries.at(-1)?.timestamp ?? this.#baseTimestamp)
    const size = this.#pairBytes + pair.length
    const hasTail = this.#tail !== undefined || this.#closed !== undefined
    if (fitsOpen(size, hasTail)) {
      this.#add(entry, pair)
      return { seq, chunks: [] }
    }
    if (fitsSealed(size, hasTail)) {
      const chunks = yield* this.#close([...this.#pairs, pair], [...this.#entries, placed(entry, seq)])
      return { seq, chunks }
    }
    const chunks = yield* this.sealSteps()
    this.#add(entry, encodePair(entry, this.#baseTimestamp))
    return { seq, chunks }
  }

  /** Seals the open page early. Returns the chunks that are final now, in upload order; none if the page is empty. @throws REFUSED */
  seal(): Chunk[] {
    return whole(this.sealSteps())
  }

  /** As `seal`, like `appendSteps`. */
  *sealSteps(): SaltSearch<Chunk[]> {
    return this.#entries.length === 0 ? [] : yield* this.#close(this.#pairs, this.#entries)
  }

  /**
   * The head page as of now. Upload `sealed` first: chunks that are final now and were held back; then `edge`, the
   * right-edge chunks that only this head needs; `page` last.
   * @throws RangeError for a log without entries, which has no head; REFUSED
   */
  head(): BuiltHead {
    return whole(this.headSteps())
  }

  /** As `head`, where a search for salts takes its time; one that is not gone through may lose `sealed`. */
  *headSteps(): SaltSearch<BuiltHead> {
    const sealed = yield* this.#seal(true)
    const history = this.#history.root()
    const directory = this.#directory.root()
    const header = this.#header(this.#firstSeq, this.#baseTimestamp, this.#given?.head ?? 0, {
      history: history.reference,
      directory: directory.reference,
      sealedPages: this.#history.pages,
    })
    const { salt, chunk } = yield* this.#salted(assembleHeadPage(header, this.#pairs), [], this.#given?.head)
    this.#salts.head = salt
    return { reference: chunk.reference, page: chunk, edge: [...history.chunks, ...directory.chunks], sealed }
  }

  /** What suffices to go on later. @throws TypeError while a page is held back: ask for the head first */
  state(): LogState {
    if (this.#closed) throw new TypeError('the newest sealed page has no salt yet: ask for the head first')
    return {
      log: this.#log,
      history: this.#history.edge(),
      directory: this.#directory.edge(),
      tail: this.#tail,
      open: {
        firstSeq: this.#firstSeq,
        baseTimestamp: this.#baseTimestamp,
        entries: [...this.#entries],
      },
    }
  }

  #add(entry: NewEntry, pair: Uint8Array): void {
    this.#entries.push(placed(entry, this.nextSeq))
    this.#pairs.push(pair)
    this.#pairBytes += pair.length
  }

  *#close(pairs: readonly Uint8Array[], entries: readonly Entry[]): SaltSearch<Chunk[]> {
    const before = yield* this.#seal(false)
    this.#closed = { firstSeq: this.#firstSeq, time: this.#baseTimestamp, pairs }
    this.#baseTimestamp = pageTime({ baseTimestamp: this.#baseTimestamp, entries })
    this.#firstSeq += entries.length
    this.#entries = []
    this.#pairs = []
    this.#pairBytes = 0
    return this.#room ? before : yield* this.#seal(false)
  }

  /** Makes the closed page, where there is one, a sealed page; `edge`: a head comes right behind it. */
  *#seal(edge: boolean): SaltSearch<Chunk[]> {
    if (!this.#closed) return []
    const { firstSeq, time, pairs } = this.#closed
    const index = this.#history.pages
    const given = this.#given && (this.#given.pages.get(index) ?? 0)
    const bytes = assembleSealedPage(this.#header(firstSeq, time, given ?? 0, undefined), pairs)
    const above = this.#room
      ? [this.#history.nodesAbove(edge), this.#directory.nodesAbove({ firstSeq, time }, edge)]
      : []
    const { salt, chunk } = yield* this.#salted(bytes, above, given)
    if (salt !== 0) this.#salts.pages.set(index, salt)
    const { reference } = chunk
    const inner = [
      ...this.#history.append(reference),
      ...this.#directory.append({ reference, firstSeq, time }),
    ]
    this.#tail = reference
    this.#closed = undefined
    return [chunk, ...inner]
  }

  *#salted(
    bytes: Uint8Array,
    above: Parameters<typeof saltPage>[1],
    given: number | undefined,
  ): SaltSearch<{ readonly salt: number; readonly chunk: Chunk }> {
    if (this.#room) return yield* saltPage(bytes, above, this.#room)
    return { salt: given ?? 0, chunk: makeChunk(bytes) }
  }

  #header(firstSeq: number, baseTimestamp: number, salt: number, roots: Roots | undefined): PageHeader {
    return { log: this.#log, firstSeq, baseTimestamp, salt: saltBytes(salt), tail: this.#tail, roots }
  }
}

/** The entry in its place, independent of the caller's bytes. */
function placed({ timestamp, id, content }: NewEntry, seq: number): Entry {
  const own = content.kind === 'embedded' ? { kind: content.kind, data: content.data.slice() } : content
  return { seq, timestamp, id, content: own }
}
