import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  CausalClock,
  type CausalEntry,
  CausalOrder,
  encodeEnvelope,
  type LogHash,
  MAX_CAUSAL_DEPENDENCIES,
  MAX_LAMPORT,
  type NextEntry,
  type OrderedEntry,
} from '../src/index.ts'
import { LOGS, nameAt } from './causal-model.ts'
import { SEED } from './page-model.ts'

const NOW = 1_700_000_000_000
const next = (own: LogHash, parts: Partial<NextEntry> = {}): NextEntry => ({
  own,
  before: -1,
  named: new Map(),
  now: NOW,
  latest: NOW + 600_000,
  most: 8,
  ...parts,
})

/** All entries that come before one, by what is said. */
function pastOf(entry: OrderedEntry, order: CausalOrder, past = new Set<OrderedEntry>()): Set<OrderedEntry> {
  const before = entry.seq > 0 ? [order.log(entry.log)!.ordered[entry.seq - 1]!] : []
  const named = (entry.header?.dependencies ?? []).map(({ log, seq }) => order.log(log)!.ordered[seq]!)
  for (const other of [...before, ...named]) {
    if (past.has(other)) continue
    past.add(other)
    pastOf(other, order, past)
  }
  return past
}

test('devices that send and receive in any interleaving: each entry comes behind all that its device had', () => {
  const step = fc.record({
    device: fc.nat({ max: 3 }),
    receives: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
    skew: fc.integer({ min: -500_000, max: 500_000 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const devices = LOGS.slice(0, 4).map(() => new CausalOrder(LOGS))
      const clocks = devices.map(order => new CausalClock(order))
      const all = new CausalOrder(LOGS)
      const written: CausalEntry[][] = devices.map(() => [])
      for (const { device, receives, skew } of steps) {
        const order = devices[device]!
        const log = LOGS[device]!
        if (receives !== undefined) {
          order.add(written[receives]!)
          continue
        }
        const own = order.log(log)!
        const header = clocks[device]!.next(
          next(log, { now: NOW + skew, before: own.ordered.at(-1)?.lamport ?? -1, most: 4 }),
        )
        const had = order.entries.map(({ id }) => id)
        const entry = { ...nameAt(log, own.ordered.length), timestamp: 0, header }
        assert.ok(encodeEnvelope(header, new Uint8Array(), log))
        written[device]!.push(entry)
        order.add([entry])
        all.add([entry])
        const [placed] = order.log(log)!.ordered.slice(-1)
        assert.equal(placed!.lamport, header.lamport, 'what an honest device states is what counts')
        assert.ok(placed!.lamport >= NOW + skew)
        const past = new Set([...pastOf(all.log(log)!.ordered.at(-1)!, all)].map(({ id }) => id))
        assert.deepEqual([...past].sort(), had.sort())
      }
    }),
    { seed: SEED, numRuns: 200 },
  )
})

test('of more open ends than may be named, the latest are; the others stay open for the next entry', () => {
  const [own, ...others] = LOGS as [LogHash, ...LogHash[]]
  const order = new CausalOrder(LOGS)
  order.add(
    others.map((log, i) => ({
      ...nameAt(log, 0),
      timestamp: 0,
      header: { lamport: NOW + i, dependencies: [] },
    })),
  )
  const clock = new CausalClock(order)
  const logsOf = (parts: Partial<NextEntry>) =>
    clock.next(next(own, parts)).dependencies.map(({ log }) => log)
  assert.deepEqual(logsOf({ most: 2 }), [others[3], others[2]])
  const named = new Map([others[3]!, others[2]!].map(log => [log, 0]))
  assert.deepEqual(logsOf({ most: 2, named }), [others[1], others[0]])
  assert.deepEqual(logsOf({ most: 0 }), [])
  assert.ok(MAX_CAUSAL_DEPENDENCIES >= 8)
})

test('who states a time far ahead moves nobody: not the clock, not what is named; later it counts', () => {
  const [own, mallory, bob] = LOGS as [LogHash, LogHash, LogHash]
  const order = new CausalOrder(LOGS)
  const clock = new CausalClock(order)
  order.add([
    { ...nameAt(bob, 0), timestamp: 0, header: { lamport: NOW - 5, dependencies: [] } },
    { ...nameAt(mallory, 0), timestamp: 0, header: { lamport: NOW - 9, dependencies: [] } },
    { ...nameAt(mallory, 1), timestamp: 0, header: { lamport: MAX_LAMPORT, dependencies: [nameAt(bob, 0)] } },
  ])
  const header = clock.next(next(own))
  assert.equal(header.lamport, NOW)
  assert.deepEqual(header.dependencies, [nameAt(bob, 0), nameAt(mallory, 0)])
  const far = clock.next(next(own, { now: MAX_LAMPORT + 1, latest: MAX_LAMPORT + 1 }))
  assert.deepEqual(far, { lamport: MAX_LAMPORT, dependencies: [nameAt(mallory, 1)] })
  assert.deepEqual(clock.next(next(own)), header, 'also where the own clock is set back')
})

test('the clock of SDS: now, or one more than the latest that is known', () => {
  const [own, bob] = LOGS as [LogHash, LogHash]
  const order = new CausalOrder(LOGS)
  const clock = new CausalClock(order)
  assert.deepEqual(clock.next(next(own)), { lamport: NOW, dependencies: [] })
  assert.equal(clock.next(next(own, { before: NOW + 7 })).lamport, NOW + 8)
  order.add([{ ...nameAt(bob, 0), timestamp: 0, header: { lamport: NOW + 99, dependencies: [] } }])
  assert.equal(clock.next(next(own)).lamport, NOW + 100)
})
