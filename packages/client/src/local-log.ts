import {
  LocalDamagedError,
  LockedError,
  type LogHash,
  type Reference,
  UnavailableError,
} from '@remote-log/core'
import { type Anchor, decodeAnchor, encodeAnchor } from './anchor.ts'
import { decodeJournal, encodeJournal, type Journal } from './journal.ts'
import { LOCAL_ENCODING, type LocalChange, type LocalDatabase } from './local-database.ts'
import { PageRanges } from './page-ranges.ts'
import { decodeUnsent, encodeUnsent, type Unsent } from './unsent.ts'

const DIGITS = 14

/** Numbers as fixed-width hex, so that byte order is number order. */
function digits(n: number): string {
  return n.toString(16).padStart(DIGITS, '0')
}

/**
 * One log's records on this device. Keys, all below `<log hash>/`:
 * `anchor`, `have` (which pages are kept), `journal`, `page/<index>`, `unsent/<ordinal>`, `staged/<staging>/<reference>`.
 * Every method is one atomic write or one read; nothing is cached here.
 */
export class LocalLog {
  readonly log: LogHash
  readonly #db: LocalDatabase

  constructor(db: LocalDatabase, log: LogHash) {
    this.#db = db
    this.log = log
  }

  /** @throws LOCKED (another process has the database open), UNAVAILABLE (it can't be opened) */
  async open(): Promise<void> {
    try {
      await this.#db.open()
    } catch (cause) {
      const reason = (cause as { cause?: { code?: string } }).cause?.code
      if (reason === 'LEVEL_LOCKED') {
        throw new LockedError('another process has this local log open', { log: this.log }, cause)
      }
      throw new UnavailableError('the local database could not be opened', { log: this.log }, cause)
    }
  }

  async close(): Promise<void> {
    await this.#db.close()
  }

  async anchor(): Promise<Anchor | undefined> {
    const bytes = await this.#get('anchor')
    return bytes && decodeAnchor(bytes, this.log)
  }

  async have(): Promise<PageRanges> {
    const bytes = await this.#get('have')
    if (bytes === undefined) return new PageRanges()
    try {
      return new PageRanges(JSON.parse(new TextDecoder().decode(bytes)))
    } catch (cause) {
      throw new LocalDamagedError('the list of kept pages is damaged', { record: 'have' }, cause)
    }
  }

  async journal(): Promise<Journal | undefined> {
    const bytes = await this.#get('journal')
    return bytes && decodeJournal(bytes)
  }

  /** Entries that wait, with their ordinals, in order. */
  async *unsent(limit?: number): AsyncGenerator<{ ordinal: number; entry: Unsent }, void, undefined> {
    const root = `${this.log}/unsent/`
    const range = { gte: root, lt: `${root}~`, ...(limit === undefined ? {} : { limit }) }
    for await (const [key, value] of this.#db.iterator({ ...LOCAL_ENCODING, ...range })) {
      yield { ordinal: Number.parseInt(key.slice(root.length), 16), entry: decodeUnsent(value, key) }
    }
  }

  /** First and last ordinal of the waiting entries; undefined where none waits. */
  async unsentBounds(): Promise<{ first: number; last: number } | undefined> {
    const [first] = await this.#edgeKeys('unsent/', false)
    const [last] = await this.#edgeKeys('unsent/', true)
    return first === undefined || last === undefined
      ? undefined
      : { first: Number.parseInt(first, 16), last: Number.parseInt(last, 16) }
  }

  async unsentAt(ordinal: number): Promise<Unsent | undefined> {
    const key = `unsent/${digits(ordinal)}`
    const bytes = await this.#get(key)
    return bytes && decodeUnsent(bytes, key)
  }

  /** The highest staging number in use, or -1. */
  async lastStaging(): Promise<number> {
    const [last] = await this.#edgeKeys('staged/', true)
    return last === undefined ? -1 : Number.parseInt(last.slice(0, DIGITS), 16)
  }

  /** The staged chunks of one payload, in no particular order. */
  async *staged(
    staging: number,
  ): AsyncGenerator<{ reference: Reference; bytes: Uint8Array }, void, undefined> {
    const root = `${this.log}/staged/${digits(staging)}/`
    for await (const [key, bytes] of this.#db.iterator({ ...LOCAL_ENCODING, gte: root, lt: `${root}~` })) {
      yield { reference: key.slice(root.length) as Reference, bytes }
    }
  }

  stagedChunk(staging: number, reference: Reference): Promise<Uint8Array | undefined> {
    return this.#get(`staged/${digits(staging)}/${reference}`)
  }

  page(index: number): Promise<Uint8Array | undefined> {
    return this.#get(`page/${digits(index)}`)
  }

  async clearStaged(staging: number): Promise<void> {
    const root = `${this.log}/staged/${digits(staging)}/`
    await this.#db.clear({ keyEncoding: 'utf8', gte: root, lt: `${root}~` })
  }

  /** Drops every kept page, the anchor and the journal. Unsent entries stay. */
  async forget(): Promise<void> {
    await this.write([this.delete('anchor'), this.delete('have'), this.delete('journal')], true)
    const root = `${this.log}/page/`
    await this.#db.clear({ keyEncoding: 'utf8', gte: root, lt: `${root}~` })
  }

  putAnchor(anchor: Anchor): LocalChange {
    return this.#put('anchor', encodeAnchor(anchor))
  }

  putHave(have: PageRanges): LocalChange {
    return this.#put('have', new TextEncoder().encode(JSON.stringify(have.ranges)))
  }

  putJournal(journal: Journal): LocalChange {
    return this.#put('journal', encodeJournal(journal))
  }

  putPage(index: number, bytes: Uint8Array): LocalChange {
    return this.#put(`page/${digits(index)}`, bytes)
  }

  putUnsent(ordinal: number, entry: Unsent): LocalChange {
    return this.#put(`unsent/${digits(ordinal)}`, encodeUnsent(entry))
  }

  putStaged(staging: number, reference: Reference, bytes: Uint8Array): LocalChange {
    return this.#put(`staged/${digits(staging)}/${reference}`, bytes)
  }

  delete(record: 'anchor' | 'have' | 'journal'): LocalChange {
    return { type: 'del', key: `${this.log}/${record}` }
  }

  deleteUnsent(ordinal: number): LocalChange {
    return { type: 'del', key: `${this.log}/unsent/${digits(ordinal)}` }
  }

  /** Writes all changes or none. With `sync` they are on disk (fsync) when it resolves, else with the operating system. */
  async write(changes: LocalChange[], sync: boolean): Promise<void> {
    if (changes.length > 0) await this.#db.batch(changes, { ...LOCAL_ENCODING, sync })
  }

  #get(record: string): Promise<Uint8Array | undefined> {
    return this.#db.get(`${this.log}/${record}`, LOCAL_ENCODING)
  }

  #put(record: string, value: Uint8Array): LocalChange {
    return { type: 'put', key: `${this.log}/${record}`, value }
  }

  async #edgeKeys(prefix: string, reverse: boolean): Promise<string[]> {
    const root = `${this.log}/${prefix}`
    const keys: string[] = []
    const range = { gte: root, lt: `${root}~`, limit: 1, reverse }
    for await (const [key] of this.#db.iterator({ ...LOCAL_ENCODING, ...range }))
      keys.push(key.slice(root.length))
    return keys
  }
}
