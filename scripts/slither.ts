import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { contractSandbox, hardhatIn } from './contract-sandbox.ts'
import { ROOT, readText } from './workspace.ts'

const VERSION = '0.11.6'
const ANSWERS = 'docs/security.md'
const VENV = join(ROOT, 'cache/slither-venv')

interface Element {
  readonly name: string
  readonly type_specific_fields?: { readonly parent?: Element }
}

/** A finding of Slither, as far as it is used. */
export interface Detected {
  readonly check: string
  readonly impact: string
  readonly description: string
  readonly elements: readonly Element[]
}

/**
 * What docs/security.md answers, each as `check: subject`. They stand in rows of a table, each with the check, one or
 * more subjects, and the answer.
 */
export function answersIn(text: string): string[] {
  return [...text.matchAll(/^\| `([\w-]+)` \| (`[^|]+`) \| \S[^|]* \|$/gm)].flatMap(([, check, subjects]) =>
    [...subjects!.matchAll(/`([^`]+)`/g)].map(([, subject]) => `${check}: ${subject}`),
  )
}

/** What a finding is about, as `check: subject`; the subject is `Contract.member`. */
export function subjectOf({ check, elements }: Detected): string {
  const path: string[] = []
  for (let at = elements[0]; at !== undefined; at = at.type_specific_fields?.parent) path.unshift(at.name)
  return `${check}: ${path.join('.')}`
}

/** What is found and not answered, and what is answered and not found. */
export function unanswered(found: readonly Detected[], answers: readonly string[]): string[] {
  const subjects = [...new Set(found.map(subjectOf))].sort()
  return [
    ...subjects.filter(subject => !answers.includes(subject)).map(subject => `not answered: ${subject}`),
    ...answers.filter(answer => !subjects.includes(answer)).map(answer => `answered, not found: ${answer}`),
  ]
}

function runOrExit(command: string, args: readonly string[], cwd = ROOT): void {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  if (error === undefined && status === 0) return
  console.error(`${command} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`}`)
  process.exit(1)
}

/** A virtual environment of Python below cache/, made once. */
function slither(): string {
  const command = join(VENV, 'bin/slither')
  if (!existsSync(command)) {
    runOrExit('python3', ['-m', 'venv', VENV])
    runOrExit(join(VENV, 'bin/pip'), ['install', '--quiet', `slither-analyzer==${VERSION}`])
  }
  return command
}

/** `npm run slither`. Exit code 1 where a finding has no answer, or an answer no finding. */
if (import.meta.main) {
  const command = slither()
  const folder = contractSandbox('slither')
  rmSync(join(folder, 'artifacts'), { recursive: true, force: true })
  // Slither finds no files of tests by the names that Hardhat gives them.
  const build = hardhatIn(folder, ['build', '--no-tests', '--no-typechain', '--force'])
  if (build.status !== 0) {
    console.error(build.output)
    process.exit(1)
  }
  const report = join(folder, 'slither.json')
  rmSync(report, { force: true })
  mkdirSync(folder, { recursive: true })
  // Its exit code tells of findings, which are looked at here.
  spawnSync(command, ['.', '--ignore-compile', '--exclude-dependencies', '--json', report], { cwd: folder })
  const { success, error, results } = JSON.parse(readFileSync(report, 'utf8')) as {
    success: boolean
    error: string | null
    results: { detectors?: Detected[] }
  }
  if (!success) {
    console.error(error)
    process.exit(1)
  }
  const found = results.detectors ?? []
  for (const { check, impact, description } of found)
    console.log(`${check} (${impact}): ${description.trim()}\n`)
  const open = unanswered(found, answersIn(readText(ROOT, ANSWERS)))
  for (const line of open) console.error(line)
  if (open.length > 0) process.exitCode = 1
}
