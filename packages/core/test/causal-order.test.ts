import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type CausalEntry, CausalOrder, MAX_LAMPORT, type Unmet } from '../src/index.ts'
import { anyWorld, idAt, LOGS, modelOrder, nameAt } from './causal-model.ts'
import { SEED } from './page-model.ts'

const [A, B, C, D, NOBODY] = LOGS as [
  (typeof LOGS)[0],
  (typeof LOGS)[0],
  (typeof LOGS)[0],
  (typeof LOGS)[0],
  (typeof LOGS)[0],
]
const MEMBERS = [A, B, C, D]

/** An entry with a header, or with a number as its timestamp. */
function entry(log: typeof A, seq: number, lamport: number, ...past: [typeof A, number][]): CausalEntry {
  const dependencies = past.map(([other, at]) => nameAt(other, at))
  return { ...nameAt(log, seq), timestamp: 0, header: { lamport, dependencies } }
}

const told = (unmet: readonly Unmet[]) =>
  unmet.map(({ log, seq, reason, neededBy }) => [log[0], seq, reason, neededBy.log[0], neededBy.seq])

describe('the causal order of many logs (spec 16)', () => {
  test('any world, in any order of arrival, with gaps and doubles, in batches of any size: as the model says', () => {
    fc.assert(
      fc.property(
        anyWorld.chain(world =>
          fc.record({
            arrivals: fc.shuffledSubarray([...world, ...world.slice(0, 5)]),
            batch: fc.integer({ min: 1, max: 9 }),
          }),
        ),
        ({ arrivals, batch }) => {
          const order = new CausalOrder(MEMBERS)
          const delivered: string[] = []
          for (let at = 0; at < arrivals.length; at += batch) {
            const fresh = order.add(arrivals.slice(at, at + batch))
            delivered.push(...fresh.map(({ id }) => id))
          }
          const expected = modelOrder(arrivals)
          assert.deepEqual(order.entries, expected)
          assert.deepEqual([...delivered].sort(), expected.map(({ id }) => id).sort(), 'each once')
          for (const { id, seq, log, header } of expected) {
            const place = delivered.indexOf(id)
            for (const past of header?.dependencies ?? []) assert.ok(delivered.indexOf(past.id) < place)
            if (seq > 0) assert.ok(delivered.indexOf(idAt(log, seq - 1)) < place)
          }
        },
      ),
      { seed: SEED, numRuns: 400 },
    )
  })

  test('whatever waits, the list names what it waits for, and adding exactly that sets it free', () => {
    fc.assert(
      fc.property(
        anyWorld.chain(world => fc.tuple(fc.constant(world), fc.shuffledSubarray(world))),
        ([world, arrivals]) => {
          const order = new CausalOrder(MEMBERS)
          order.add(arrivals)
          const held = arrivals.some(({ log, seq }) => !order.log(log)!.ordered[seq])
          assert.equal(order.unmet().length > 0, held, 'nothing waits without a reason')
          const withIt = new Map(world.map(other => [other.id, other]))
          for (;;) {
            const missing = order.unmet().filter(({ reason }) => reason === 'not-here')
            const found = missing.flatMap(({ log, seq }) => withIt.get(idAt(log, seq)) ?? [])
            if (found.length === 0) break
            order.add(found)
          }
          const reached = [...order.logs].flatMap(({ ordered, waiting }) => [...ordered, ...waiting.values()])
          assert.deepEqual(order.entries, modelOrder(reached))
          assert.ok(order.unmet().every(({ reason, id }) => reason !== 'not-here' || !withIt.has(id!)))
        },
      ),
      { seed: SEED, numRuns: 400 },
    )
  })

  test('by Lamport time, then by message id, each behind what it depends on', () => {
    const order = new CausalOrder(MEMBERS)
    const [low, high] = idAt(A, 0) < idAt(B, 0) ? [A, B] : [B, A]
    order.add([entry(high, 0, 7), entry(low, 0, 7), entry(C, 0, 3), entry(D, 0, 0, [low, 0])])
    assert.deepEqual(
      order.entries.map(({ log, lamport }) => [log, lamport]),
      [
        [C, 3],
        [low, 7],
        [high, 7],
        [D, 8],
      ],
      'a stated time below that of a dependency counts as one more than it',
    )
  })

  test('entries without header stand by their timestamps, behind the one before them', () => {
    const order = new CausalOrder(MEMBERS)
    const plain = (seq: number, timestamp: number): CausalEntry => ({
      ...nameAt(A, seq),
      timestamp,
      header: undefined,
    })
    order.add([plain(0, 50), plain(1, 20), plain(2, Number.MAX_SAFE_INTEGER), plain(3, 60)])
    assert.deepEqual(
      order.entries.map(({ lamport }) => lamport),
      [50, 51, MAX_LAMPORT, MAX_LAMPORT + 1],
    )
  })

  test('what is missing is said exactly: which entry, of which log, why, and who needs it', () => {
    const order = new CausalOrder(MEMBERS)
    order.add([entry(A, 1, 2), entry(B, 0, 1, [C, 4], [NOBODY, 0]), entry(B, 1, 2), entry(D, 0, 1, [B, 1])])
    assert.deepEqual(told(order.unmet()), [
      ['0', 0, 'not-here', '0', 1],
      ['2', 4, 'not-here', '1', 0],
      ['4', 0, 'unknown-log', '1', 0],
    ])
    order.addLog(NOBODY)
    order.add([entry(NOBODY, 0, 1), ...[0, 1, 2, 3, 4].map(seq => entry(C, seq, seq))])
    assert.deepEqual(told(order.unmet()), [['0', 0, 'not-here', '0', 1]])
    assert.equal(order.entries.length, 9)
  })

  test('a dependency on another entry than the one at its place is found out', () => {
    const order = new CausalOrder(MEMBERS)
    const forged: CausalEntry = {
      ...nameAt(A, 0),
      timestamp: 0,
      header: { lamport: 1, dependencies: [{ ...nameAt(B, 0), id: idAt(C, 9) }] },
    }
    order.add([forged, entry(C, 0, 5, [A, 0]), entry(B, 0, 1)])
    assert.deepEqual(told(order.unmet()), [['1', 0, 'other-entry', '0', 0]])
    assert.deepEqual(
      order.entries.map(({ log }) => log),
      [B],
    )
  })

  test('entries that depend on each other are told apart from those that wait for them', () => {
    const order = new CausalOrder(MEMBERS)
    order.add([
      entry(A, 0, 1, [B, 0]),
      entry(B, 0, 1, [C, 1]),
      entry(C, 0, 1, [A, 0]),
      entry(D, 0, 1, [A, 0]),
    ])
    assert.deepEqual(told(order.unmet()), [
      ['1', 0, 'cycle', '0', 0],
      ['2', 1, 'cycle', '1', 0],
      ['0', 0, 'cycle', '2', 0],
    ])
  })

  test('two that wait for the same entry are both set free by it; what follows from a wait is not listed', () => {
    const order = new CausalOrder(MEMBERS)
    order.add([entry(A, 0, 1, [D, 0]), entry(B, 0, 1, [D, 0]), entry(C, 0, 1, [A, 5])])
    assert.deepEqual(told(order.unmet()), [
      ['3', 0, 'not-here', '0', 0],
      ['3', 0, 'not-here', '1', 0],
    ])
    assert.equal(order.add([entry(D, 0, 1)]).length, 3)
    assert.deepEqual(told(order.unmet()), [['0', 5, 'not-here', '2', 0]])
  })

  test('who waits for one that is held up by a lie is no part of a circle', () => {
    const order = new CausalOrder(MEMBERS)
    const lie = { ...nameAt(B, 0), id: idAt(C, 9) }
    const liar: CausalEntry = { ...nameAt(A, 0), timestamp: 0, header: { lamport: 1, dependencies: [lie] } }
    order.add([liar, entry(B, 0, 1, [A, 0])])
    assert.deepEqual(told(order.unmet()), [['1', 0, 'other-entry', '0', 0]])
  })

  test('another entry at a place that is taken is REWRITTEN, with both ids', () => {
    const order = new CausalOrder(MEMBERS)
    order.add([entry(A, 0, 1), entry(A, 2, 3)])
    for (const seq of [0, 2]) {
      const other = { ...entry(A, seq, 1), id: idAt(B, 77) }
      assert.throws(() => order.add([other]), {
        code: 'REWRITTEN',
        details: { log: A, seq, was: idAt(A, seq), is: other.id },
      })
    }
    assert.throws(() => order.add([entry(NOBODY, 0, 1)]), TypeError)
  })

  test('one member who waits for nothing there is holds up itself alone', () => {
    const order = new CausalOrder(MEMBERS)
    order.add([entry(A, 0, 1, [NOBODY, 0]), entry(B, 0, 2), entry(C, 0, 3, [B, 0])])
    assert.deepEqual(
      order.entries.map(({ log }) => log),
      [B, C],
    )
  })
})
