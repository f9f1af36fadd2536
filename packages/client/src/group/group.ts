import {
  type Address,
  type BlockRef,
  CausalClock,
  type CausalHeader,
  CausalOrder,
  type ContentStore,
  encodeEnvelope,
  InvalidArgumentError,
  type LogHash,
  type LogId,
  logHash,
  MAX_CAUSAL_DEPENDENCIES,
  type NameSystem,
  parseLogId,
  plainPayload,
  ReadOnlyError,
  throwIfAborted,
} from '@remote-log/core'
import { MAX_AHEAD_MS } from '../append.ts'
import type { Appended } from '../appender.ts'
import { checkCount } from '../check-count.ts'
import { monotonicClock } from '../clock.ts'
import { type ContactResult, type SyncAllOptions, syncAll } from '../contacts/sync-all.ts'
import type { LogSettings } from '../context.ts'
import type { LocalDatabase } from '../local-database.ts'
import { Mutex } from '../mutex.ts'
import { inOrder } from '../pipeline.ts'
import type { OperationOptions } from '../progress.ts'
import type { PublishOptions, PublishReport } from '../publish.ts'
import { RemoteLog } from '../remote-log.ts'
import type { Costs } from '../tally.ts'
import { Ephemeral, type EphemeralListener, type EphemeralTransport } from './ephemeral.ts'
import type { GroupEntry } from './group-entry.ts'
import { GroupLog } from './group-log.ts'
import { type GroupPosition, viewOf } from './group-view.ts'
import { KeptEnvelopes } from './kept-envelopes.ts'
import { type MissingEntry, missingEntries } from './missing-entry.ts'
import { OwnTail, type Tail } from './own-tail.ts'
import { type GroupWatchOptions, watchGroup } from './watch-group.ts'

/**
 * What a message is worth. `ephemeral`: kept nowhere, on no log, store or chain; whoever listens gets it, or nobody.
 * `sequential`: an entry of the own log, behind the one before it. `causal`: an entry that names what was there when it was
 * written, so that everybody reads it behind that.
 */
export type Level = 'ephemeral' | 'sequential' | 'causal'

export interface SendOptions extends OperationOptions {
  /** Default `causal`. */
  readonly level?: Level | undefined
}

/** An entry that is durable on this device. */
export interface Sent extends Appended {
  readonly level: 'sequential' | 'causal'
  /** What it says of its place; undefined at level `sequential`. */
  readonly header: CausalHeader | undefined
}

/** A log of somebody else. */
export interface GroupMember {
  readonly log: LogId | string
  /** seq from which on its entries are left out: where a lane that was revoked is cut off. Default: none is. */
  readonly upTo?: number | undefined
}

/** The parts that a group is made of; `connectGroup` chooses the usual ones. */
export interface GroupParts extends Partial<Pick<LogSettings, 'ranges' | 'now' | 'clock'>> {
  /** The chain and registry of all logs. */
  readonly chainId: number
  readonly registry: Address
  readonly store: ContentStore
  readonly names: NameSystem
  /** Holds what is here of the members' logs. */
  readonly local: LocalDatabase
  /** The log that this device writes, open. It is a member, too, and is closed with the group. Absent: read only. */
  readonly own?: RemoteLog | undefined
  /** The logs of the others: one a device, where somebody has several. */
  readonly members: Iterable<LogId | string | GroupMember>
  /** Most entries that one of ours names: 0 to 32. Default 8. */
  readonly causalHistory?: number | undefined
  /** How ephemeral messages leave this device. Absent: only listeners here get them. */
  readonly transport?: EphemeralTransport | undefined
}

export interface GroupStatement {
  /** Whether every entry of every log, as of the block, is here and has its place. */
  readonly complete: boolean
  /** Entries that have their place now and did not before this call. */
  readonly fresh: number
  /** Published entries that have their place. */
  readonly entries: number
  /** For what entries wait that are here. */
  readonly missing: readonly MissingEntry[]
  readonly block: BlockRef | undefined
  /** How each log came out. */
  readonly logs: readonly ContactResult[]
  readonly costs: Costs
}

export interface GroupReadOptions extends OperationOptions {
  /** Leave out what was read before. Default: nothing. */
  readonly after?: GroupPosition | undefined
  /** Leave out entries that are only on this device. */
  readonly publishedOnly?: boolean | undefined
}

const DEFAULT_HISTORY = 8
/** Logs whose records are read at once. */
const OPENED_AT_ONCE = 32

/**
 * Logs of many authors, read as one in the causal order of Vac's SDS (docs/spec.md, section 16; docs/causal.md). The order is
 * made in memory from what the local database has of the logs, so that it survives restarts and needs no network.
 */
export class Group {
  /** The log that this device writes; undefined where it only reads. */
  readonly own: RemoteLog | undefined
  readonly #parts: GroupParts
  readonly #logs = new Map<LogHash, GroupLog>()
  readonly #opened = new Map<LogHash, RemoteLog>()
  readonly #order = new CausalOrder()
  readonly #clock = new CausalClock(this.#order)
  readonly #kept: KeptEnvelopes
  readonly #ephemeral: Ephemeral
  readonly #tail: OwnTail | undefined
  readonly #syncing = new Mutex()
  readonly #sending = new Mutex()
  readonly #taking = new Mutex()

  private constructor(parts: GroupParts) {
    this.#parts = parts
    this.own = parts.own
    this.#kept = new KeptEnvelopes(parts.local)
    this.#ephemeral = new Ephemeral(parts.transport)
    this.#tail = parts.own && new OwnTail(parts.own, this.#order)
  }

  /**
   * Opens the logs and orders what is here of them; needs no network.
   * @throws INVALID_ARGUMENT, LOCKED (a log is open over this database by other means), LOCAL_DAMAGED, UNAVAILABLE
   */
  static async open(parts: GroupParts): Promise<Group> {
    const { causalHistory = DEFAULT_HISTORY } = parts
    if (!Number.isInteger(causalHistory) || causalHistory < 0 || causalHistory > MAX_CAUSAL_DEPENDENCIES)
      throw new InvalidArgumentError(
        `an entry names 0 to ${MAX_CAUSAL_DEPENDENCIES} others, not ${causalHistory}`,
        { causalHistory },
      )
    const group = new Group(parts)
    try {
      if (parts.own) group.#join(parts.own)
      await group.add(...parts.members)
      return group
    } catch (error) {
      await group.#closeMembers()
      throw error
    }
  }

  /** The logs, the own one first. */
  get members(): readonly LogId[] {
    return [...this.#logs.values()].map(({ source }) => source.id)
  }

  /**
   * Takes logs into the group, until it is closed; those that it has stay. What waited for them has its place then.
   * @throws INVALID_ARGUMENT (no log id, or one of another chain or registry); as {@link open}
   */
  async add(...members: readonly (LogId | string | GroupMember)[]): Promise<void> {
    const wanted = new Map<LogHash, { readonly id: LogId; readonly upTo: number | undefined }>()
    for (const member of members) {
      const { log, upTo } = typeof member === 'object' && 'log' in member ? member : { log: member }
      checkCount(upTo, 'upTo')
      const id = this.#checked(log)
      wanted.set(logHash(id), { id, upTo })
    }
    const open = async ([log, { id, upTo }]: readonly [LogHash, { id: LogId; upTo: number | undefined }]) => {
      const opened = await RemoteLog.open({ ...this.#parts, id, writable: false })
      this.#opened.set(log, opened)
      return { opened, upTo }
    }
    const fresh = [...wanted].filter(([log]) => !this.#logs.has(log))
    for await (const { opened, upTo } of inOrder(fresh, OPENED_AT_ONCE, undefined, open))
      this.#join(opened, upTo)
    await this.#take(false, undefined)
  }

  /**
   * Sends one message. An entry is durable on this device when it resolves, and needs no network; {@link publish} brings
   * it to the others. At level `ephemeral` nothing is returned.
   * @throws READ_ONLY (no own log), INVALID_ARGUMENT, UNAVAILABLE (local disk), ABORTED; what the transport throws
   */
  async send(payload: Uint8Array | string, options: SendOptions = {}): Promise<Sent | undefined> {
    return (await this.sendMany([payload], options))[0]
  }

  /** Sends several in one durable write: all or none. @throws as {@link send} */
  async sendMany(payloads: Iterable<Uint8Array | string>, options: SendOptions = {}): Promise<Sent[]> {
    const { level = 'causal', signal } = options
    throwIfAborted(signal, 'send')
    const contents = [...payloads].map(bytesOf)
    if (level === 'ephemeral') {
      for (const content of contents) await this.#ephemeral.send(content, { signal })
      return []
    }
    const { own } = this
    if (!own) throw new ReadOnlyError('this group was opened without a log of its own', {})
    return this.#sending.run('send', signal, () => this.#append(own, contents, level, signal))
  }

  /** Calls `listener` for each ephemeral message, until what is returned is called. */
  listen(listener: EphemeralListener): () => void {
    return this.#ephemeral.listen(listener)
  }

  /** Publishes what waits in the own log. @throws READ_ONLY; as `RemoteLog.publish` */
  async publish(options: PublishOptions = {}): Promise<PublishReport> {
    if (!this.own) throw new ReadOnlyError('this group was opened without a log of its own', {})
    return await this.own.publish(options)
  }

  /**
   * Brings all logs up to date, as `Contacts.syncAll` does, and gives what came its place. What one log does wrong stops
   * none of the others. @throws as `Contacts.syncAll`; LOCAL_DAMAGED, REWRITTEN (a log was forgotten and is another now)
   */
  sync(options: SyncAllOptions = {}): Promise<GroupStatement> {
    return this.#syncing.run('sync', options.signal, async () => {
      const { names, local, clock = monotonicClock } = this.#parts
      const contacts = this.members.map((id, added) => ({ id, name: undefined, added }))
      const { complete, block, logs, costs } = await syncAll(
        {
          ask: async call => {
            const ids = contacts.map(({ id }) => id)
            const heads = await names.heads(ids, call)
            return heads.map((stated, i) => ({ contact: contacts[i]!, stated }))
          },
          expected: contacts.length,
          ...{ local, clock },
          opened: log => this.#opened.get(log),
          open: async id => this.#opened.get(logHash(id))!,
        },
        options,
      )
      for (const { id, statement } of logs) this.#logs.get(logHash(id))!.missing = statement?.missing ?? []
      const before = this.#order.entries.length
      await this.#take(true, options.signal)
      const missing = this.missing()
      const entries = this.#order.entries.length
      const all = complete && missing.length === 0
      return { complete: all, fresh: entries - before, entries, missing, block, logs, costs }
    })
  }

  /**
   * All entries that have their place, in order, as of now: published ones, and those that are only here. Entries that
   * come later may stand between these. Needs no network. @throws LOCAL_DAMAGED, ABORTED
   */
  async *entries(options: GroupReadOptions = {}): AsyncGenerator<GroupEntry, void, undefined> {
    const { after = {}, publishedOnly = false, signal } = options
    const tail = await this.#upToDate(signal)
    const own = publishedOnly ? [] : tail.entries.slice()
    yield* viewOf(this.#order.entries.slice(), own, this.#logs, after, signal)
  }

  /** The last so many of them, in order. @throws as {@link entries} */
  async newest(count: number, options: OperationOptions = {}): Promise<GroupEntry[]> {
    checkCount(count, 'count')
    const tail = (await this.#upToDate(options.signal)).entries.slice()
    const all = this.#order.entries
    const ordered = all.slice(Math.max(0, all.length - count))
    const entries: GroupEntry[] = []
    for await (const entry of viewOf(ordered, tail, this.#logs, {}, options.signal)) entries.push(entry)
    return entries.slice(Math.max(0, entries.length - count))
  }

  [Symbol.asyncIterator](): AsyncGenerator<GroupEntry, void, undefined> {
    return this.entries()
  }

  /** How far {@link entries} reaches now, of what is published. */
  position(): GroupPosition {
    return Object.fromEntries([...this.#order.logs].map(({ log, ordered }) => [log, ordered.length]))
  }

  /** For what entries wait that are here: exactly, and why. Asks nobody. */
  missing(): MissingEntry[] {
    return missingEntries(this.#order.unmet(), this.#logs)
  }

  /** Published entries as they get their place, each behind all that it depends on, until the signal fires. @throws as {@link sync} */
  watch(options: GroupWatchOptions = {}): AsyncGenerator<GroupEntry, void, undefined> {
    return watchGroup(this, options)
  }

  /** Closes all logs, the own one too. */
  async close(): Promise<void> {
    this.#ephemeral.close()
    await this.#closeMembers()
    await this.own?.close()
  }

  async #closeMembers(): Promise<void> {
    for (const log of this.#opened.values()) if (log !== this.own) await log.close()
  }

  #join(log: RemoteLog, upTo?: number): void {
    const joined = new GroupLog(log, this.#kept, upTo)
    this.#opened.set(joined.log, log)
    this.#logs.set(joined.log, joined)
    this.#order.addLog(joined.log)
  }

  #checked(member: LogId | string): LogId {
    const id = typeof member === 'string' ? parseLogId(member) : member
    const { chainId, registry } = this.#parts
    if (id.chainId === chainId && id.registry === registry) return id
    throw new InvalidArgumentError(
      `the logs of a group are asked for together, so all are in the registry ${registry} on chain ${chainId}`,
      { chainId: id.chainId, registry: id.registry },
    )
  }

  /** Gives what came to this device its place. */
  #take(fetch: boolean, signal: AbortSignal | undefined): Promise<void> {
    return this.#taking.run('reading', signal, async () => {
      const taken = []
      for (const log of this.#logs.values()) taken.push(...(await log.take(fetch, signal)))
      this.#order.add(taken)
    })
  }

  async #append(
    own: RemoteLog,
    contents: readonly Uint8Array[],
    level: 'sequential' | 'causal',
    signal: AbortSignal | undefined,
  ): Promise<Sent[]> {
    const headers = level === 'causal' ? await this.#headers(own, contents.length, signal) : []
    const log = logHash(own.id)
    const payloads = contents.map((content, i) => {
      const header = headers[i]
      return { payload: header ? encodeEnvelope(header, content, log) : plainPayload(content) }
    })
    const appended = await own.appendMany(payloads, { signal })
    return appended.map((entry, i) => ({ ...entry, level, header: headers[i] }))
  }

  /** The first names what is there; each other comes right behind the one before it. */
  async #headers(own: RemoteLog, count: number, signal: AbortSignal | undefined): Promise<CausalHeader[]> {
    const { lamport: before, named } = await this.#upToDate(signal)
    const now = (this.#parts.now ?? Date.now)()
    const { causalHistory: most = DEFAULT_HISTORY } = this.#parts
    const latest = Math.max(now, this.#newestBlock()) + MAX_AHEAD_MS
    const first = this.#clock.next({ own: logHash(own.id), before, named, now, latest, most })
    return Array.from({ length: count }, (_, i) =>
      i === 0 ? first : { lamport: first.lamport + i, dependencies: [] },
    )
  }

  /** Orders what is here, and returns what of the own log comes behind it. */
  async #upToDate(signal: AbortSignal | undefined): Promise<Tail> {
    for (;;) {
      const published = this.own?.status().published
      await this.#take(false, signal)
      const tail = (await this.#tail?.read(signal)) ?? { lamport: -1, named: new Map(), entries: [] }
      // A publication may have ended in between: what was in the tail is published then.
      if (this.own?.status().published === published) return tail
    }
  }

  /** Time of the newest block at which a head stood, Unix ms. */
  #newestBlock(): number {
    const seconds = [...this.#logs.values()].map(({ source }) => source.status().block?.timestamp ?? 0)
    return 1000 * Math.max(0, ...seconds)
  }
}

function bytesOf(payload: Uint8Array | string): Uint8Array {
  return typeof payload === 'string' ? new TextEncoder().encode(payload) : payload
}
