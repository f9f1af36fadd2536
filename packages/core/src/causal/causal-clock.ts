import { MAX_LAMPORT } from '../limits.ts'
import type { LogHash } from '../log-id.ts'
import { type CausalLog, type CausalOrder, compareOrdered, type OrderedEntry } from './causal-order.ts'
import type { CausalHeader } from './envelope.ts'

/** Where the next entry will stand, and what this device knows beside the order. */
export interface NextEntry {
  /** The log that it will be in. */
  readonly own: LogHash
  /** Lamport time of the entry before it in its log, also where that is only on this device; -1: there is none. */
  readonly before: number
  /** Newest seqs of other logs that entries of this log that are only on this device depend on. */
  readonly named: ReadonlyMap<LogHash, number>
  /** Unix ms. */
  readonly now: number
  /** Entries with a later Lamport time are ahead of any clock: nothing is built on them. */
  readonly latest: number
  /** Most dependencies: 0 to 32. */
  readonly most: number
}

/**
 * Makes the headers of new entries: SDS's `max(now, clock + 1)` as Lamport time, and as dependencies the newest entry of each
 * other log that no other entry depends on yet, the latest first. So few names suffice, for what these depend on comes
 * before them. Who states a time far ahead moves no clock but its own.
 */
export class CausalClock {
  readonly #order: CausalOrder
  /** So many entries of each log were looked at, all of them up to `#latest`. */
  readonly #seen = new Map<LogHash, number>()
  /** Newest seq of each log that one of them depends on. */
  readonly #named = new Map<LogHash, number>()
  #latest = 0

  constructor(order: CausalOrder) {
    this.#order = order
  }

  next({ own, before, named, now, latest, most }: NextEntry): CausalHeader {
    this.#lookUpTo(latest)
    let clock = before
    const open: OrderedEntry[] = []
    for (const { log, ordered } of this.#order.logs) {
      const newest = ordered[(this.#seen.get(log) ?? 0) - 1]
      if (!newest) continue
      clock = Math.max(clock, newest.lamport)
      const known = Math.max(this.#named.get(log) ?? -1, named.get(log) ?? -1)
      if (log !== own && newest.seq > known) open.push(newest)
    }
    const dependencies = open
      .sort((a, b) => compareOrdered(b, a))
      .slice(0, most)
      .map(({ log, seq, id }) => ({ log, seq, id }))
    return { lamport: Math.min(Math.max(now, clock + 1), MAX_LAMPORT), dependencies }
  }

  #lookUpTo(latest: number): void {
    if (latest < this.#latest) {
      this.#seen.clear()
      this.#named.clear()
    }
    this.#latest = latest
    for (const log of this.#order.logs) this.#lookAt(log)
  }

  #lookAt({ log, ordered }: CausalLog): void {
    let seen = this.#seen.get(log) ?? 0
    for (let entry = ordered[seen]; entry && entry.lamport <= this.#latest; entry = ordered[++seen]) {
      for (const { log: other, seq } of entry.header?.dependencies ?? [])
        this.#named.set(other, Math.max(this.#named.get(other) ?? -1, seq))
    }
    this.#seen.set(log, seen)
  }
}
