import type { LogHash } from '../log-id.ts'
import type { MessageId } from '../message-id.ts'
import type { CausalEntry, CausalLog } from './causal-order.ts'
import type { EntryName } from './envelope.ts'

/**
 * Why a dependency is not met: `unknown-log`: no log of the group is it; `not-here`: the entry was not added; `other-entry`: at
 * its place stands an entry of another id; `cycle`: it depends on the entry that names it, so neither can come first.
 */
export type UnmetReason = 'unknown-log' | 'not-here' | 'other-entry' | 'cycle'

/** An entry that others wait for. */
export interface Unmet {
  readonly log: LogHash
  readonly seq: number
  /** Undefined where its own log's next entry waits for it, which does not name it. */
  readonly id: MessageId | undefined
  readonly reason: UnmetReason
  /** The entry that waits for it; those behind that one in its log wait with it. */
  readonly neededBy: EntryName
}

type Logs = ReadonlyMap<LogHash, CausalLog>

/**
 * What the first waiting entry of each log waits for. Left out is what is here and waits itself, for the list has what
 * that one waits for.
 */
export function unmetOf(logs: Logs): Unmet[] {
  const cycles = cyclesOf(logs)
  return [...logs.values()].flatMap(log => {
    if (log.waiting.size === 0) return []
    const entry = log.waiting.get(log.ordered.length)
    return entry ? unmetBy(logs, entry, cycles) : [gapOf(log)]
  })
}

function gapOf({ log, ordered, waiting }: CausalLog): Unmet {
  const next = waiting.get(Math.min(...waiting.keys()))!
  return { log, seq: ordered.length, id: undefined, reason: 'not-here', neededBy: nameOf(next) }
}

function unmetBy(logs: Logs, entry: CausalEntry, cycles: ReadonlyMap<LogHash, number>): Unmet[] {
  return (entry.header?.dependencies ?? []).flatMap(({ log: hash, seq, id }) => {
    const unmet = (reason: UnmetReason): Unmet[] => [{ log: hash, seq, id, reason, neededBy: nameOf(entry) }]
    const log = logs.get(hash)
    if (!log) return unmet('unknown-log')
    const there = log.ordered[seq] ?? log.waiting.get(seq)
    if (there && there.id !== id) return unmet('other-entry')
    if (log.ordered[seq]) return []
    if (cycles.get(hash) === cycles.get(entry.log)) return unmet('cycle')
    return there || isStuck(log) ? [] : unmet('not-here')
  })
}

/** Whether the log's next entry is here and waits for others: then what lies behind it is no news. */
function isStuck({ ordered, waiting }: CausalLog): boolean {
  return waiting.has(ordered.length)
}

/**
 * Which logs' next entries wait for each other in a circle: they have the same number (Tarjan's strongly connected
 * components). Such entries were made with ids that were chosen beforehand.
 */
function cyclesOf(logs: Logs): Map<LogHash, number> {
  const index = new Map<LogHash, number>()
  const low = new Map<LogHash, number>()
  const stack: LogHash[] = []
  const cycles = new Map<LogHash, number>()
  const waitsFor = (hash: LogHash): LogHash[] => {
    const log = logs.get(hash)!
    const dependencies = log.waiting.get(log.ordered.length)?.header?.dependencies ?? []
    return dependencies.flatMap(({ log: other, seq, id }) => {
      const named = logs.get(other)
      if (!named || named.ordered[seq] || !isStuck(named)) return []
      return (named.waiting.get(seq)?.id ?? id) === id ? [other] : []
    })
  }
  const open = (hash: LogHash) => {
    index.set(hash, index.size)
    low.set(hash, index.get(hash)!)
    stack.push(hash)
    return { hash, edges: waitsFor(hash), next: 0 }
  }
  for (const root of logs.keys()) {
    if (index.has(root)) continue
    const path = [open(root)]
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const edge = top.edges[top.next++]
      if (edge === undefined) {
        path.pop()
        const parent = path.at(-1)
        if (parent) lower(low, parent.hash, low.get(top.hash)!)
        if (low.get(top.hash) === index.get(top.hash)) close(top.hash)
      } else if (!index.has(edge)) path.push(open(edge))
      else if (stack.includes(edge)) lower(low, top.hash, index.get(edge)!)
    }
  }
  return cycles

  function close(root: LogHash): void {
    const members = stack.splice(stack.indexOf(root))
    for (const member of members) cycles.set(member, index.get(root)!)
  }
}

function lower(low: Map<LogHash, number>, hash: LogHash, value: number): void {
  low.set(hash, Math.min(low.get(hash)!, value))
}

function nameOf({ log, seq, id }: EntryName): EntryName {
  return { log, seq, id }
}
