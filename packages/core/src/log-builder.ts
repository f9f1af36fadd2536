import { makeChunk } from './bmt/make-chunk.ts'
import type { Chunk } from './chunk.ts'
import { DirectoryBuilder } from './directory/directory-builder.ts'
import { HistoryBuilder } from './history/history-builder.ts'
import { MAX_EMBEDDED_BYTES, SALT_BYTES } from './limits.ts'
import { type LogState, openPairs } from './log-builder-state.ts'
import type { LogHash } from './log-id.ts'
import { fitsOpen, fitsSealed } from './page/capacity.ts'
import { assembleHeadPage, assembleSealedPage, type PageHeader, totalBytes } from './page/encode.ts'
import { type Entry, type NewEntry, pageTime, type Roots } from './page/page.ts'
import { encodePair } from './page/pair.ts'
import type { Reference } from './reference.ts'

/**
 * Grows a log: entries in, chunks out (docs/spec.md section 9). Does nothing but compute, and the same state and the
 * same entries always give the same chunks. Of the modes of RFC 3, embedded and mapped are the content of each entry;
 * linked is `seal()` after each `append`.
 */
export class LogBuilder {
  readonly #log: LogHash
  readonly #history: HistoryBuilder
  readonly #directory: DirectoryBuilder
  #tail: Reference | undefined
  #firstSeq: number
  #baseTimestamp: number
  #entries: Entry[]
  /** The entries' encoded pairs: an entry is hashed and encoded once, when it comes. */
  #pairs: Uint8Array[]
  #pairBytes: number

  /** @throws RangeError where the state contradicts itself */
  constructor(state: LogState) {
    this.#log = state.log
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

  /**
   * Adds an entry. `chunks` are those that became final by it (a sealed page, full inner nodes), in upload order.
   * Embedded data is copied.
   * @throws RangeError for more than {@link MAX_EMBEDDED_BYTES} embedded, a number out of range, or a full log; the
   * builder is then as before
   */
  append(entry: NewEntry): { seq: number; chunks: Chunk[] } {
    const seq = this.nextSeq
    if (!Number.isSafeInteger(seq)) throw new RangeError('a log has at most 2^53 entries')
    if (entry.content.kind === 'embedded' && entry.content.data.length > MAX_EMBEDDED_BYTES) {
      throw new RangeError(
        `at most ${MAX_EMBEDDED_BYTES} bytes are embedded, not ${entry.content.data.length}`,
      )
    }
    const pair = encodePair(entry, this.#entries.at(-1)?.timestamp ?? this.#baseTimestamp)
    const size = this.#pairBytes + pair.length
    const hasTail = this.#tail !== undefined
    if (fitsOpen(size, hasTail)) {
      this.#add(entry, pair)
      return { seq, chunks: [] }
    }
    if (fitsSealed(size, hasTail)) {
      const chunks = this.#close([...this.#pairs, pair], [...this.#entries, placed(entry, seq)])
      return { seq, chunks }
    }
    const chunks = this.seal()
    this.#add(entry, encodePair(entry, this.#baseTimestamp))
    return { seq, chunks }
  }

  /** Seals the open page early. Returns the chunks that are final now, in upload order; none if the page is empty. */
  seal(): Chunk[] {
    return this.#entries.length === 0 ? [] : this.#close(this.#pairs, this.#entries)
  }

  /**
   * The head page as of now, and the right-edge chunks that only this head needs: upload `edge` first, `page` last.
   * @throws RangeError for a log without entries, which has no head
   */
  head(): { reference: Reference; page: Chunk; edge: Chunk[] } {
    const history = this.#history.root()
    const directory = this.#directory.root()
    const header = this.#header({
      history: history.reference,
      directory: directory.reference,
      sealedPages: this.#history.pages,
    })
    const page = makeChunk(assembleHeadPage(header, this.#pairs))
    return { reference: page.reference, page, edge: [...history.chunks, ...directory.chunks] }
  }

  /** What suffices to go on later. */
  state(): LogState {
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

  #close(pairs: readonly Uint8Array[], entries: readonly Entry[]): Chunk[] {
    const page = makeChunk(assembleSealedPage(this.#header(undefined), pairs))
    const record = { reference: page.reference, firstSeq: this.#firstSeq, time: this.#baseTimestamp }
    const chunks = [page, ...this.#history.append(page.reference), ...this.#directory.append(record)]
    this.#tail = page.reference
    this.#baseTimestamp = pageTime({ baseTimestamp: this.#baseTimestamp, entries })
    this.#firstSeq += entries.length
    this.#entries = []
    this.#pairs = []
    this.#pairBytes = 0
    return chunks
  }

  /** The salt stays zero: a state and entries determine the chunks. */
  #header(roots: Roots | undefined): PageHeader {
    return {
      log: this.#log,
      firstSeq: this.#firstSeq,
      baseTimestamp: this.#baseTimestamp,
      salt: new Uint8Array(SALT_BYTES),
      tail: this.#tail,
      roots,
    }
  }
}

/** The entry in its place, independent of the caller's bytes. */
function placed({ timestamp, id, content }: NewEntry, seq: number): Entry {
  const own = content.kind === 'embedded' ? { kind: content.kind, data: content.data.slice() } : content
  return { seq, timestamp, id, content: own }
}
