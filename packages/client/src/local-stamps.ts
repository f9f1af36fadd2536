import { LockedError, type LogHash } from '@remote-log/core'
import { LOCAL_ENCODING, type LocalDatabase } from './local-database.ts'
import { localFailure } from './local-failure.ts'
import { openRecord, sealRecord } from './record.ts'

const DIGITS = 14

/** Batches that are stamped for over each database object: two stampers would give slots out twice. */
const open = new WeakMap<LocalDatabase, Set<string>>()

/**
 * The records of a stamper in the local database, below `stamps/<batch>/`. The database keeps other processes out.
 * @throws LOCKED where this process stamps for the batch over this database already
 */
export class LocalStamps {
  readonly #db: LocalDatabase
  readonly #batch: string

  constructor(db: LocalDatabase, batch: string) {
    this.#db = db
    this.#batch = batch.replace(/^0x/i, '').toLowerCase()
    const batches = open.get(db) ?? new Set()
    if (batches.has(this.#batch)) {
      throw new LockedError('this process stamps for this postage batch over this local database already', {
        batch: this.#batch,
      })
    }
    open.set(db, batches.add(this.#batch))
  }

  async *records(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      await this.#db.open()
      const root = `stamps/${this.#batch}/`
      const range = { ...LOCAL_ENCODING, gte: root, lt: `${root}~` }
      for await (const [key, value] of this.#db.iterator(range)) {
        yield openRecord(key, new Uint8Array(value.buffer, value.byteOffset, value.length))
      }
    } catch (cause) {
      throw localFailure(cause, 'read', this.#batch as LogHash)
    }
  }

  async put(number: number, record: Uint8Array): Promise<void> {
    const key = `stamps/${this.#batch}/${number.toString(16).padStart(DIGITS, '0')}`
    try {
      await this.#db.batch([{ type: 'put', key, value: sealRecord(key, record) }], {
        ...LOCAL_ENCODING,
        sync: true,
      })
    } catch (cause) {
      throw localFailure(cause, 'written', this.#batch as LogHash)
    }
  }

  async close(): Promise<void> {
    open.get(this.#db)?.delete(this.#batch)
  }
}
