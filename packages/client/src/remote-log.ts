import {
  type ContentStore,
  InvalidArgumentError,
  type LogId,
  logHash,
  MAX_EMBEDDED_BYTES,
  type NameSystem,
  RefusedError,
  throwIfAborted,
} from '@remote-log/core'
import { type EntryOptions, type NewPayload, type Payload, prepareEmbedded, prepareEntry } from './append.ts'
import { type Appended, Appender } from './appender.ts'
import type { LogContext, LogSettings } from './context.ts'
import { follow } from './follow.ts'
import type { LocalDatabase } from './local-database.ts'
import type { LogEntry } from './log-entry.ts'
import { Mutex } from './mutex.ts'
import { openContext } from './open-context.ts'
import { PageRanges } from './page-ranges.ts'
import type { OperationOptions } from './progress.ts'
import { type PublishOptions, type PublishReport, publish } from './publish.ts'
import { entryAt, entryByTime, type ReadOptions, read } from './read.ts'
import { Reader } from './reader.ts'
import { type LogStatus, statusOf } from './status.ts'
import { type SyncOptions, type SyncStatement, sync } from './sync.ts'
import type { Costs } from './tally.ts'
import { type VerifyReport, verify } from './verify.ts'
import { type WatchOptions, watch } from './watch.ts'

/** The parts a log is made of; `connect` chooses the usual ones. */
export interface LogParts extends Partial<LogSettings> {
  readonly id: LogId
  readonly store: ContentStore
  readonly names: NameSystem
  readonly local: LocalDatabase
}

/** An operation that told what it cost. */
export interface WithCosts<T> {
  readonly value: T
  readonly costs: Costs
}

/**
 * One append-only log: written here and published, or read from anywhere without its author being online. Everything
 * that is returned was verified; what is published was confirmed. One process at a time may have a log's local database
 * open. All methods may be called concurrently; `publish`, `sync`, `verify` and `refresh` run one after the other.
 */
export class RemoteLog {
  readonly id: LogId
  readonly #context: LogContext
  readonly #appender: Appender
  readonly #mutex = new Mutex()
  #nextStaging: number

  private constructor(context: LogContext, nextStaging: number) {
    this.id = context.id
    this.#context = context
    this.#appender = new Appender(context)
    this.#nextStaging = nextStaging
  }

  /** Opens the local database and what it holds; needs no network. @throws LOCKED, LOCAL_DAMAGED, UNAVAILABLE */
  static async open(parts: LogParts): Promise<RemoteLog> {
    const { inlineLimit = MAX_EMBEDDED_BYTES } = parts
    if (!Number.isInteger(inlineLimit) || inlineLimit < 0 || inlineLimit > MAX_EMBEDDED_BYTES) {
      throw new InvalidArgumentError(
        `the inline limit is 0 to ${MAX_EMBEDDED_BYTES} bytes, not ${inlineLimit}`,
        { inlineLimit },
      )
    }
    const settings: LogSettings = {
      writable: parts.writable ?? false,
      durability: parts.durability ?? 'disk',
      inlineLimit,
      linked: parts.linked ?? false,
      ranges: parts.ranges ?? true,
      now: parts.now ?? Date.now,
    }
    const { context, nextStaging } = await openContext(parts, logHash(parts.id), settings)
    return new RemoteLog(context, nextStaging)
  }

  /**
   * Adds one entry. When it resolves, the entry is durable on this device; it needs no network.
   * @throws READ_ONLY, INVALID_ARGUMENT, UNAVAILABLE (local disk), ABORTED
   */
  async append(payload: Payload, options: EntryOptions & OperationOptions = {}): Promise<Appended> {
    throwIfAborted(options.signal, 'append')
    const item = { payload, timestamp: options.timestamp, id: options.id }
    const entry =
      prepareEmbedded(this.#context, item) ??
      (await prepareEntry(this.#context, item, () => this.#nextStaging++, options))
    const [appended] = await this.#appender.add([entry])
    return appended!
  }

  /** Adds entries in one durable write: all or none. @throws as {@link append} */
  async appendMany(payloads: Iterable<NewPayload>, options: OperationOptions = {}): Promise<Appended[]> {
    const entries = []
    for (const item of payloads) {
      throwIfAborted(options.signal, 'append')
      entries.push(
        prepareEmbedded(this.#context, item) ??
          (await prepareEntry(this.#context, item, () => this.#nextStaging++, options)),
      )
    }
    return entries.length === 0 ? [] : await this.#appender.add(entries)
  }

  /**
   * Uploads the entries that wait, waits until the network has them, and moves the head. A run that was cut goes on
   * where it was. @throws CONFLICT, REFUSED, UNAVAILABLE, READ_ONLY, ABORTED …: nothing is lost, call again
   */
  publish(options: PublishOptions = {}): Promise<PublishReport> {
    return this.#mutex.run('publish', options.signal, () => publish(this.#context, options))
  }

  /** Catches up: afterwards this device has every published entry, or a list of what is missing. @throws see `sync.ts` */
  sync(options: SyncOptions = {}): Promise<SyncStatement> {
    return this.#mutex.run('sync', options.signal, () => sync(this.#context, options))
  }

  /** Moves the trusted head to the newest one, without fetching pages. @throws as {@link sync} for head and index */
  refresh(options: SyncOptions = {}): Promise<WithCosts<LogStatus>> {
    return this.#mutex.run('refresh', options.signal, async () => {
      const reader = new Reader(this.#context.store, options)
      await follow(this.#context, reader, options.at)
      return { value: this.status(), costs: reader.tally.costs() }
    })
  }

  /** Entries in order, from any seq, either direction. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, INVALID_PAGE, ABORTED */
  read(options: ReadOptions = {}): AsyncIterable<LogEntry> {
    return read(this.#context, new Reader(this.#context.store, options), options)
  }

  /** One entry by its number. @throws NOT_FOUND (the log has none of this number) and as {@link read} */
  async entry(seq: number, options: OperationOptions = {}): Promise<LogEntry> {
    return (await this.entryWithCosts(seq, options)).value
  }

  /** As {@link entry}, and what it cost. */
  async entryWithCosts(seq: number, options: OperationOptions = {}): Promise<WithCosts<LogEntry>> {
    if (!Number.isSafeInteger(seq) || seq < 0) throw new InvalidArgumentError(`${seq} is no seq`, { seq })
    const reader = new Reader(this.#context.store, options)
    return { value: await entryAt(this.#context, reader, seq), costs: reader.tally.costs() }
  }

  /**
   * The first entry at which the running maximum of timestamps reaches `time` (Unix ms); undefined where none does.
   * @throws as {@link read}
   */
  async at(time: number, options: OperationOptions = {}): Promise<LogEntry | undefined> {
    return (await this.atWithCosts(time, options)).value
  }

  /** As {@link at}, and what it cost. */
  async atWithCosts(time: number, options: OperationOptions = {}): Promise<WithCosts<LogEntry | undefined>> {
    if (!Number.isSafeInteger(time) || time < 0)
      throw new InvalidArgumentError(`${time} is no time`, { time })
    const reader = new Reader(this.#context.store, options)
    return { value: await entryByTime(this.#context, reader, time), costs: reader.tally.costs() }
  }

  /** Published entries as they come, until the signal fires. @throws REORG, REWRITTEN, ROLLBACK, CORRUPT, INVALID_PAGE */
  watch(options: WatchOptions = {}): AsyncIterable<LogEntry> {
    const watched = {
      follow: async (call: OperationOptions) => void (await this.refresh(call)),
      read: (call: ReadOptions) => this.read(call),
    }
    return watch(this.#context, watched, options)
  }

  /** Reads and checks the whole published log from the store, payloads included. @throws the first fault */
  verify(options: OperationOptions = {}): Promise<VerifyReport> {
    return this.#mutex.run('verify', options.signal, () => verify(this.#context, options))
  }

  /** What this device knows, without asking anybody. */
  status(): LogStatus {
    return statusOf(this.#context)
  }

  /**
   * Forgets the trusted head and every kept page, so that the next call trusts what the name system states: the way
   * on after REORG, REWRITTEN or LOCAL_DAMAGED, once a person has looked at the evidence. Unsent entries stay.
   * @throws REFUSED while a publication's outcome is unknown: publish first
   */
  forget(options: OperationOptions & { readonly evenUnsettled?: boolean } = {}): Promise<void> {
    return this.#mutex.run('forget', options.signal, async () => {
      const { local, state } = this.#context
      if (state.journal && state.journal.attempts.length > 0 && !options.evenUnsettled) {
        throw new RefusedError('a head was sent whose outcome is not known; publish settles it', {
          reason: 'unsettled publication',
        })
      }
      await local.forget()
      Object.assign(state, { anchor: undefined, have: new PageRanges(), journal: undefined })
    })
  }

  /** Closes the local database. */
  close(): Promise<void> {
    return this.#mutex.run('close', undefined, () => this.#context.local.close())
  }
}
