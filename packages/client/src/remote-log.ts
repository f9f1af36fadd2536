import {
  type BlockTag,
  type CallOptions,
  type ContentStore,
  type HeadFeed,
  type HeadStatement,
  InvalidArgumentError,
  type LogId,
  logHash,
  MAX_EMBEDDED_BYTES,
  type NameSystem,
  type Reference,
} from '@remote-log/core'
import type { EntryOptions, NewPayload } from './append.ts'
import { type Appended, Appender } from './appender.ts'
import { type AtRisk, atRisk } from './at-risk.ts'
import { type ExportOptions, exportBundle } from './bundle/export.ts'
import { type ImportOptions, type ImportReport, importBundle } from './bundle/import.ts'
import type { BundleTrust } from './bundle/proven.ts'
import { type AuditOptions, type AuditReport, audit } from './care/audit.ts'
import { type ExpirySource, type Lifetime, lifetimes } from './care/lifetime.ts'
import { type RepairOptions, type RepairReport, repair } from './care/repair.ts'
import { checkCount } from './check-count.ts'
import { monotonicClock } from './clock.ts'
import { compareHead, type HeadComparison } from './compare-head.ts'
import type { LogContext, LogSettings } from './context.ts'
import { checkAnchorPolicy, DEFAULT_ANCHOR_POLICY } from './feed/anchor-policy.ts'
import { AnchoredNameSystem } from './feed/anchored-name-system.ts'
import { entryAt, entryByTime } from './find-entry.ts'
import { follow } from './follow.ts'
import { type ForgetOptions, forget } from './forget.ts'
import { Intake } from './intake.ts'
import { type KeptOptions, keptEntries } from './kept-entries.ts'
import type { LocalDatabase } from './local-database.ts'
import type { LogEntry } from './log-entry.ts'
import { closeContext, openContext } from './open-context.ts'
import type { Payload } from './payload-pieces.ts'
import type { SyncPlan } from './plan/plan.ts'
import type { OperationOptions } from './progress.ts'
import { type PublishOptions, type PublishReport, publish } from './publish.ts'
import { type ReadOptions, read } from './read.ts'
import { Reader } from './reader.ts'
import { type LogStatus, statusOf } from './status.ts'
import { type PlanSyncOptions, plan, type SyncOptions, type SyncStatement, sync } from './sync.ts'
import type { Costs } from './tally.ts'
import { type VerifyReport, verify } from './verify.ts'
import { look, type Watched, type WatchOptions, type WatchPosition, watch } from './watch.ts'

/** The parts a log is made of; `connect` chooses the usual ones. */
export interface LogParts extends Partial<LogSettings>, BundleTrust {
  readonly id: LogId
  readonly store: ContentStore
  readonly names: NameSystem
  /** Heads ahead of the chain. Absent: every publish moves the head on the chain. */
  readonly feed?: HeadFeed | undefined
  readonly local: LocalDatabase
  /** Called when the log and its local database are closed. */
  readonly onClosed?: (() => void) | undefined
}

/** What a log works with, for the modules beside this one. */
export let contextOf: (log: RemoteLog) => LogContext

/** An operation that told what it cost. */
export interface WithCosts<T> {
  readonly value: T
  readonly costs: Costs
}

/**
 * One append-only log: written here and published, or read from anywhere without its author being online. Everything
 * that is returned was verified; what is published was confirmed. One process at a time may have a log's local database
 * open. All methods may be called concurrently; `publish`, `sync`, `refresh` and `forget` run one after the other.
 */
export class RemoteLog {
  readonly id: LogId
  readonly #context: LogContext
  readonly #database: LocalDatabase
  readonly #appender: Appender
  readonly #intake: Intake
  readonly #trust: BundleTrust
  readonly #onClosed: (() => void) | undefined
  readonly #watched: Watched = {
    follow: async call => void (await this.refresh(call)),
    read: call => this.read(call),
  }

  static {
    contextOf = log => log.#context
  }

  private constructor(
    context: LogContext,
    { local, readSigned, headProofs, onClosed }: LogParts,
    nextStaging: number,
  ) {
    this.id = context.id
    this.#context = context
    this.#database = local
    this.#trust = { readSigned, headProofs }
    this.#onClosed = onClosed
    this.#appender = new Appender(context)
    this.#intake = new Intake(context, this.#appender, nextStaging)
  }

  /**
   * Opens the local database and what it holds; needs no network.
   * @throws INVALID_ARGUMENT, LOCKED, LOCAL_DAMAGED, UNAVAILABLE
   */
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
      bulk: parts.bulk ?? true,
      anchor: checkAnchorPolicy(parts.anchor ?? DEFAULT_ANCHOR_POLICY),
      now: parts.now ?? Date.now,
      clock: parts.clock ?? monotonicClock,
    }
    const { feed } = parts
    const names = feed ? new AnchoredNameSystem(parts.names, feed) : parts.names
    const { context, nextStaging } = await openContext({ ...parts, names }, logHash(parts.id), settings)
    return new RemoteLog(context, parts, nextStaging)
  }

  /**
   * Adds one entry. When it resolves, the entry is on this device's disk (with `durability: 'disk'`, the default: LevelDB
   * has called fsync, IndexedDB has committed a `strict` transaction), or with `'os'` handed to the operating system, which
   * a killed process survives and a power cut may not; it needs no network. Entries stand in the order of the calls; one
   * whose payload is a stream takes its place when the stream has ended.
   * @throws READ_ONLY, INVALID_ARGUMENT, UNAVAILABLE (local disk), ABORTED, and what a stream throws: nothing is added
   */
  async append(payload: Payload, options: EntryOptions & OperationOptions = {}): Promise<Appended> {
    const { timestamp, id } = options
    const [appended] = await this.#intake.append([{ payload, timestamp, id }], options)
    return appended!
  }

  /** Adds entries in one durable write: all or none. @throws as {@link append} */
  async appendMany(payloads: Iterable<NewPayload>, options: OperationOptions = {}): Promise<Appended[]> {
    const items = [...payloads]
    return items.length === 0 ? [] : await this.#intake.append(items, options)
  }

  /**
   * Uploads the entries that wait, waits until the network has them, and moves the head. A run that was cut goes on
   * where it was. @throws CONFLICT, REFUSED, UNAVAILABLE, READ_ONLY, ABORTED …: nothing is lost, call again
   */
  publish(options: PublishOptions = {}): Promise<PublishReport> {
    return this.#context.alone.run('publish', options.signal, () => publish(this.#context, options))
  }

  /** As {@link publish}, onto the chain, whatever the policy says: what stands in the feed is trusted from then on. */
  anchor(options: Omit<PublishOptions, 'anchor'> = {}): Promise<PublishReport> {
    return this.publish({ ...options, anchor: true })
  }

  /** Catches up: afterwards this device has every published entry, or a list of what is missing. @throws see `sync.ts` */
  sync(options: SyncOptions = {}): Promise<SyncStatement> {
    return this.#context.alone.run('sync', options.signal, () => sync(this.#context, options))
  }

  /**
   * What {@link sync} would fetch, and what it would cost: head and index edge are read and the head is trusted from
   * then on, as by {@link refresh}; no page is fetched. Undefined where nothing was published. @throws as `refresh`
   */
  plan(options: PlanSyncOptions = {}): Promise<SyncPlan | undefined> {
    return this.#context.alone.run('plan', options.signal, () => plan(this.#context, options))
  }

  /**
   * What the name system states of this log, and nothing else: no page is read and nothing is trusted by it. STALE,
   * REWRITTEN and their kin are found by {@link refresh}. @throws UNAVAILABLE, WRONG_CHAIN, NO_CONTRACT, ABORTED
   */
  head(options: CallOptions & { readonly at?: BlockTag | undefined } = {}): Promise<HeadStatement> {
    return this.#context.names.head(this.id, options)
  }

  /**
   * What a head that came by another way (from another reader, a bundle, a list of lanes) is to the one that is trusted
   * here; changes nothing. @throws REWRITTEN where neither extends the other, with both heads: see `compare-head.ts`
   */
  compare(head: Reference, options: OperationOptions = {}): Promise<HeadComparison> {
    return compareHead(this.#context, new Reader(this.#context.store, options), head)
  }

  /** Moves the trusted head to the newest one, without fetching pages. @throws as {@link sync} for head and index */
  refresh(options: SyncOptions = {}): Promise<WithCosts<LogStatus>> {
    return this.#context.alone.run('refresh', options.signal, async () => {
      const reader = new Reader(this.#context.store, options)
      await follow(this.#context, reader, { at: options.at, stated: options.stated })
      return { value: this.status(), costs: reader.tally.costs() }
    })
  }

  /** Entries in order, from any seq, either direction. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, INVALID_PAGE, ABORTED */
  read(options: ReadOptions = {}): AsyncIterable<LogEntry> {
    return read(this.#context, new Reader(this.#context.store, options), options)
  }

  /** Published entries that are kept on this device, in order, without network. @throws LOCAL_DAMAGED, ABORTED */
  kept(options: KeptOptions = {}): AsyncIterable<LogEntry> {
    return keptEntries(this.#context, options)
  }

  /** One entry by its number. @throws NOT_FOUND (the log has none of this number) and as {@link read} */
  async entry(seq: number, options: OperationOptions = {}): Promise<LogEntry> {
    return (await this.entryWithCosts(seq, options)).value
  }

  /** As {@link entry}, and what it cost. */
  async entryWithCosts(seq: number, options: OperationOptions = {}): Promise<WithCosts<LogEntry>> {
    checkCount(seq, 'seq')
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
    checkCount(time, 'time')
    const reader = new Reader(this.#context.store, options)
    return { value: await entryByTime(this.#context, reader, time), costs: reader.tally.costs() }
  }

  /** Published entries as they come, until the signal fires. @throws REORG, REWRITTEN, ROLLBACK, CORRUPT, INVALID_PAGE */
  watch(options: WatchOptions = {}): AsyncIterable<LogEntry> {
    return watch(this.#context, this.#watched, options)
  }

  /**
   * One look of a {@link watch}: what was published since the position, which moves on with each entry. For programs that
   * leave the local database to others between two looks. @throws as {@link watch}, and UNAVAILABLE, NOT_FOUND, STALE
   */
  look(position: WatchPosition, options: OperationOptions = {}): AsyncIterable<LogEntry> {
    return look(this.#context, this.#watched, position, options.signal)
  }

  /** Reads and checks the whole published log from the store, payloads included. @throws the first fault */
  verify(options: OperationOptions = {}): Promise<VerifyReport> {
    return verify(this.#context, options)
  }

  /**
   * Fetches every chunk of the published log from the store and lists those that are lost; of nothing that is lost it
   * makes an error. @throws see `care/audit.ts`
   */
  audit(options: AuditOptions = {}): Promise<AuditReport> {
    return audit(this.#context, options)
  }

  /**
   * Puts back what is lost, as far as this device can make it: needs a postage batch and no key of the log.
   * @throws as {@link audit}; REFUSED
   */
  repair(options: RepairOptions = {}): Promise<RepairReport> {
    return repair(this.#context, options)
  }

  /**
   * Until when each part of the published log lives, as far as this device uploaded it.
   * @param source says when a postage batch runs out: `BeePostage`, for a log on Swarm
   * @throws ABORTED; what the source can't tell is said of the part
   */
  lifetimes(source: ExpirySource, options: CallOptions = {}): Promise<readonly Lifetime[]> {
    return lifetimes(this.#context, source, options)
  }

  /**
   * The published log as a verifiable file, for a device without network: see docs/offline.md. Needs no network itself,
   * but for `proof` and for `payloads` that are not here. @throws see `bundle/export.ts`
   */
  export(options: ExportOptions = {}): AsyncIterable<Uint8Array> {
    return exportBundle(this.#context, this.#trust, options)
  }

  /**
   * Reads what {@link export} wrote, in pieces of any length, and checks every byte; needs no network. @throws REFUSED
   * (`reason` untrusted-head), INVALID_ARGUMENT, CORRUPT, INVALID_PAGE, REWRITTEN, STALE: see `bundle/import.ts`
   */
  import(bundle: AsyncIterable<Uint8Array>, options: ImportOptions = {}): Promise<ImportReport> {
    return this.#context.alone.run('import', options.signal, () =>
      importBundle(this.#context, this.#trust, bundle, options),
    )
  }

  /** What this device knows, without asking anybody. */
  status(): LogStatus {
    return statusOf(this.#context)
  }

  /**
   * What is lost if this device is lost, or a browser clears its storage; undefined where nothing is. Needs no network.
   * @throws LOCAL_DAMAGED, UNAVAILABLE (local disk)
   */
  atRisk(): Promise<AtRisk | undefined> {
    return atRisk(this.#context)
  }

  /**
   * Forgets the trusted head and every kept page, so that the next call trusts what the name system states: the way
   * on after REORG, REWRITTEN, ROLLBACK or LOCAL_DAMAGED, once a person has looked at the evidence. Unsent entries
   * stay. Entries that only the forgotten head contained are gone from this device: read them before.
   * @throws REFUSED while a publication's outcome is unknown: publish first
   */
  forget(options: ForgetOptions = {}): Promise<void> {
    return this.#context.alone.run('forget', options.signal, () =>
      forget(this.#context, this.#appender, options),
    )
  }

  /** Closes the local database, when what is under way has ended, unless other logs are open over it. */
  close(): Promise<void> {
    return this.#context.alone.run('close', undefined, async () => {
      await closeContext(this.#context, this.#database)
      this.#onClosed?.()
    })
  }
}
