import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRange } from '../src/bee/http/byte-ranges.ts'

const LENGTH = 1000

const cases: [header: string | undefined, want: ReturnType<typeof parseRange>][] = [
  [undefined, 'none'],
  ['bytes=0-0', [{ from: 0, to: 1 }]],
  ['bytes=999-', [{ from: 999, to: 1000 }]],
  ['bytes=-1', [{ from: 999, to: 1000 }]],
  ['bytes=-5000', [{ from: 0, to: 1000 }]],
  ['bytes=990-5000', [{ from: 990, to: 1000 }]],
  [
    'bytes= 1-2 , 4-5',
    [
      { from: 1, to: 3 },
      { from: 4, to: 6 },
    ],
  ],
  [
    'bytes=1-2,,4-5,',
    [
      { from: 1, to: 3 },
      { from: 4, to: 6 },
    ],
  ],
  ['bytes=1000-', 'outside'],
  ['bytes=-0', 'outside'],
  ['bytes=0-1,1000-1001', [{ from: 0, to: 2 }]],
  ['bytes=5-4', 'invalid'],
  ['bytes=-', 'invalid'],
  ['bytes=a-b', 'invalid'],
  ['bytes=1--2', 'invalid'],
  ['pages=0-1', 'invalid'],
  ['bytes=0-999,0-0', 'none'],
  ['bytes=', 'none'],
]

for (const [header, want] of cases) {
  test(`Range: ${header}`, () => assert.deepEqual(parseRange(header, LENGTH), want))
}

test('of an empty content every range lies outside', () => {
  assert.equal(parseRange('bytes=0-0', 0), 'outside')
})
