import {
  type BlockRef,
  type BlockTag,
  BudgetExceededError,
  type CallOptions,
  type HeadStatement,
  type LogHash,
  type LogId,
  logHash,
  RemoteLogError,
  throwIfAborted,
} from '@remote-log/core'
import { checkCount } from '../check-count.ts'
import type { Clock } from '../clock.ts'
import type { LocalDatabase } from '../local-database.ts'
import { LocalLog } from '../local-log.ts'
import { Mutex } from '../mutex.ts'
import { inOrder } from '../pipeline.ts'
import type { RemoteLog } from '../remote-log.ts'
import type { SyncStatement } from '../sync.ts'
import { SyncWindow } from '../sync-window.ts'
import { type Costs, sumOf } from '../tally.ts'
import type { Contact } from './contact.ts'
import { isUpToDate, type Known, knownFrom, knownOf } from './known.ts'

/** Logs read at once: each asks for many chunks at once by itself. */
const LOGS_AT_ONCE = 16
/** Logs whose records are looked at at once. */
const LOOKS_AT_ONCE = 64
/** Bytes that a page costs more by itself than by a range: its span. A plan's bytes and these cover both. */
const SPAN_OF_A_PAGE = 8

export interface SyncAllOptions {
  readonly signal?: AbortSignal | undefined
  /** How deep in the chain the heads must stand. Default `latest`. */
  readonly at?: BlockTag | undefined
  /** Bytes of chunks for all logs together. Head pages come first; those that are under way then may go beyond it. */
  readonly byteBudget?: number | undefined
  /** Milliseconds for all logs together: see `SyncOptions`. */
  readonly timeBudgetMs?: number | undefined
  readonly onProgress?: ((progress: ContactsProgress) => void) | undefined
}

export interface ContactsProgress {
  /** `heads`: asking the registry; `newest`: head pages of logs that changed; `pages`: all that they have. */
  readonly phase: 'heads' | 'newest' | 'pages'
  /** Logs done in this phase. */
  readonly done: number
  readonly total: number
}

/** How one log came out: with a statement, or with the error that its own sync throws. */
export type ContactResult = { readonly id: LogId; readonly name: string | undefined } & (
  | {
      /** Whether it had anything that this device did not. */
      readonly changed: boolean
      readonly statement: SyncStatement
      readonly error?: undefined
    }
  | { readonly error: RemoteLogError; readonly statement?: undefined }
)

export interface ContactsStatement {
  /** Whether this device has every entry of every log as of the block. */
  readonly complete: boolean
  /** Entries that this device did not know of before, of all logs. */
  readonly fresh: number
  /** At which all heads were stated; undefined where there are no contacts. */
  readonly block: BlockRef | undefined
  /** In the order of the list. */
  readonly logs: readonly ContactResult[]
  readonly costs: Costs
}

/** A log, and what the name system states of it. */
export interface Stated {
  readonly contact: Contact
  readonly stated: HeadStatement
}

export interface SyncAllParts {
  /** Asks for the heads of all logs, at one block. */
  readonly ask: (options: CallOptions & { readonly at?: BlockTag | undefined }) => Promise<readonly Stated[]>
  /** How many logs that will be, for progress. */
  readonly expected: number
  readonly local: LocalDatabase
  readonly clock: Clock
  /** The log, where a caller has it open. */
  readonly opened: (log: LogHash) => RemoteLog | undefined
  readonly open: (id: LogId) => Promise<RemoteLog>
}

/** @throws see `Contacts.syncAll` */
export async function syncAll(parts: SyncAllParts, options: SyncAllOptions): Promise<ContactsStatement> {
  checkCount(options.byteBudget, 'byteBudget')
  checkCount(options.timeBudgetMs, 'timeBudgetMs')
  const window = new SyncWindow(parts.clock, options)
  const run = new SyncAll(parts, options, window)
  try {
    return await run.run()
  } catch (error) {
    throw window.asThrown(error)
  } finally {
    window.close()
    await run.close()
  }
}

/** A log that has to be read. */
interface Behind extends Stated {
  readonly known: Known
  log?: RemoteLog
}

class SyncAll {
  readonly #parts: SyncAllParts
  readonly #options: SyncAllOptions
  readonly #window: SyncWindow
  readonly #results = new Map<Contact, ContactResult>()
  readonly #own: RemoteLog[] = []
  readonly #reserving = new Mutex()
  #costs: Costs = sumOf()
  #reserved = 0

  constructor(parts: SyncAllParts, options: SyncAllOptions, window: SyncWindow) {
    this.#parts = parts
    this.#options = options
    this.#window = window
  }

  async run(): Promise<ContactsStatement> {
    const { ask, expected } = this.#parts
    this.#progress('heads', 0, expected)
    const { signal } = this.#window
    const asked = await ask({ signal, at: this.#options.at })
    this.#progress('heads', asked.length, asked.length)
    const behind = await this.#behind(asked)
    await this.#each('newest', behind, item => this.#readHead(item))
    const read = behind.filter(({ log }) => log).sort((a, b) => newest(b) - newest(a))
    await this.#each('pages', read, item => this.#readPages(item))
    const logs = asked.map(({ contact }) => this.#results.get(contact)!)
    return {
      complete: logs.every(({ statement }) => statement?.complete),
      fresh: logs.reduce((all, { statement }) => all + (statement?.fresh ?? 0), 0),
      block: asked[0]?.stated.block,
      logs,
      costs: this.#costs,
    }
  }

  /** Closes the logs that were opened for this. */
  async close(): Promise<void> {
    for (const log of this.#own) await log.close()
  }

  /** Compares what is stated with what is known, log by log; those that are up to date are done with it. */
  async #behind(asked: readonly Stated[]): Promise<Behind[]> {
    const { local, opened } = this.#parts
    const behind: Behind[] = []
    const look = async ({ contact, stated }: Stated) => {
      const hash = logHash(contact.id)
      const log = opened(hash)
      await this.#reporting(contact, async () => {
        const known = log ? knownFrom(log.status()) : await knownOf(new LocalLog(local, hash))
        if (isUpToDate(known, stated)) this.#done(contact, false, unchanged(known, stated))
        else behind.push({ contact, known, stated })
      })
    }
    for await (const _ of inOrder(asked, LOOKS_AT_ONCE, this.#window.signal, look));
    return behind
  }

  /** The newest page of a log, which proves that it extends what is trusted. */
  async #readHead(item: Behind): Promise<void> {
    const { contact, stated } = item
    if (this.#left() <= 0) throw outOfBudget()
    item.log = this.#parts.opened(logHash(contact.id)) ?? (await this.#open(contact.id))
    try {
      const { costs } = await item.log.refresh({ stated, signal: this.#window.signal })
      this.#spend(costs)
      this.#reserved += costs.bytes
    } catch (error) {
      delete item.log
      throw error
    }
  }

  async #readPages({ contact, known, stated, log }: Behind): Promise<void> {
    const { signal, byteBudget: limit } = this.#options
    const byteBudget = limit === undefined ? undefined : await this.#reserve(log!, stated)
    const timeBudgetMs = this.#window.limited ? Math.floor(this.#window.left) : undefined
    const statement = await log!.sync({ stated, signal, byteBudget, timeBudgetMs })
    this.#spend(statement.costs)
    this.#done(contact, true, { ...statement, fresh: statement.entries - known.entries })
  }

  /** So many bytes of what is left as this log needs, in the order in which they are asked for. */
  #reserve(log: RemoteLog, stated: HeadStatement): Promise<number> {
    const { signal } = this.#options
    return this.#reserving.run('syncAll', signal, async () => {
      const plan = await log.plan({ stated, signal, byteBudget: Math.max(0, this.#left()) })
      const bytes = plan ? plan.bytes + SPAN_OF_A_PAGE * plan.pages : 0
      this.#reserved += bytes
      return bytes
    })
  }

  /** Bytes that nobody has spent or reserved. */
  #left(): number {
    return (this.#options.byteBudget ?? Number.POSITIVE_INFINITY) - this.#reserved
  }

  #spend(costs: Costs): void {
    this.#costs = sumOf(this.#costs, costs)
  }

  async #open(id: LogId): Promise<RemoteLog> {
    const log = await this.#parts.open(id)
    this.#own.push(log)
    return log
  }

  async #each(
    phase: ContactsProgress['phase'],
    items: readonly Behind[],
    task: (item: Behind) => Promise<void>,
  ): Promise<void> {
    let done = 0
    const one = async (item: Behind) => {
      await this.#reporting(item.contact, () => task(item))
      this.#progress(phase, ++done, items.length)
    }
    for await (const _ of inOrder(items, LOGS_AT_ONCE, this.#options.signal, one));
  }

  /** What is wrong with one log is its result; what the caller stopped ends all. */
  async #reporting(contact: Contact, task: () => Promise<void>): Promise<void> {
    throwIfAborted(this.#options.signal, 'syncAll')
    try {
      await task()
    } catch (error) {
      const thrown = this.#window.asThrown(error)
      if (!(thrown instanceof RemoteLogError) || thrown.code === 'ABORTED') throw thrown
      this.#results.set(contact, { id: contact.id, name: contact.name, error: thrown })
    }
  }

  #done(contact: Contact, changed: boolean, statement: SyncStatement): void {
    this.#results.set(contact, { id: contact.id, name: contact.name, changed, statement })
  }

  #progress(phase: ContactsProgress['phase'], done: number, total: number): void {
    this.#options.onProgress?.({ phase, done, total })
  }
}

function newest({ log }: Behind): number {
  return log!.status().newest ?? 0
}

function outOfBudget(): BudgetExceededError {
  return new BudgetExceededError('the byte budget ended before this log was looked at', {})
}

function unchanged({ entries }: Known, { head, block }: HeadStatement): SyncStatement {
  return {
    complete: true,
    entries,
    fresh: 0,
    head,
    block,
    missing: [],
    provisional: undefined,
    feedTrouble: undefined,
    costs: sumOf(),
  }
}
