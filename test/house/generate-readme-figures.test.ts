import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Row } from '../../bench/report/row.ts'
import { bullets, fillIn } from '../../scripts/generate-readme-figures.ts'

function row(
  figure: string,
  ours: number,
  anchorName: string | null = null,
  anchor: number | null = null,
): Row {
  return { figure, unit: 'x', ours, anchor, anchorName, ratio: null, bar: null, holds: null }
}

const rows = [
  row('append one by one', 12345.6, 'hypercore', 3000),
  ...['1,000 entries', '100,000 entries'].flatMap((label, i) => [
    row(`chunks written per entry, ${label}`, 0.068 - i / 1000),
    row(`wire bytes per entry, cold read, ${label}`, 301.27, 'hypercore as it comes', 358.2),
    row(`cold read at 50 ms, ${label}`, 25_000 + i, 'hypercore tuned', 7_811),
    row(`cold read at 50 ms, ${label}, again`, 25_000 + i, 'hypercore as it comes', 901),
    row(`sequential rounds, cold read, ${label}`, 4 + i),
    row(`sequential rounds, one entry by number, ${label}`, 4),
    row(`sequential rounds, one entry by time, ${label}`, 5),
    row(`chunks of a publish that seals nothing, ${label}`, 1),
    row(`sequential rounds, catch-up by 10 within the head page, ${label}`, 2),
  ]),
]

describe('generate-readme-figures', () => {
  it('says what was measured for the largest log, to three digits', () => {
    const lines = bullets(rows)
    assert.match(
      lines[0]!,
      /100,000 entries over 50 ms round trips in 4 s: 25,000 a second\. Tuned hypercore: 7,810\./,
    )
    assert.match(lines[1]!, /^That read is 5 rounds/)
    assert.match(lines[2]!, /^301 bytes .*hypercore as it comes: 358/)
    assert.match(lines[3]!, /^0\.067 chunks/)
    assert.match(lines[4]!, /^12,300 appends/)
  })

  it('refuses rows that lack a figure', () => {
    assert.throws(
      () => bullets(rows.filter(({ figure }) => !figure.startsWith('wire'))),
      /no figure "wire bytes/,
    )
  })

  it('replaces what stands between the markers, and only that', () => {
    const readme = (body: string) =>
      `above\n<!-- figures: written by scripts/generate-readme-figures.ts from docs/bench.json -->\n\n${body}\n<!-- end of figures -->\nbelow\n`
    assert.equal(fillIn(readme('- old\n'), ['new', 'newer']), readme('- new\n- newer\n'))
    assert.throws(() => fillIn('nothing here', []), /no place/)
  })
})
