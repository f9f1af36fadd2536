import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseArguments } from '../arguments.ts'
import { atMost, type Figure, judge, timesAnchor } from '../report/row.ts'
import { table } from '../report/table.ts'

const speed: Figure = {
  figure: 'reading',
  unit: 'entries/s',
  better: 'higher',
  ours: 3000,
  anchor: { name: 'other', value: 1000 },
  bar: timesAnchor(3),
}

test('a ratio above 1 is better, whichever way the unit points', () => {
  assert.equal(judge(speed).ratio, 3)
  assert.equal(judge({ ...speed, better: 'lower' }).ratio, 0.33333)
})

test('a bar holds at its limit and not past it', () => {
  assert.equal(judge(speed).holds, true)
  assert.equal(judge({ ...speed, ours: 2999 }).holds, false)
  assert.equal(judge({ ...speed, bar: atMost(3000) }).holds, true)
  assert.equal(judge({ ...speed, bar: atMost(2999.9) }).holds, false)
})

test('a bar is judged by the value as measured, not as rounded', () => {
  assert.equal(judge({ ...speed, ours: 0.0690001, bar: atMost(0.069) }).holds, false)
})

test('a bar on a figure that was not measured does not hold', () => {
  assert.equal(judge({ ...speed, ours: Number.NaN, bar: atMost(1) }).holds, false)
  assert.equal(judge({ ...speed, anchor: undefined }).holds, false)
})

test('a figure without bar or anchor says so in every field', () => {
  assert.deepEqual(judge({ figure: 'alone', unit: 'MB', better: 'lower', ours: 1.5 }), {
    figure: 'alone',
    unit: 'MB',
    ours: 1.5,
    anchor: null,
    anchorName: null,
    ratio: null,
    bar: null,
    holds: null,
  })
})

test('the table has a line a figure and shouts where a bar is missed', () => {
  const lines = table([judge(speed), judge({ ...speed, ours: 10 })]).split('\n')
  assert.equal(lines.length, 3)
  assert.match(lines[1]!, /^reading +3,000 entries\/s +1,000 +other +3\.00 +ratio >= 3 +yes$/)
  assert.match(lines[2]!, /NO$/)
})

test('sizes are sorted, each once, and wrong ones refused', () => {
  assert.deepEqual(parseArguments([]).sizes, [1000, 10_000, 100_000])
  assert.deepEqual(parseArguments(['--sizes', '5000,1000,5000']).sizes, [1000, 5000])
  for (const sizes of ['', '10', '1e99x', '1000.5']) {
    assert.throws(() => parseArguments(['--sizes', sizes]), TypeError)
  }
  assert.deepEqual(parseArguments([]).depths, [17])
  assert.deepEqual(parseArguments(['--depths', '18,17']).depths, [17, 18])
  for (const depths of ['', '16', '21', '17.5']) {
    assert.throws(() => parseArguments(['--depths', depths]), TypeError)
  }
  assert.throws(() => parseArguments(['--json']))
})
