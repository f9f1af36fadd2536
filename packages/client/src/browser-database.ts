import { AbortedError, LockedError, UnavailableError } from '@remote-log/core'
import { DatabaseOver } from './database-over.ts'
import type { LocalChange, LocalDatabase } from './local-database.ts'

/** A BrowserLevel, as far as it is needed here. */
export interface IndexedDbLevel extends LocalDatabase {
  /** The name that it was made with. */
  readonly location: string
}

export interface BrowserDatabaseOptions {
  /**
   * What a second tab does: `fail` (default) throws LOCKED, `wait` waits until the first tab closes the log or is gone;
   * the signal ends that wait.
   */
  readonly whenLocked?: 'fail' | 'wait' | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * A BrowserLevel (IndexedDB) that one tab, frame or worker of an origin has open at a time, by a Web Lock of the name
 * `remote-log:<location>`. The browser frees the lock when the tab is closed, crashes or is discarded.
 *
 * Every write is a transaction of durability `strict`: when it resolves, the browser has seen it on disk (W3C Indexed
 * Database API 3.0, "durability hint"; a log's `durability` makes no difference here). A browser that does not know the
 * hint may lose the newest writes in a power cut, and in no crash of the tab or the browser.
 */
export class BrowserDatabase extends DatabaseOver<IndexedDbLevel> {
  readonly #options: BrowserDatabaseOptions
  #opening: Promise<void> | undefined
  #release: (() => void) | undefined

  constructor(level: IndexedDbLevel, options: BrowserDatabaseOptions = {}) {
    super(level)
    this.#options = options
  }

  override get copiesValues(): boolean {
    return true
  }

  /** IndexedDB writes the whole buffer of which a value is a view. */
  override batch(...[changes, options]: Parameters<LocalDatabase['batch']>): Promise<void> {
    return this.level.batch(changes.map(ownValue), options)
  }

  /** @throws LOCKED (another tab has it), ABORTED, UNAVAILABLE (no Web Locks: not https, nor localhost) */
  open(): Promise<void> {
    this.#opening ??= this.#open().catch(error => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #open(): Promise<void> {
    this.#release = await this.#lock()
    try {
      await this.level.open()
      demandStrict(this.level)
    } catch (error) {
      this.#free()
      throw error
    }
  }

  override async close(): Promise<void> {
    await this.#opening
    this.#opening = undefined
    try {
      await this.level.close()
    } finally {
      this.#free()
    }
  }

  #lock(): Promise<() => void> {
    const { location } = this.level
    const { whenLocked = 'fail', signal } = this.#options
    const locks = (globalThis.navigator as Navigator | undefined)?.locks
    if (!locks) {
      throw new UnavailableError(
        'this page has no Web Locks, so two tabs could write one log: serve it by https or from localhost',
        { database: location },
      )
    }
    const how = whenLocked === 'fail' ? { ifAvailable: true } : signal ? { signal } : {}
    return new Promise((resolve, reject) => {
      const held = locks.request(`remote-log:${location}`, how, lock => {
        if (lock) return new Promise<void>(free => resolve(free))
        throw new LockedError(
          'another tab of this site has this local log open: close it there, or wait for it',
          {
            database: location,
          },
        )
      })
      held.catch((error: unknown) =>
        reject(
          signal?.aborted
            ? new AbortedError('waiting for another tab was stopped', { database: location }, signal.reason)
            : error,
        ),
      )
    })
  }

  #free(): void {
    this.#release?.()
    this.#release = undefined
  }
}

/** The same change, with a value that is all of its buffer. */
function ownValue(change: LocalChange): LocalChange {
  if (change.type === 'del' || change.value.length === change.value.buffer.byteLength) return change
  return { ...change, value: change.value.slice() }
}

/** BrowserLevel begins transactions without a hint: today's browsers then call them complete before they are on disk. */
function demandStrict(level: IndexedDbLevel): void {
  const { db } = level as { db?: IDBDatabase }
  if (!db) throw new UnavailableError('this BrowserLevel does not say which IndexedDB it has open', {})
  const begin = db.transaction.bind(db)
  db.transaction = (stores, mode, options) =>
    begin(stores, mode, mode === 'readwrite' ? { ...options, durability: 'strict' } : options)
}
