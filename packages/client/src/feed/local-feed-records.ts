import type { LogHash } from '@remote-log/core'
import { LOCAL_ENCODING, type LocalDatabase } from '../local-database.ts'
import { localFailure } from '../local-failure.ts'
import { openRecord, sealRecord } from '../record.ts'

/** Keeps what a feed must remember beside the records of the log: `<log hash>/feed`. */
export class LocalFeedRecords {
  readonly #db: LocalDatabase

  constructor(db: LocalDatabase) {
    this.#db = db
  }

  /** @throws LOCAL_DAMAGED, UNAVAILABLE */
  async load(log: LogHash): Promise<Uint8Array | undefined> {
    let bytes: Uint8Array | undefined
    try {
      bytes = await this.#db.get(`${log}/feed`, LOCAL_ENCODING)
    } catch (cause) {
      throw localFailure(cause, 'read', log)
    }
    return bytes && openRecord('feed', new Uint8Array(bytes))
  }

  /** On disk when it resolves. @throws UNAVAILABLE */
  async save(log: LogHash, record: Uint8Array): Promise<void> {
    const value = sealRecord('feed', record)
    try {
      await this.#db.batch([{ type: 'put', key: `${log}/feed`, value }], { ...LOCAL_ENCODING, sync: true })
    } catch (cause) {
      throw localFailure(cause, 'written', log)
    }
  }
}
