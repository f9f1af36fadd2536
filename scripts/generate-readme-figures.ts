import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Row } from '../bench/report/row.ts'
import { ROOT } from './workspace.ts'

const START = '<!-- figures: written by scripts/generate-readme-figures.ts from docs/bench.json -->'
const END = '<!-- end of figures -->'

/** The bullets of the README's first screen, from the rows of `npm run bench -- --json docs/bench.json`. */
export function bullets(rows: readonly Row[]): string[] {
  const row = (start: string): Row => {
    const found = rows.findLast(({ figure }) => figure.startsWith(start))
    if (found === undefined) throw new RangeError(`docs/bench.json has no figure "${start}…"`)
    return found
  }
  const distant = row('cold read at 50 ms')
  const entries = Number(/([\d,]+) entries/.exec(distant.figure)![1]!.replaceAll(',', ''))
  const wire = row('wire bytes per entry')
  const seconds = entries / distant.ours
  return [
    `A reader who was away reads ${number(entries)} entries over 50 ms round trips in ${number(seconds)} s: ${number(distant.ours)} a second. ${versus(rows, distant)}`,
    `That read is ${number(row('sequential rounds, cold read').ours)} rounds of requests that wait for each other; one entry by its number takes ${number(row('sequential rounds, one entry by number').ours)}, by its time ${number(row('sequential rounds, one entry by time').ours)}, and ten new entries ${number(row('sequential rounds, catch-up by 10 within').ours)}.`,
    `${number(wire.ours)} bytes on the wire for an entry of 256 bytes, headers included (${wire.anchorName}: ${number(wire.anchor!)}).`,
    `${number(row('chunks written per entry').ours)} chunks written an entry; a publish that seals no page writes ${number(row('chunks of a publish that seals nothing').ours)}.`,
    `${number(row('append one by one').ours)} appends a second one by one, each handed to the operating system (${row('append one by one').anchorName}: ${number(row('append one by one').anchor!)}).`,
  ]
}

function versus(rows: readonly Row[], { figure }: Row): string {
  const tuned = rows.find(
    row => row.figure === figure.replace(/, again$/, '') && row.anchorName === 'hypercore tuned',
  )
  if (tuned === undefined)
    throw new RangeError(`docs/bench.json does not compare "${figure}" with tuned hypercore`)
  return `Tuned hypercore: ${number(tuned.anchor!)}.`
}

/** At most three significant digits: a README is no log of measurements. */
function number(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 4 })
}

export function fillIn(readme: string, lines: readonly string[]): string {
  const start = readme.indexOf(START)
  const end = readme.indexOf(END)
  if (start < 0 || end < start) throw new RangeError('README.md has no place for the figures')
  const body = lines.map(line => `- ${line}\n`).join('')
  return `${readme.slice(0, start + START.length)}\n\n${body}\n${readme.slice(end)}`
}

function main(check: boolean): void {
  const measured = join(ROOT, 'docs/bench.json')
  const lines = existsSync(measured)
    ? bullets(JSON.parse(readFileSync(measured, 'utf8')) as Row[])
    : ['Not measured yet: `npm run bench -- --json docs/bench.json`, then `npm run generate`.']
  const path = join(ROOT, 'README.md')
  const before = readFileSync(path, 'utf8')
  const after = fillIn(before, lines)
  if (before === after) return
  if (check) {
    console.error('README.md does not say what docs/bench.json says')
    process.exitCode = 1
  } else {
    writeFileSync(path, after)
  }
}

if (import.meta.main) main(process.argv.includes('--check'))
