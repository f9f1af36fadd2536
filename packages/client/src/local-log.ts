import {
  LocalDamagedError,
  type LogHash,
  parseReference,
  type Reference,
  UnavailableError,
  verifyChunk,
} from '@remote-log/core'
import { type Anchor, decodeAnchor, encodeAnchor } from './anchor.ts'
import { type Announced, decodeAnnounced, encodeAnnounced } from './feed/announced.ts'
import { decodeJournal, encodeJournal, type Journal } from './journal.ts'
import { decodeKeptPage, encodeKeptPage, type KeptPage } from './kept-page.ts'
import {
  copiesValues,
  LOCAL_ENCODING,
  type LocalChange,
  type LocalDatabase,
  type LocalIterator,
  type LocalRange,
} from './local-database.ts'
import { localFailure } from './local-failure.ts'
import { decodeRanges, encodeRanges, PageRanges } from './page-ranges.ts'
import { decodePaid, encodePaid, NOTHING_PAID, type Paid } from './paid.ts'
import { openRecord, sealRecord } from './record.ts'
import { decodeUnsent, type Unsent } from './unsent.ts'
import { writeBatch } from './write-batch.ts'

const DIGITS = 14

/** Numbers as fixed-width hex, so that byte order is number order. */
function digits(n: number): string {
  return n.toString(16).padStart(DIGITS, '0')
}

/** How the record of a queued entry is named. */
export function unsentName(ordinal: number): string {
  return `unsent/${digits(ordinal)}`
}

/** A stored entry and its place in the queue. */
export interface Queued {
  readonly ordinal: number
  readonly entry: Unsent
}

/**
 * Queued entries as they were when this was made; only `forget` with `dropDamaged` shows, and only over IndexedDB. To be
 * closed where it is not read to its end.
 */
export interface QueueSnapshot extends AsyncIterable<Queued> {
  close(): Promise<void>
}

/**
 * One log's records on this device. Names, all below `<log hash>/`:
 * `anchor`, `have` (which pages are kept), `journal`, `paid`, `announced`, `feed` (see `LocalFeedRecords`),
 * `sent` (ordinals before it are published), `queued` (ordinals before it were given when the log was closed last),
 * `page/<index>`, `chunk/<reference>` (of published payloads), `unsent/<ordinal>`, `staged/<staging>/<reference>`.
 * Every method is one atomic write or one read; nothing is cached here. Each record is checked when it is read:
 * LOCAL_DAMAGED names it. A database that can't be read or written is UNAVAILABLE.
 */
export class LocalLog {
  readonly log: LogHash
  readonly #db: LocalDatabase
  #left = false
  /** Snapshots of the queue that are being read. */
  #snapshots = 0
  /** Published entries whose records go when nobody reads them any more. */
  #clearBefore = 0

  constructor(db: LocalDatabase, log: LogHash) {
    this.#db = db
    this.log = log
  }

  /** Whether the bytes of what was written may change. */
  get copiesValues(): boolean {
    return copiesValues(this.#db)
  }

  /** @throws LOCKED (another process has the database open), UNAVAILABLE (it can't be opened) */
  open(): Promise<void> {
    return this.#reach('opened', () => this.#db.open())
  }

  close(): Promise<void> {
    return this.#reach('closed', () => this.#db.close())
  }

  /** No further use of a database that others still use: the log may be open a second time by then. */
  leave(): void {
    this.#left = true
  }

  async anchor(): Promise<Anchor | undefined> {
    const bytes = await this.#get('anchor')
    return bytes && decodeAnchor(openRecord('anchor', bytes), this.log)
  }

  async have(): Promise<PageRanges> {
    const bytes = await this.#get('have')
    return bytes ? decodeRanges(openRecord('have', bytes)) : new PageRanges()
  }

  async journal(): Promise<Journal | undefined> {
    const bytes = await this.#get('journal')
    return bytes && decodeJournal(openRecord('journal', bytes))
  }

  /** What this device paid for. Nothing is built on it, so where it is damaged nothing is known. */
  async paid(): Promise<Paid> {
    const bytes = await this.#get('paid')
    try {
      return bytes ? decodePaid(openRecord('paid', bytes)) : NOTHING_PAID
    } catch (error) {
      if (error instanceof LocalDamagedError) return NOTHING_PAID
      throw error
    }
  }

  async announced(): Promise<Announced | undefined> {
    const bytes = await this.#get('announced')
    return bytes && decodeAnnounced(openRecord('announced', bytes))
  }

  /** The queued entries from ordinal `from` to before `to`, as they are now; one that is missing is LOCAL_DAMAGED. */
  unsent(from: number, to: number, reverse = false): QueueSnapshot {
    const root = `${this.log}/`
    const range = { gte: root + unsentName(from), lt: root + unsentName(Math.max(from, to)), reverse }
    const iterator = this.#iterator(range)
    const read = this.#read(iterator)
    const leave = this.#enter()
    const decode = async function* (): AsyncGenerator<Queued, void, undefined> {
      let ordinal = reverse ? to : from - 1
      const next = () => unsentName(reverse ? --ordinal : ++ordinal)
      try {
        for await (const [key, value] of read) {
          const name = next()
          if (key !== root + name) throw missing(name)
          yield { ordinal, entry: decodeUnsent(openRecord(name, value), name) }
        }
        if (reverse ? ordinal > from : ordinal < to - 1) throw missing(next())
      } finally {
        await leave()
      }
    }
    const close = async () => {
      await iterator.close()
      await leave()
    }
    return { [Symbol.asyncIterator]: decode, close }
  }

  /** IndexedDB has no snapshots: what is being read has to stay. Returns what ends the reading. */
  #enter(): () => Promise<void> {
    this.#snapshots++
    let inside = true
    return async () => {
      if (!inside) return
      inside = false
      if (--this.#snapshots > 0 || this.#clearBefore === 0 || this.#left) return
      // What stays goes at the next start.
      await this.clearSent(this.#clearBefore).catch(() => undefined)
    }
  }

  /** Ordinals of the queued entries: from `first` to before `next`. @throws LOCAL_DAMAGED */
  async unsentBounds(): Promise<{ first: number; next: number }> {
    const bytes = await this.#get('sent')
    const sent = bytes ? decodeOrdinal(openRecord('sent', bytes)) : 0
    const last = await this.#edgeKey('unsent/', sent, true)
    const known = await this.#get('queued')
    const next = known ? decodeOrdinal(openRecord('queued', known)) : 0
    return { first: sent, next: Math.max(sent, next, last === undefined ? 0 : Number.parseInt(last, 16) + 1) }
  }

  /** Clears the records of entries that are published, as soon as no snapshot of the queue is read any more. */
  async clearSent(before: number): Promise<void> {
    if (this.#snapshots > 0) {
      this.#clearBefore = before
      return
    }
    const root = `${this.log}/`
    await this.#clear(root + unsentName(0), root + unsentName(before))
  }

  /** The lowest staging number in use from `from` on, or the highest with `reverse`; undefined where there is none. */
  async nextStaged(from: number, reverse = false): Promise<number | undefined> {
    const key = await this.#edgeKey('staged/', from, reverse)
    return key === undefined ? undefined : Number.parseInt(key.slice(0, DIGITS), 16)
  }

  /** The staged chunks of one payload, in no particular order. */
  async *staged(
    staging: number,
  ): AsyncGenerator<{ reference: Reference; bytes: Uint8Array }, void, undefined> {
    const root = `${this.log}/staged/${digits(staging)}/`
    for await (const [key, bytes] of this.#iterate({ gte: root, lt: `${root}~` })) {
      yield { reference: key.slice(root.length) as Reference, bytes: this.#sound(key, bytes) }
    }
  }

  async stagedChunk(staging: number, reference: Reference): Promise<Uint8Array | undefined> {
    const name = `staged/${digits(staging)}/${reference}`
    const bytes = await this.#get(name)
    return bytes && this.#sound(`${this.log}/${name}`, bytes)
  }

  /** A chunk of a published payload, where it is kept. */
  async chunk(reference: Reference): Promise<Uint8Array | undefined> {
    const name = `chunk/${reference}`
    const bytes = await this.#get(name)
    return bytes && this.#sound(`${this.log}/${name}`, bytes)
  }

  clearChunks(): Promise<void> {
    return this.#clear(`${this.log}/chunk/`)
  }

  putChunk(reference: Reference, bytes: Uint8Array): LocalChange {
    return this.#put(`chunk/${reference}`, bytes)
  }

  /** A kept page. @throws LOCAL_DAMAGED, also where it is missing */
  async page(index: number): Promise<KeptPage> {
    const name = `page/${digits(index)}`
    return decodeKeptPage(await this.#get(name), name)
  }

  clearStaged(staging: number): Promise<void> {
    return this.#clear(`${this.log}/staged/${digits(staging)}/`)
  }

  clearPages(): Promise<void> {
    return this.#clear(`${this.log}/page/`)
  }

  putAnchor(anchor: Anchor): LocalChange {
    return this.#put('anchor', sealRecord('anchor', encodeAnchor(anchor)))
  }

  putHave(have: PageRanges): LocalChange {
    return this.#put('have', sealRecord('have', encodeRanges(have)))
  }

  putJournal(journal: Journal): LocalChange {
    return this.#put('journal', sealRecord('journal', encodeJournal(journal)))
  }

  putPaid(paid: Paid): LocalChange {
    return this.#put('paid', sealRecord('paid', encodePaid(paid)))
  }

  /** Sealed pages by index. */
  putPages(pages: readonly (KeptPage & { readonly index: number })[]): LocalChange[] {
    return pages.map(page => this.#put(`page/${digits(page.index)}`, encodeKeptPage(page)))
  }

  /** @param entry as `encodeUnsent` gives it */
  putUnsent(ordinal: number, entry: Uint8Array): LocalChange {
    const name = unsentName(ordinal)
    return this.#put(name, sealRecord(name, entry))
  }

  putStaged(staging: number, reference: Reference, bytes: Uint8Array): LocalChange {
    return this.#put(`staged/${digits(staging)}/${reference}`, bytes)
  }

  /** Entries before this ordinal are published: their records are not looked at any more. */
  putSent(before: number): LocalChange {
    return this.#put('sent', sealRecord('sent', encodeOrdinal(before)))
  }

  /** So many ordinals are taken at least: written when the log is closed, so that newer entries are missed if they go. */
  putQueued(next: number): LocalChange {
    return this.#put('queued', sealRecord('queued', encodeOrdinal(next)))
  }

  putAnnounced(announced: Announced): LocalChange {
    return this.#put('announced', sealRecord('announced', encodeAnnounced(announced)))
  }

  delete(record: 'anchor' | 'have' | 'journal' | 'paid' | 'announced' | 'feed'): LocalChange {
    return { type: 'del', key: `${this.log}/${record}` }
  }

  deleteUnsent(ordinal: number): LocalChange {
    return { type: 'del', key: `${this.log}/${unsentName(ordinal)}` }
  }

  /** Writes all changes or none. With `sync` they are on disk (fsync) when it resolves, else with the operating system. */
  async write(changes: LocalChange[], sync: boolean): Promise<void> {
    if (changes.length === 0) return
    await this.#reach('written', () => writeBatch(this.#db, changes, sync))
  }

  async #get(name: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#reach('read', () => this.#db.get(`${this.log}/${name}`, LOCAL_ENCODING))
    return bytes && plain(bytes)
  }

  #put(name: string, value: Uint8Array): LocalChange {
    return { type: 'put', key: `${this.log}/${name}`, value }
  }

  #clear(gte: string, lt = `${gte}~`): Promise<void> {
    return this.#reach('written', () => this.#db.clear({ keyEncoding: 'utf8', gte, lt }))
  }

  async #edgeKey(prefix: string, from: number, reverse: boolean): Promise<string | undefined> {
    const root = `${this.log}/${prefix}`
    const range = { gte: `${root}${digits(from)}`, lt: `${root}~`, limit: 1, reverse }
    for await (const [key] of this.#iterate(range)) return key.slice(root.length)
    return undefined
  }

  #iterator(range: LocalRange): LocalIterator {
    try {
      this.#demandOpen()
      return this.#db.iterator({ ...LOCAL_ENCODING, ...range })
    } catch (cause) {
      throw localFailure(cause, 'read', this.log)
    }
  }

  #iterate(range: LocalRange): AsyncGenerator<[string, Uint8Array], void, undefined> {
    return this.#read(this.#iterator(range))
  }

  async *#read(
    pairs: AsyncIterable<[string, Uint8Array]>,
  ): AsyncGenerator<[string, Uint8Array], void, undefined> {
    try {
      for await (const [key, bytes] of pairs) yield [key, plain(bytes)]
    } catch (cause) {
      throw localFailure(cause, 'read', this.log)
    }
  }

  async #reach<R>(did: string, task: () => Promise<R>): Promise<R> {
    try {
      this.#demandOpen()
      return await task()
    } catch (cause) {
      throw localFailure(cause, did, this.log)
    }
  }

  #demandOpen(): void {
    if (this.#left) throw new UnavailableError('this log was closed on this device', { log: this.log })
  }

  #sound(key: string, bytes: Uint8Array): Uint8Array {
    try {
      verifyChunk(parseReference(key.slice(-64)), bytes)
      return bytes
    } catch (cause) {
      const record = key.slice(this.log.length + 1)
      throw new LocalDamagedError(`the record ${record} kept on this device is damaged`, { record }, cause)
    }
  }
}

/** The same bytes without what Node's `Buffer` changes: its `slice` is no copy. */
function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length)
}

function missing(record: string): LocalDamagedError {
  return new LocalDamagedError(`the record ${record}, an unsent entry, is missing on this device`, { record })
}

function encodeOrdinal(ordinal: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(ordinal))
  return bytes
}

function decodeOrdinal(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0))
}
