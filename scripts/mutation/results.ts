import { createHash } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as parser from '@solidity-parser/parser'
import { readText } from '../workspace.ts'

export const RESULTS = 'test/contracts/mutation.json'

/** A mutant that no test notices. */
export interface Survivor {
  readonly line: number
  readonly original: string
  readonly replacement: string
  /** Why that is right; empty where nobody has said so yet. */
  readonly why: string
}

/** What became of the mutants of one source. */
export interface Result {
  /** {@link codeHash} of the source that was mutated. */
  readonly code: string
  readonly mutants: number
  readonly killed: number
  /** Those that the compiler refuses. */
  readonly invalid: number
  readonly survivors: readonly Survivor[]
}

export type Results = Readonly<Record<string, Result>>

/** SHA-256 of a source's tokens: comments and blanks do not count. */
export function codeHash(source: string): string {
  const tokens = (parser.tokenize(source) as { value: string }[])
    .map(({ value }) => value)
    .filter(value => !/^\/[/*]/.test(value))
  return createHash('sha256').update(tokens.join(' ')).digest('hex')
}

export function readResults(root: string): Results {
  return existsSync(join(root, RESULTS)) ? (JSON.parse(readText(root, RESULTS)) as Results) : {}
}

export function writeResults(root: string, results: Results): void {
  const sorted = Object.fromEntries(Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(join(root, RESULTS), `${JSON.stringify(sorted, null, 2)}\n`)
}

/** A new result, in which the explanations of the old one stay where the same mutant still survives. */
export function withExplanations(result: Result, old: Result | undefined): Result {
  const key = ({ original, replacement }: Survivor) => `${original} ${replacement}`
  const left = [...(old?.survivors ?? [])]
  const survivors = result.survivors.map(survivor => {
    const at = left.findIndex(other => key(other) === key(survivor))
    const [same] = at < 0 ? [] : left.splice(at, 1)
    return { ...survivor, why: same?.why ?? '' }
  })
  return { ...result, survivors }
}
