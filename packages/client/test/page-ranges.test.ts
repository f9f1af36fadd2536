import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PageRanges, runsOf } from '../src/page-ranges.ts'

const PAGES = 60
const run = fc.record({ from: fc.nat(PAGES - 1), length: fc.nat(6) })

test('a set of pages says of each page what a set of numbers says', () => {
  fc.assert(
    fc.property(fc.array(run, { maxLength: 12 }), runs => {
      let kept = new PageRanges()
      const model = new Set<number>()
      for (const { from, length } of runs) {
        kept = kept.with(from, from + length)
        for (const page of numbers(from, from + length)) model.add(page)
        assert.ok(kept.covers(from, from + length))
      }
      const all = numbers(0, PAGES + 6)
      assert.deepEqual(
        all.map(page => kept.has(page)),
        all.map(page => model.has(page)),
      )
      assert.deepEqual(
        kept.missing(0, PAGES).flatMap(({ from, to }) => numbers(from, to)),
        numbers(0, PAGES).filter(page => !model.has(page)),
      )
      for (const [i, { from, to }] of kept.ranges.entries()) {
        assert.ok(from < to && (i === 0 || kept.ranges[i - 1]!.to < from), 'in order, apart, not empty')
      }
    }),
  )
})

test('pages that follow each other, up or down, are one run', () => {
  const runs = (...pages: number[]) =>
    runsOf(pages.map(index => ({ index }))).map(({ from, to }) => [from, to])
  assert.deepEqual(runs(), [])
  assert.deepEqual(runs(7), [[7, 8]])
  assert.deepEqual(runs(3, 4, 5), [[3, 6]])
  assert.deepEqual(runs(5, 4, 3), [[3, 6]])
  assert.deepEqual(runs(9, 8, 3, 4, 6), [
    [8, 10],
    [3, 5],
    [6, 7],
  ])
})

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i)
}
