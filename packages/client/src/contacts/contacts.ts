import {
  type Address,
  type ContentStore,
  InvalidArgumentError,
  LockedError,
  type LogHash,
  type LogId,
  logHash,
  type NameSystem,
  NotFoundError,
  parseLogId,
} from '@remote-log/core'
import { monotonicClock } from '../clock.ts'
import type { LogSettings } from '../context.ts'
import { hold, letGo } from '../database-holders.ts'
import type { LocalDatabase } from '../local-database.ts'
import { localFailure } from '../local-failure.ts'
import { RemoteLog } from '../remote-log.ts'
import type { Contact } from './contact.ts'
import { ContactList } from './contact-list.ts'
import { type ContactsStatement, type SyncAllOptions, syncAll } from './sync-all.ts'

/** The parts that the logs of a contact list share; `connectContacts` chooses the usual ones. */
export interface ContactsParts extends Partial<Pick<LogSettings, 'ranges' | 'now' | 'clock'>> {
  /** The chain and registry of all of them. */
  readonly chainId: number
  readonly registry: Address
  readonly store: ContentStore
  readonly names: NameSystem
  readonly local: LocalDatabase
}

const HOLDER = 'contacts'

/**
 * The logs that this device follows, in one local database: kept up to date together, with few requests however many
 * they are. The list is on disk; each log in it is what `RemoteLog` over the same database would read.
 */
export class Contacts {
  readonly #parts: ContactsParts
  readonly #list: ContactList
  /** Logs that callers have open. */
  readonly #open = new Map<LogHash, RemoteLog>()

  private constructor(parts: ContactsParts) {
    this.#parts = parts
    this.#list = new ContactList(parts.local)
  }

  /** Opens the local database; needs no network. @throws LOCKED, UNAVAILABLE */
  static async open(parts: ContactsParts): Promise<Contacts> {
    const { local } = parts
    if (!hold(local, HOLDER))
      throw new LockedError('these contacts are open over this local database already', {})
    try {
      await local.open()
    } catch (error) {
      letGo(local, HOLDER)
      throw localFailure(error, 'opened', undefined)
    }
    return new Contacts(parts)
  }

  /**
   * Adds a log, or names one anew. On disk when it resolves.
   * @throws INVALID_ARGUMENT (no log id, or one of another chain or registry), UNAVAILABLE
   */
  async add(log: LogId | string, options: { readonly name?: string | undefined } = {}): Promise<Contact> {
    return (await this.addMany([{ log, name: options.name }]))[0]!
  }

  /** Adds logs, or names them anew, in one write: all or none. @throws as {@link add} */
  async addMany(
    items: Iterable<{ readonly log: LogId | string; readonly name?: string | undefined }>,
  ): Promise<Contact[]> {
    const now = (this.#parts.now ?? Date.now)()
    const contacts = new Map<LogHash, Contact>()
    const all = [...items]
    for (const [i, { log, name }] of all.entries()) {
      const id = this.#checked(log)
      const hash = logHash(id)
      const before = contacts.get(hash) ?? (await this.#list.get(hash))
      const added = before?.added ?? now + i / all.length
      contacts.set(hash, { id, name: name ?? before?.name, added })
    }
    await this.#list.put([...contacts.values()])
    return [...contacts.values()]
  }

  /**
   * Takes a log off the list. What this device has of it stays, its trusted head too, unless it is to be forgotten.
   * @throws NOT_FOUND (it is not on the list), LOCKED (to forget it, close it first)
   */
  async remove(log: LogId | string, options: { readonly forget?: boolean | undefined } = {}): Promise<void> {
    const { id } = await this.#contact(log)
    if (options.forget) {
      const opened = await this.#openLog(id)
      try {
        await opened.forget()
      } finally {
        await opened.close()
      }
    }
    await this.#list.delete(logHash(id))
  }

  /** The contacts, the one that was added first in front. @throws LOCAL_DAMAGED, UNAVAILABLE */
  list(): Promise<readonly Contact[]> {
    return this.#list.all()
  }

  /** Opens one of them for reading. To be closed, before or after the list. @throws NOT_FOUND; as `RemoteLog.open` */
  async open(log: LogId | string): Promise<RemoteLog> {
    const { id } = await this.#contact(log)
    const opened = await this.#openLog(id, () => this.#open.delete(logHash(id)))
    this.#open.set(logHash(id), opened)
    return opened
  }

  /**
   * Brings all of them up to date: their heads are asked for together, at one block, and only those that changed are
   * read, the newest entries first. What one of them does wrong stops none of the others: it is reported with it.
   * @throws UNAVAILABLE, WRONG_CHAIN, NO_CONTRACT (the registry), BUDGET_EXCEEDED (no time for the heads), ABORTED,
   * LOCAL_DAMAGED (the list), INVALID_ARGUMENT
   */
  async syncAll(options: SyncAllOptions = {}): Promise<ContactsStatement> {
    const { names, local, clock = monotonicClock } = this.#parts
    const contacts = await this.#list.all()
    return await syncAll(
      {
        ask: async call => {
          const heads = await names.heads(
            contacts.map(({ id }) => id),
            call,
          )
          return contacts.map((contact, i) => ({ contact, stated: heads[i]! }))
        },
        expected: contacts.length,
        local,
        clock,
        opened: log => this.#open.get(log),
        open: id => this.#openLog(id),
      },
      options,
    )
  }

  /** Lets go of the local database, and closes it where no log is open over it. */
  async close(): Promise<void> {
    if (letGo(this.#parts.local, HOLDER)) await this.#parts.local.close()
  }

  #openLog(id: LogId, onClosed?: () => void): Promise<RemoteLog> {
    return RemoteLog.open({ ...this.#parts, id, writable: false, onClosed })
  }

  #checked(log: LogId | string): LogId {
    const id = typeof log === 'string' ? parseLogId(log) : log
    const { chainId, registry } = this.#parts
    if (id.chainId === chainId && id.registry === registry) return id
    throw new InvalidArgumentError(
      `contacts are asked for together, so all are in the registry ${registry} on chain ${chainId}`,
      { chainId: id.chainId, registry: id.registry },
    )
  }

  async #contact(log: LogId | string): Promise<Contact> {
    const id = this.#checked(log)
    const contact = await this.#list.get(logHash(id))
    if (contact) return contact
    throw new NotFoundError('this log is not among the contacts: add it first', {
      owner: id.owner,
      topic: id.topic,
    })
  }
}
