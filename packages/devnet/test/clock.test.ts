import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../src/index.ts'

test('a manual clock runs what becomes due in the order of its times, at these times', () => {
  const clock = new ManualClock(1000)
  const seen: [string, number][] = []
  const note = (name: string) => () => seen.push([name, clock.now()])
  clock.after(30, note('late'))
  clock.after(10, () => {
    note('early')()
    clock.after(5, note('made on the way'))
  })
  const callOff = clock.after(20, note('called off'))
  callOff()
  clock.after(100, note('not yet'))
  clock.advance(50)
  assert.deepEqual(seen, [
    ['early', 1010],
    ['made on the way', 1015],
    ['late', 1030],
  ])
  assert.equal(clock.now(), 1050)
})

test('time does not go back', () => {
  assert.throws(() => new ManualClock().advance(-1), RangeError)
})
