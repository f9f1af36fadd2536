import fc from 'fast-check'
import {
  type CausalEntry,
  compareOrdered,
  defaultMessageId,
  type EntryName,
  type LogHash,
  MAX_LAMPORT,
  type MessageId,
  type OrderedEntry,
} from '../src/index.ts'

/** Hashes of logs by number; their order is that of the numbers. */
export const LOGS = Array.from({ length: 5 }, (_, n) => `${n}`.repeat(64) as LogHash)

/** The id that stands at a place in honest and hostile worlds: known beforehand, so that circles can be made. */
export function idAt(log: LogHash, seq: number): MessageId {
  return defaultMessageId(new TextEncoder().encode(`${log}/${seq}`))
}

export function nameAt(log: LogHash, seq: number): EntryName {
  return { log, seq, id: idAt(log, seq) }
}

/** What an author writes: plain or with any header, true or not. */
const anyDependency = fc.record({
  log: fc.nat({ max: LOGS.length - 1 }),
  seq: fc.nat({ max: 7 }),
  lies: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
})
const anyLamport = fc.oneof(fc.nat({ max: 20 }), fc.constantFrom(0, MAX_LAMPORT, MAX_LAMPORT - 1))
const anyWritten = fc.record({
  log: fc.nat({ max: LOGS.length - 2 }),
  timestamp: fc.oneof(fc.nat({ max: 20 }), fc.constant(Number.MAX_SAFE_INTEGER)),
  header: fc.option(
    fc.record({
      lamport: anyLamport,
      dependencies: fc.uniqueArray(anyDependency, { maxLength: 3, selector: ({ log }) => log }),
    }),
    { nil: undefined },
  ),
})

/** Entries of four logs; a fifth is named and belongs to nobody. */
export const anyWorld: fc.Arbitrary<CausalEntry[]> = fc.array(anyWritten, { maxLength: 24 }).map(written => {
  const next = new Map<number, number>()
  return written.map(({ log, timestamp, header }) => {
    const seq = next.get(log) ?? 0
    next.set(log, seq + 1)
    const dependencies = (header?.dependencies ?? [])
      .filter(dependency => dependency.log !== log)
      .map(dependency => {
        const named = nameAt(LOGS[dependency.log]!, dependency.seq)
        return dependency.lies ? { ...named, id: idAt(LOGS[0]!, 999) } : named
      })
    return {
      ...nameAt(LOGS[log]!, seq),
      timestamp,
      header: header && { lamport: header.lamport, dependencies },
    }
  })
})

/** By the book: looks at everything again until nothing more can be ordered. */
export function modelOrder(entries: readonly CausalEntry[]): OrderedEntry[] {
  const ordered = new Map<string, OrderedEntry>()
  const at = ({ log, seq }: Pick<EntryName, 'log' | 'seq'>) => ordered.get(`${log}/${seq}`)
  for (let more = true; more; ) {
    more = false
    for (const entry of entries) {
      const { log, seq, header, timestamp } = entry
      const past = (header?.dependencies ?? []).map(name => (at(name)?.id === name.id ? at(name) : undefined))
      if (seq > 0) past.push(at({ log, seq: seq - 1 }))
      if (at(entry) || past.includes(undefined)) continue
      const stated = Math.min(header ? header.lamport : timestamp, MAX_LAMPORT)
      const lamport = Math.max(stated, ...past.map(before => before!.lamport + 1))
      ordered.set(`${log}/${seq}`, { ...entry, lamport })
      more = true
    }
  }
  return [...ordered.values()].sort(compareOrdered)
}
