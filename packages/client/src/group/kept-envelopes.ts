import { LocalDamagedError, type LogHash, type MessageId, messageIdToBytes } from '@remote-log/core'
import { LOCAL_ENCODING, type LocalDatabase } from '../local-database.ts'
import { localFailure } from '../local-failure.ts'
import { openRecord, sealRecord } from '../record.ts'

/**
 * The first bytes of payloads by reference, in the local database as `envelope/<log hash>/<seq>`: the order of a group is
 * known without network, also after a restart.
 */
export class KeptEnvelopes {
  readonly #db: LocalDatabase

  constructor(db: LocalDatabase) {
    this.#db = db
  }

  /** Undefined where they were never read, or the record is damaged: they can be read again. @throws UNAVAILABLE */
  async get(log: LogHash, seq: number, id: MessageId): Promise<Uint8Array | undefined> {
    const name = nameOf(log, seq)
    try {
      const stored = await this.#db.get(name, LOCAL_ENCODING)
      if (!stored) return undefined
      const record = openRecord(name, new Uint8Array(stored))
      return messageIdToBytes(id).every((byte, i) => byte === record[i]) ? record.subarray(32) : undefined
    } catch (cause) {
      if (cause instanceof LocalDamagedError) return undefined
      throw localFailure(cause, 'read', log)
    }
  }

  /** @throws UNAVAILABLE */
  async put(log: LogHash, seq: number, id: MessageId, start: Uint8Array): Promise<void> {
    const name = nameOf(log, seq)
    const record = new Uint8Array(32 + start.length)
    record.set(messageIdToBytes(id))
    record.set(start, 32)
    try {
      await this.#db.batch([{ type: 'put', key: name, value: sealRecord(name, record) }], LOCAL_ENCODING)
    } catch (cause) {
      throw localFailure(cause, 'written', log)
    }
  }
}

function nameOf(log: LogHash, seq: number): string {
  return `envelope/${log}/${seq}`
}
