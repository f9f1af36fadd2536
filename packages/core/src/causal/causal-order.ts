import { RewrittenError } from '../errors.ts'
import { MAX_LAMPORT } from '../limits.ts'
import type { LogHash } from '../log-id.ts'
import type { CausalHeader, EntryName } from './envelope.ts'
import { type Unmet, unmetOf } from './unmet.ts'

/** An entry that is to take its place. */
export interface CausalEntry extends EntryName {
  /** Unix ms, as its author stated it: the Lamport time of an entry without header. */
  readonly timestamp: number
  readonly header: CausalHeader | undefined
}

/** An entry all of whose dependencies stand before it. */
export interface OrderedEntry extends CausalEntry {
  /** Lamport time: what its author stated, or one more than the largest of all that it depends on, if that is more. */
  readonly lamport: number
}

/** One log as far as it is known. */
export interface CausalLog {
  readonly log: LogHash
  /** By seq: a prefix of the log, in which Lamport times rise. */
  readonly ordered: OrderedEntry[]
  /** Entries that wait for the one before them, or, the first, for others. By seq. */
  readonly waiting: Map<number, CausalEntry>
}

/**
 * Many logs as one sequence, by the rules of Vac's SDS: an entry comes after all that it depends on, then by Lamport time,
 * then by message id (docs/spec.md, section 16). The order is a function of the entries alone: it does not matter when,
 * how often or in which order they are added. No I/O.
 */
export class CausalOrder {
  readonly #logs = new Map<LogHash, CausalLog>()
  #entries: OrderedEntry[] = []
  /** Logs whose first waiting entry waits for this place. */
  readonly #waiters = new Map<string, LogHash[]>()

  constructor(logs: Iterable<LogHash> = []) {
    for (const log of logs) this.addLog(log)
  }

  /** What depends on entries of other logs than these waits. */
  addLog(log: LogHash): void {
    if (!this.#logs.has(log)) this.#logs.set(log, { log, ordered: [], waiting: new Map() })
  }

  /** All entries whose dependencies are met, in order: each after what it depends on. Later ones may come between. */
  get entries(): readonly OrderedEntry[] {
    return this.#entries
  }

  get logs(): Iterable<CausalLog> {
    return this.#logs.values()
  }

  log(log: LogHash): CausalLog | undefined {
    return this.#logs.get(log)
  }

  /**
   * Takes entries of logs that were added. Returns those, of these and of earlier ones, that have got their place by it,
   * in order. @throws REWRITTEN where another entry stands at the place of one of them; TypeError for an unknown log
   */
  add(entries: Iterable<CausalEntry>): OrderedEntry[] {
    const touched = new Set<LogHash>()
    for (const entry of entries) if (this.#take(entry)) touched.add(entry.log)
    const fresh: OrderedEntry[] = []
    const queue = [...touched]
    for (let log = queue.pop(); log !== undefined; log = queue.pop()) {
      for (const entry of this.#advance(this.#logs.get(log)!)) {
        fresh.push(entry)
        const place = placeOf(entry)
        queue.push(...(this.#waiters.get(place) ?? []))
        this.#waiters.delete(place)
      }
    }
    fresh.sort(compareOrdered)
    this.#entries = merge(this.#entries, fresh)
    return fresh
  }

  /** What entries that are here wait for: exactly, and nothing that follows from it. */
  unmet(): Unmet[] {
    return unmetOf(this.#logs)
  }

  /** Whether the entry is new here. */
  #take(entry: CausalEntry): boolean {
    const log = this.#logs.get(entry.log)
    if (!log) throw new TypeError(`the log ${entry.log} is not in this order`)
    const before = log.ordered[entry.seq] ?? log.waiting.get(entry.seq)
    if (!before) {
      log.waiting.set(entry.seq, entry)
      return true
    }
    if (before.id === entry.id) return false
    throw new RewrittenError(`entry ${entry.seq} of a log is another one than it was`, {
      log: entry.log,
      seq: entry.seq,
      was: before.id,
      is: entry.id,
    })
  }

  /** Orders what can be ordered of one log. */
  *#advance(log: CausalLog): Generator<OrderedEntry, void, undefined> {
    for (;;) {
      const entry = log.waiting.get(log.ordered.length)
      if (!entry) return
      const lamport = this.#lamportOf(log, entry)
      if (lamport === undefined) return
      const ordered: OrderedEntry = { ...entry, lamport }
      log.waiting.delete(entry.seq)
      log.ordered.push(ordered)
      yield ordered
    }
  }

  /** Its Lamport time, or undefined where a dependency is not met: then it waits for that. */
  #lamportOf(log: CausalLog, entry: CausalEntry): number | undefined {
    const { header, timestamp } = entry
    const before = log.ordered.at(-1)
    let lamport = Math.max(
      Math.min(header?.lamport ?? timestamp, MAX_LAMPORT),
      before ? before.lamport + 1 : 0,
    )
    for (const dependency of header?.dependencies ?? []) {
      const met = this.#logs.get(dependency.log)?.ordered[dependency.seq]
      if (!met) this.#wait(placeOf(dependency), log.log)
      if (met?.id !== dependency.id) return undefined
      lamport = Math.max(lamport, met.lamport + 1)
    }
    return lamport
  }

  #wait(place: string, log: LogHash): void {
    const waiters = this.#waiters.get(place)
    if (!waiters) this.#waiters.set(place, [log])
    else if (!waiters.includes(log)) waiters.push(log)
  }
}

/** SDS: ascending by Lamport time, then by message id. Only logs of one member can share both; their hash decides. */
export function compareOrdered(a: OrderedEntry, b: OrderedEntry): number {
  if (a.lamport !== b.lamport) return a.lamport - b.lamport
  if (a.id !== b.id) return a.id < b.id ? -1 : 1
  return a.log < b.log ? -1 : 1
}

function placeOf({ log, seq }: EntryName): string {
  return `${log}/${seq}`
}

/** `a` itself, longer, where all of `b` comes behind it. */
function merge(a: OrderedEntry[], b: readonly OrderedEntry[]): OrderedEntry[] {
  const last = a.at(-1)
  if (b.length === 0 || !last || compareOrdered(last, b[0]!) < 0) {
    for (const entry of b) a.push(entry)
    return a
  }
  const merged: OrderedEntry[] = []
  let i = 0
  for (const entry of b) {
    while (i < a.length && compareOrdered(a[i]!, entry) < 0) merged.push(a[i++]!)
    merged.push(entry)
  }
  while (i < a.length) merged.push(a[i++]!)
  return merged
}
