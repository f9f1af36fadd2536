import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { type Finding, lineAt, readText } from './workspace.ts'

const TABLE = 'docs/guarantees.md'
/** Of the commands that run longer than `npm test`. */
const RESULTS = ['docs/kills.json', 'docs/soak.json']
/** Of the tables of promises; rows that begin with a command are of another one. */
const ROW = /^\|(?! *(?:promise|command|`|-)).*\|$/gm
const SHOWN_BY = /\[([^\]]+)\]\(([^)\s]+\.test\.ts)\)/g
const TITLE = /\b(?:test|it)\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g
/** Stands in a row for the parts of a title that differ from test to test. */
const GAP = '…'

/**
 * Each promise names a test that shows it: a link to the file, whose text stands in the title of a test there. The
 * committed results of the long runs have no failure.
 */
export function checkGuarantees(root: string): Finding[] {
  return [...promises(root), ...RESULTS.flatMap(path => failuresIn(root, path))]
}

function failuresIn(root: string, path: string): Finding[] {
  if (!existsSync(join(root, path))) return []
  const { failures } = JSON.parse(readText(root, path)) as { failures: { seed: number; error: string }[] }
  return failures.map(({ seed, error }) => `${path}: seed ${seed} fails: ${error.split('\n')[0]}`)
}

function promises(root: string): Finding[] {
  const table = readText(root, TABLE)
  return [...table.matchAll(ROW)].flatMap(row => {
    const where = `${TABLE}:${lineAt(table, row.index)}`
    const shown = [...row[0].matchAll(SHOWN_BY)]
    if (shown.length === 0) return [`${where}: no test shows this promise`]
    return shown.flatMap(([, text, target]) => {
      const file = normalize(join(dirname(TABLE), target!))
      if (!existsSync(join(root, file))) return [`${where}: there is no ${file}`]
      const named = titlesIn(readText(root, file)).some(title => stands(text!, title))
      return named ? [] : [`${where}: no title of a test in ${file} has "${text}"`]
    })
  })
}

function titlesIn(source: string): string[] {
  return [...source.matchAll(TITLE)].map(match => match[2]!.replace(/\\(.)/g, '$1'))
}

function stands(text: string, title: string): boolean {
  let at = 0
  for (const part of text.split(GAP)) {
    const found = title.indexOf(part.trim(), at)
    if (found < 0) return false
    at = found + part.trim().length
  }
  return true
}
