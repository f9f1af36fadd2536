import {
  type CausalOrder,
  type LogHash,
  logHash,
  MAX_LAMPORT,
  type OrderedEntry,
  readEnvelope,
} from '@remote-log/core'
import type { LogEntry } from '../log-entry.ts'
import type { RemoteLog } from '../remote-log.ts'

/** An entry of the own log that the chain does not have yet, as it will stand. */
export interface TailEntry {
  readonly ordered: OrderedEntry
  readonly entry: LogEntry
  readonly contentAt: number
}

/** What the next entry of the own log comes behind. */
export interface Tail {
  /** Lamport time of the last entry of the log, -1 where there is none. */
  readonly lamport: number
  /** Newest seq of each other log that entries in the tail name. */
  readonly named: ReadonlyMap<LogHash, number>
  readonly entries: readonly TailEntry[]
}

/**
 * The entries of the own log that wait for the chain, in their places behind what is ordered. What they name is ordered:
 * they were made here.
 */
export class OwnTail {
  readonly #own: RemoteLog
  readonly #log: LogHash
  readonly #order: CausalOrder
  /** What they stand behind: as long as that is the same, so are they. */
  #behind = ''
  #lamport = -1
  #named = new Map<LogHash, number>()
  #entries: TailEntry[] = []

  constructor(own: RemoteLog, order: CausalOrder) {
    this.#own = own
    this.#log = logHash(own.id)
    this.#order = order
  }

  /** As of now: what is returned goes on to change. Needs no network. @throws LOCAL_DAMAGED, ABORTED */
  async read(signal: AbortSignal | undefined): Promise<Tail> {
    const { published, unsent } = this.#own.status()
    this.#standBehind(published, unsent)
    if (unsent > this.#entries.length) {
      const from = published + this.#entries.length
      for await (const entry of this.#own.read({ from, signal }))
        if (!entry.anchored) this.#add(entry, await entry.start({ signal }))
    }
    return { lamport: this.#lamport, named: this.#named, entries: this.#entries }
  }

  #standBehind(published: number, unsent: number): void {
    const ordered = this.#order.log(this.#log)?.ordered ?? []
    const behind = `${published} ${ordered.length}`
    if (behind === this.#behind && unsent >= this.#entries.length) return
    this.#behind = behind
    this.#lamport = ordered.at(-1)?.lamport ?? -1
    this.#named = new Map()
    this.#entries = []
  }

  #add(entry: LogEntry, start: Uint8Array): void {
    const { seq, id, timestamp } = entry
    const envelope = readEnvelope(start, entry.length, this.#log)
    const header = envelope.kind === 'causal' ? envelope.header : undefined
    let lamport = Math.max(Math.min(header?.lamport ?? timestamp, MAX_LAMPORT), this.#lamport + 1)
    for (const dependency of header?.dependencies ?? []) {
      const met = this.#order.log(dependency.log)?.ordered[dependency.seq]
      lamport = Math.max(lamport, (met?.lamport ?? -1) + 1)
      const named = this.#named.get(dependency.log) ?? -1
      this.#named.set(dependency.log, Math.max(named, dependency.seq))
    }
    this.#lamport = lamport
    const contentAt = envelope.kind === 'unknown' ? 0 : envelope.contentAt
    const ordered = { log: this.#log, seq, id, timestamp, header, lamport }
    this.#entries.push({ ordered, entry, contentAt })
  }
}
