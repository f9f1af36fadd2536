import { type LogHash, logHash } from '@remote-log/core'
import { LOCAL_ENCODING, type LocalDatabase } from '../local-database.ts'
import { localFailure } from '../local-failure.ts'
import { openRecord, sealRecord } from '../record.ts'
import { type Contact, decodeContact, encodeContact } from './contact.ts'

const ROOT = 'contacts/'

/** The contacts in a local database, as `contacts/<log hash>`, beside the records of the logs themselves. */
export class ContactList {
  readonly #db: LocalDatabase

  constructor(db: LocalDatabase) {
    this.#db = db
  }

  /** In one write, on disk (fsync) when it resolves. @throws UNAVAILABLE */
  async put(contacts: readonly Contact[]): Promise<void> {
    const changes = contacts.map(contact => {
      const key = ROOT + logHash(contact.id)
      return { type: 'put' as const, key, value: sealRecord(key, encodeContact(contact)) }
    })
    await this.#reach('written', undefined, () => this.#db.batch(changes, { ...LOCAL_ENCODING, sync: true }))
  }

  /** On disk (fsync) when it resolves. @throws UNAVAILABLE */
  async delete(log: LogHash): Promise<void> {
    await this.#reach('written', log, () =>
      this.#db.batch([{ type: 'del', key: ROOT + log }], { ...LOCAL_ENCODING, sync: true }),
    )
  }

  /** @throws LOCAL_DAMAGED, UNAVAILABLE */
  async get(log: LogHash): Promise<Contact | undefined> {
    const name = ROOT + log
    const bytes = await this.#reach('read', log, () => this.#db.get(name, LOCAL_ENCODING))
    return bytes && decodeContact(openRecord(name, new Uint8Array(bytes)), name)
  }

  /** All of them, the one that was added first in front. @throws LOCAL_DAMAGED, UNAVAILABLE */
  async all(): Promise<Contact[]> {
    const contacts: Contact[] = []
    await this.#reach('read', undefined, async () => {
      const range = { gte: ROOT, lt: `${ROOT}~` }
      for await (const [name, bytes] of this.#db.iterator({ ...LOCAL_ENCODING, ...range }))
        contacts.push(decodeContact(openRecord(name, new Uint8Array(bytes)), name))
    })
    return contacts.sort((a, b) => a.added - b.added)
  }

  async #reach<R>(did: string, log: LogHash | undefined, task: () => Promise<R>): Promise<R> {
    try {
      return await task()
    } catch (cause) {
      throw localFailure(cause, did, log)
    }
  }
}
