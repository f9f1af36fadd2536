import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { START, World } from './world.ts'

/** The first index at which the running maximum reaches `time`, as plainly as can be. */
function naive(timestamps: readonly number[], time: number): number | undefined {
  let maximum = 0
  for (const [index, timestamp] of timestamps.entries()) {
    maximum = Math.max(maximum, timestamp)
    if (maximum >= time) return index
  }
  return undefined
}

test('at finds the first entry at which the running maximum of clocks that jump back reaches a moment', async () => {
  const clock = fc.array(fc.tuple(fc.integer({ min: -500, max: 900 }), fc.integer({ min: 1, max: 3000 })), {
    minLength: 1,
    maxLength: 120,
    size: 'max',
  })
  await fc.assert(
    fc.asyncProperty(clock, fc.integer({ min: 0, max: 120 }), fc.nat(2), async (steps, published, third) => {
      const world = new World()
      const alice = await world.writer()
      let now = START
      const items = steps.map(([jump, size]) => {
        now += jump
        return { payload: new Uint8Array(size), timestamp: now }
      })
      const timestamps = items.map(({ timestamp }) => timestamp)
      await alice.appendMany(items.slice(0, published))
      await alice.publish()
      await alice.appendMany(items.slice(published))
      const cold = await world.reader()
      const synced = await world.reader()
      await synced.sync()
      const asked = timestamps.filter((_, i) => i % 3 === third)
      const moments = new Set(asked.flatMap(time => [time - 1, time, time + 1]))
      for (const time of [0, START, ...moments, now + 1e6]) {
        const wanted = naive(timestamps, time)
        assert.equal((await alice.at(time))?.seq, wanted)
        const there = naive(timestamps.slice(0, published), time)
        assert.equal((await cold.at(time))?.seq, there)
        assert.equal((await synced.at(time))?.seq, there)
      }
    }),
    { seed: 20_260_101, numRuns: 25 },
  )
})

test('at asks for a newer head before it says that there is no such entry', async () => {
  const world = new World()
  const alice = await world.writer()
  await alice.append('early', { timestamp: START })
  await alice.publish()
  const bob = await world.reader()
  await bob.sync()
  assert.equal(await bob.at(START + 1), undefined)
  await alice.append('late', { timestamp: START + 5 })
  await alice.publish()
  assert.equal((await bob.at(START + 1))?.seq, 1)
})
