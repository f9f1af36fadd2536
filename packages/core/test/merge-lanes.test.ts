import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type LanePlace, type LogHash, mergeLanes, UnavailableError } from '../src/index.ts'

interface Item extends LanePlace {
  readonly timestamp: number
}

/** Hashes that differ early, late, or by one digit being a letter. */
const hash = fc
  .tuple(fc.constantFrom('0', '9', 'a', 'f'), fc.constantFrom('0', '1', 'b'))
  .map(([first, last]) => `${first}${'7'.repeat(62)}${last}` as LogHash)

const lanes = fc
  .uniqueArray(hash, { maxLength: 12 })
  .chain(hashes =>
    fc.tuple(
      ...hashes.map(log =>
        fc
          .array(fc.integer({ min: 0, max: 12 }), { maxLength: 20 })
          .map(timestamps => laneOf(log, timestamps)),
      ),
    ),
  )

function laneOf(log: LogHash, timestamps: readonly number[]): Item[] {
  return timestamps.map((timestamp, seq) => ({
    log,
    seq,
    timestamp,
    time: Math.max(...timestamps.slice(0, seq + 1)),
  }))
}

async function* arriving<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  for (const item of items) {
    if (items.length % 3 === 0) await null
    yield item
  }
}

const merged = (all: readonly Item[][], reverse = false) =>
  Array.fromAsync(
    mergeLanes(
      all.map(lane => arriving(reverse ? lane.toReversed() : lane)),
      item => item,
      { reverse },
    ),
  )

/** Always the smallest of those whose predecessors are out. */
function naively(all: readonly Item[][]): Item[] {
  const key = ({ time, log, seq }: Item) =>
    `${String(time).padStart(4, '0')} ${log} ${String(seq).padStart(4, '0')}`
  return all.flat().sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

test('lanes merge into one order, whatever order they come in, forwards and backwards', async () => {
  await fc.assert(
    fc.asyncProperty(lanes, fc.infiniteStream(fc.nat(1000)), async (all, shuffling) => {
      const expected = naively(all)
      assert.deepEqual(await merged(all), expected)
      const shuffled = all
        .map(lane => ({ lane, at: shuffling.next().value as number }))
        .sort((a, b) => a.at - b.at)
        .map(({ lane }) => lane)
      assert.deepEqual(await merged(shuffled), expected)
      assert.deepEqual(await merged(shuffled, true), expected.toReversed())
      for (const lane of all) {
        const kept = expected.filter(({ log }) => log === lane[0]?.log)
        assert.deepEqual(kept, lane, 'the order of each lane stays')
      }
    }),
    { seed: 20_261_126, numRuns: 150 },
  )
})

test('what was merged before keeps its order when entries and lanes are added', async () => {
  await fc.assert(
    fc.asyncProperty(lanes, fc.nat(20), fc.nat(12), async (all, entries, count) => {
      const before = await merged(all.slice(0, count).map(lane => lane.slice(0, entries)))
      const known = new Set(before)
      assert.deepEqual(
        (await merged(all)).filter(item => known.has(item)),
        before,
      )
    }),
    { seed: 20_261_127, numRuns: 100 },
  )
})

test('a consumer that leaves, and a lane that fails, end all lanes', async () => {
  const ended: string[] = []
  async function* endless(log: string): AsyncGenerator<LanePlace, void, undefined> {
    try {
      for (let seq = 0; ; seq++) yield { time: seq, log: log as LogHash, seq }
    } finally {
      ended.push(log)
    }
  }
  let seen = 0
  for await (const _ of mergeLanes([endless('a'), endless('b')], item => item)) if (++seen === 7) break
  assert.deepEqual(ended.toSorted(), ['a', 'b'])
  async function* failing(): AsyncGenerator<LanePlace, void, undefined> {
    yield { time: 3, log: 'c' as LogHash, seq: 0 }
    throw new UnavailableError('a page is missing')
  }
  ended.length = 0
  const read: LanePlace[] = []
  await assert.rejects(
    async () => {
      for await (const item of mergeLanes([endless('a'), failing()], place => place)) read.push(item)
    },
    { code: 'UNAVAILABLE' },
  )
  assert.deepEqual(
    read.map(({ log, time }) => log + time),
    ['a0', 'a1', 'a2', 'a3', 'c3'],
    'nothing is given that may stand behind what is missing',
  )
  assert.deepEqual(ended, ['a'])
})
