import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Finding, filesBelow, readText } from './workspace.ts'

const FOLDER = 'test/contracts'
const INVARIANTS = `${FOLDER}/INVARIANTS.md`
/**
 * Files of a contract's tests that hold no branches: figures, vectors, properties of whatever input (each bit, another
 * implementation), the worked example, and what looks at the tree itself. Every leaf still has its test.
 */
const NO_BRANCHES = /\.(?:gas|vectors|bits|differential|example|tree)\.test\.ts$/

/** A line of a branch tree, or a `describe` or `it` of a test file. */
interface Line {
  readonly depth: number
  readonly label: string
}

/**
 * Branch trees are kept: each leaf has its test. A tree says so in one of two ways.
 *
 * - Without notes: a leaf is the path of a test, as `describe` and `it` nest in the files `<tree's name>.*.test.ts`, and
 *   each test there is a leaf.
 * - With notes: behind two blanks or more stands the test of a leaf, or of all leaves below, as `file.test: name`. In the
 *   name `…` stands for anything; in place of the file, it stands for the last one named.
 *
 * Each number in INVARIANTS.md has a Solidity test `invariant_<number>_…`, and each such test its number.
 */
export function checkTrees(root: string): Finding[] {
  return [
    ...filesBelow(root, FOLDER, /\.tree$/).flatMap(path => {
      const lines = linesOf(readText(root, path))
      return lines.some(({ label }) => noteIn(label) !== undefined)
        ? notedLeaves(root, path, lines)
        : namedLeaves(root, path, lines)
    }),
    ...invariants(root),
  ]
}

function linesOf(tree: string): Line[] {
  return tree
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => {
      const [indent = ''] = /^[ │├└─]*/.exec(line) ?? []
      return { depth: indent.length / 4, label: line.slice(indent.length).trimEnd() }
    })
}

function testsOf(source: string): Line[] {
  return [...source.matchAll(/^( *)(describe|it)\(\s*(['"`])(.*)\3,/gm)].map(([, indent, call, , name]) => ({
    depth: indent!.length / 2,
    label: call === 'it' ? `it ${name}` : name!,
  }))
}

function noteIn(label: string): string | undefined {
  return /\S {2,}(\S.*)$/.exec(label)?.[1]
}

/** What has nothing below it, each with all above it, from the root on. */
function leavesOf(lines: readonly Line[]): Line[][] {
  const path: Line[] = []
  return lines.flatMap((line, i) => {
    path.splice(line.depth, Number.POSITIVE_INFINITY, line)
    const next = lines[i + 1]
    return next === undefined || next.depth <= line.depth ? [path.filter(above => above !== undefined)] : []
  })
}

function textOf(path: readonly Line[]): string {
  return path.map(({ label }) => label.replace(/ {2,}\S.*$/, '')).join(' > ')
}

function namedLeaves(root: string, tree: string, lines: readonly Line[]): Finding[] {
  const prefix = tree.replace(/tree$/, '')
  const files = filesBelow(root, FOLDER, /\.test\.ts$/).filter(
    path => path.startsWith(prefix) && !NO_BRANCHES.test(path),
  )
  const tests = files.flatMap(path =>
    leavesOf(testsOf(readText(root, path)))
      .filter(leaf => leaf.at(-1)!.label.startsWith('it '))
      .map(leaf => ({ path, text: textOf(leaf) })),
  )
  const leaves = leavesOf(lines).map(textOf)
  return [
    ...repeated(leaves).map(leaf => `${tree}: twice: ${leaf}`),
    ...leaves
      .filter(leaf => !tests.some(({ text }) => text === leaf))
      .map(leaf => `${tree}: no test is ${leaf}`),
    ...tests
      .filter(({ text }) => !leaves.includes(text))
      .map(({ path, text }) => `${path}: no leaf of ${basename(tree)} is ${text}`),
  ]
}

function notedLeaves(root: string, tree: string, lines: readonly Line[]): Finding[] {
  const findings: Finding[] = []
  let file = ''
  for (const { label } of lines) {
    const note = noteIn(label)
    if (note === undefined) continue
    const [, named, name] = /^(?:(\S+\.test): )?(.*)$/.exec(note)!
    if (named !== undefined) file = `${FOLDER}/${named}.ts`
    if (file === '' || (named === undefined && !note.startsWith('…'))) {
      findings.push(`${tree}: ${note} names no file`)
    } else if (!existsSync(join(root, file))) {
      findings.push(`${tree}: there is no ${file}`)
    } else if (!testsOf(readText(root, file)).some(test => stands(test.label, name!))) {
      findings.push(`${tree}: no test in ${file} is called ${name}`)
    }
  }
  return [
    ...findings,
    ...leavesOf(lines)
      .filter(leaf => !leaf.some(({ label }) => noteIn(label) !== undefined))
      .map(leaf => `${tree}: no test is named for ${textOf(leaf)}`),
  ]
}

/** Whether a note means a test; where the test's own name has a placeholder, anything may stand for that as well. */
function stands(label: string, note: string): boolean {
  if (!label.startsWith('it ')) return false
  const test = label.slice('it '.length).replace(/\$\{[^}]*\}/g, '…')
  return matches(test, note) || (test.includes('…') && matches(note, test))
}

function matches(text: string, pattern: string): boolean {
  const parts = pattern.split('…').map(part => part.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text)
}

function repeated(texts: readonly string[]): string[] {
  return texts.filter((text, i) => texts.indexOf(text) !== i)
}

function invariants(root: string): Finding[] {
  if (!existsSync(join(root, INVARIANTS))) return [`${INVARIANTS}: missing`]
  const numbers = [...readText(root, INVARIANTS).matchAll(/^(?:#+ )?(\d+)\. \S/gm)].map(([, n]) => n!)
  const tests = filesBelow(root, FOLDER, /\.t\.sol$/).flatMap(path =>
    [...readText(root, path).matchAll(/^ *function (invariant\w*)/gm)].map(([, name]) => ({
      path,
      name: name!,
      number: /^invariant_(\d+)_[a-z]\w*$/.exec(name!)?.[1],
    })),
  )
  return [
    ...(numbers.length === 0 ? [`${INVARIANTS}: no invariant has a number`] : []),
    ...numbers
      .filter((number, i) => number !== String(i + 1))
      .map(number => `${INVARIANTS}: ${number} is out of order`),
    ...numbers
      .filter(number => !tests.some(test => test.number === number))
      .map(number => `${INVARIANTS}: no test is called invariant_${number}_…`),
    ...tests
      .filter(({ number }) => number === undefined || !numbers.includes(number))
      .map(({ path, name }) => `${path}: ${name} is no number of ${basename(INVARIANTS)}`),
  ]
}
