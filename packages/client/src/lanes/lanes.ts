import {
  type BlockTag,
  type CallOptions,
  type ContentStore,
  InvalidArgumentError,
  LockedError,
  type LogHash,
  type LogId,
  logHash,
  type NameSystem,
  NotFoundError,
  ReadOnlyError,
  type Reference,
} from '@remote-log/core'
import { monotonicClock } from '../clock.ts'
import type { LogSettings } from '../context.ts'
import { hold, letGo } from '../database-holders.ts'
import type { ForgetOptions } from '../forget.ts'
import type { LocalDatabase } from '../local-database.ts'
import { localFailure } from '../local-failure.ts'
import { Mutex } from '../mutex.ts'
import type { OperationOptions } from '../progress.ts'
import { RemoteLog } from '../remote-log.ts'
import { sumOf } from '../tally.ts'
import type { LaneChanges, LaneTransaction } from './changes.ts'
import { type AskLanes, followList, laneIn } from './follow-list.ts'
import { type KnownLane, type KnownLanes, LanesRecord } from './known-lanes.ts'
import { type LaneCursor, type LaneEntry, type ReadLanesOptions, readLanes } from './read-lanes.ts'
import { shownOf } from './shown.ts'
import { type LanesStatement, type SyncLanesOptions, syncLanes } from './sync-lanes.ts'
import { type WatchLanesOptions, watchLanes } from './watch-lanes.ts'

/** The parts that the lanes of one list share; `connectLanes` chooses the usual ones. */
export interface LanesParts extends Partial<Pick<LogSettings, 'ranges' | 'now' | 'clock'>> {
  /** Whose list, and its name in place of a log's topic. */
  readonly list: LogId
  readonly store: ContentStore
  readonly names: NameSystem
  readonly lanesOf: AskLanes
  /** Changes the list. Absent: it is only read. */
  readonly changes?: LaneChanges | undefined
  readonly local: LocalDatabase
  /** A log that is open over the same local database, of this device as a rule. It is read through where it is a lane. */
  readonly own?: RemoteLog | undefined
}

/**
 * All logs of one person, one for each of their devices, read as one: a list in the registry names them, and whoever reads
 * gets the list with all heads in one call, what is new of each, and the entries of all in one order, the same on every
 * device (docs/spec.md, section 17). Needs nothing of the person but owner and list.
 */
export class Lanes {
  readonly list: LogId
  readonly #parts: LanesParts
  readonly #record: LanesRecord
  /** Logs that are open: the caller's own, and those that were read. */
  readonly #logs = new Map<LogHash, RemoteLog>()
  readonly #alone = new Mutex()

  private constructor(parts: LanesParts) {
    this.list = parts.list
    this.#parts = parts
    this.#record = new LanesRecord(parts.local, logHash(parts.list))
    if (parts.own) this.#logs.set(logHash(parts.own.id), parts.own)
  }

  /** Opens the local database; needs no network. @throws LOCKED, UNAVAILABLE, INVALID_ARGUMENT (`own` is elsewhere) */
  static async open(parts: LanesParts): Promise<Lanes> {
    const { local, list, own } = parts
    if (own && (own.id.chainId !== list.chainId || own.id.registry !== list.registry)) {
      throw new InvalidArgumentError('the own log is in another registry than the list', {
        registry: own.id.registry,
        chainId: own.id.chainId,
      })
    }
    const lanes = new Lanes(parts)
    if (!hold(local, lanes.#record.name))
      throw new LockedError('these lanes are open over this local database already', { owner: list.owner })
    try {
      await local.open()
    } catch (error) {
      letGo(local, lanes.#record.name)
      throw localFailure(error, 'opened', undefined)
    }
    return lanes
  }

  /**
   * Asks for list and heads in one call and brings every lane up to date, to its head or to the cut-off of a removed one.
   * What is wrong with one lane stops none of the others: the statement has it.
   * @throws STALE, UNAVAILABLE, WRONG_CHAIN, NO_CONTRACT (the list), BUDGET_EXCEEDED, ABORTED, LOCAL_DAMAGED (its record)
   */
  sync(options: SyncLanesOptions = {}): Promise<LanesStatement> {
    return this.#alone.run('sync', options.signal, async () => {
      const statement = await this.#sync(options)
      if (!this.#isOwnAhead(statement)) return statement
      const again = await this.#sync(options)
      const fresh = statement.fresh + again.fresh
      return { ...again, fresh, costs: sumOf(statement.costs, again.costs) }
    })
  }

  #sync(options: SyncLanesOptions): Promise<LanesStatement> {
    const parts = {
      ...this.#parts,
      clock: this.#parts.clock ?? monotonicClock,
      record: this.#record,
      opened: (log: LogHash) => this.#logs.get(log),
      open: (id: LogId) => this.#open(id),
    }
    return syncLanes(parts, options)
  }

  /** Whether the own log was published to after the list was asked for, so that the list is the older of the two. */
  #isOwnAhead({ lanes }: LanesStatement): boolean {
    const { own } = this.#parts
    const result = own && lanes.find(({ id }) => logHash(id) === logHash(own.id))
    return result?.error?.code === 'STALE'
  }

  /**
   * Asks for the list, and reads no lane: what was revoked is not shown from then on.
   * @throws STALE, UNAVAILABLE, WRONG_CHAIN, NO_CONTRACT, ABORTED, LOCAL_DAMAGED
   */
  refresh(options: CallOptions & { readonly at?: BlockTag | undefined } = {}): Promise<KnownLanes> {
    const { lanesOf, names } = this.#parts
    return this.#alone.run('refresh', options.signal, async () => {
      const known = await followList(lanesOf, names, await this.#record.get(), options)
      await this.#record.put(known)
      return known
    })
  }

  /**
   * The entries of all lanes in one order, as of the last sync (the first call syncs); of a removed lane those up to its
   * cut-off. What only this device has of its own log stands behind all others.
   * @throws INVALID_ARGUMENT, and as `RemoteLog.read`; for a lane that was never read: see `ReadLanesOptions.onTrouble`
   */
  async *read(options: ReadLanesOptions = {}): AsyncGenerator<LaneEntry, void, undefined> {
    const lanes = await this.#known(options)
    yield* readLanes(
      { list: this.list, lanes, own: this.#parts.own, log: lane => this.#logOf(lane) },
      options,
    )
  }

  /** Entries as they come, until the signal fires; those of one round in order. @throws as {@link sync}: what does not pass */
  watch(options: WatchLanesOptions = {}): AsyncGenerator<LaneEntry, void, undefined> {
    return watchLanes(
      {
        sync: call => this.sync(call),
        cursor: () => this.cursor(),
        read: call => this.read(call),
      },
      options,
    )
  }

  /** How far {@link read} reaches now: given back to it as `after`, it leaves out what was there. */
  async cursor(): Promise<LaneCursor> {
    const cursor: Record<string, number> = {}
    for (const lane of (await this.#record.get())?.lanes ?? []) {
      const shown = shownOf(lane, await this.#logOf(lane))
      if (typeof shown === 'number') cursor[logHash(lane.log)] = shown
    }
    return cursor
  }

  /** The list as of the last sync, in the order in which its lanes were first added. @throws LOCAL_DAMAGED, UNAVAILABLE */
  known(): Promise<KnownLanes | undefined> {
    return this.#record.get()
  }

  /**
   * Lists a log. @throws READ_ONLY, INVALID_ARGUMENT (another registry), REFUSED (`reason`: LaneListed, TooManyLanes …),
   * UNAVAILABLE, WRONG_CHAIN, NO_CONTRACT, ABORTED
   */
  add(log: LogId, options: OperationOptions = {}): Promise<LaneTransaction> {
    return this.#changes().add(this.#checked(log), { signal: options.signal })
  }

  /**
   * Ends a lane: readers go on seeing its entries up to a head and nothing behind it, whatever its key signs. Default:
   * the head that this device trusts, so that what its reader saw so far stays. Readers know at their next sync.
   * @throws NOT_FOUND (this device has read nothing of it: name the cut-off), REWRITTEN (the cut-off is of another history
   * than the one trusted here), and as {@link add}
   */
  async revoke(
    log: LogId,
    options: OperationOptions & { readonly cutOff?: Reference | 'nothing' | undefined } = {},
  ): Promise<LaneTransaction & { readonly cutOff: Reference | undefined }> {
    const changes = this.#changes()
    const id = this.#checked(log)
    const cutOff = options.cutOff === 'nothing' ? undefined : await this.#cutOff(id, options)
    const { signal } = options
    return { ...(await changes.remove(id, cutOff, { signal })), cutOff }
  }

  /**
   * Forgets what is kept of one lane, so that the next sync trusts what the list states: the way on after REORG,
   * REWRITTEN, ROLLBACK or LOCAL_DAMAGED, once a person has looked at the evidence. Without a lane: what is known of the list.
   * @throws NOT_FOUND (no lane of this list), and as `RemoteLog.forget`
   */
  forget(log?: LogId, options: ForgetOptions = {}): Promise<void> {
    return this.#alone.run('forget', options.signal, async () => {
      if (!log) return await this.#record.delete()
      const lane = laneIn((await this.#record.get())?.lanes ?? [], log)
      if (!lane)
        throw new NotFoundError('this log is no lane of the list', { owner: log.owner, topic: log.topic })
      await (await this.#logOf(lane)).forget(options)
    })
  }

  /** Closes the logs that were opened for reading, and the local database where nobody else uses it. */
  close(): Promise<void> {
    return this.#alone.run('close', undefined, async () => {
      for (const log of this.#logs.values()) if (log !== this.#parts.own) await log.close()
      this.#logs.clear()
      if (letGo(this.#parts.local, this.#record.name)) await this.#parts.local.close()
    })
  }

  async #known(options: OperationOptions): Promise<readonly KnownLane[]> {
    const known = await this.#record.get()
    if (known) return known.lanes
    await this.sync({ signal: options.signal })
    return (await this.#record.get())!.lanes
  }

  async #cutOff(
    id: LogId,
    options: OperationOptions & { readonly cutOff?: Reference | 'nothing' | undefined },
  ) {
    const log = await this.#logOf({ log: id })
    if (options.cutOff !== undefined && options.cutOff !== 'nothing') {
      await log.compare(options.cutOff, options)
      return options.cutOff
    }
    const { head, offChain } = log.status()
    if (head !== undefined && !offChain) return head
    throw new NotFoundError(
      'this device has read nothing of this lane: sync first, or say up to which head its entries count',
      { owner: id.owner, topic: id.topic },
    )
  }

  /** A lane's log, opened once. */
  async #logOf({ log: { owner, topic } }: Pick<KnownLane, 'log'>): Promise<RemoteLog> {
    const id = { ...this.list, owner, topic }
    const hash = logHash(id)
    const opened = this.#logs.get(hash) ?? (await this.#open(id))
    this.#logs.set(hash, opened)
    return opened
  }

  #open(id: LogId): Promise<RemoteLog> {
    const { list: _list, own: _own, lanesOf: _lanesOf, changes: _changes, ...parts } = this.#parts
    return RemoteLog.open({ ...parts, id, writable: false })
  }

  #changes(): LaneChanges {
    if (this.#parts.changes) return this.#parts.changes
    throw new ReadOnlyError('these lanes were opened without the signer of the list’s owner', {
      owner: this.list.owner,
    })
  }

  #checked(id: LogId): LogId {
    const { chainId, registry } = this.list
    if (id.chainId === chainId && id.registry === registry) return id
    throw new InvalidArgumentError(
      `a list and its lanes are in one registry: this one is ${registry} on chain ${chainId}`,
      { chainId: id.chainId, registry: id.registry },
    )
  }
}
