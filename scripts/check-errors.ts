import * as core from '@remote-log/core'
import { ERROR_CODES, RemoteLogError } from '@remote-log/core'
import { EXIT_CODES } from '../packages/cli/src/exit-codes.ts'
import { type Finding, filesBelow, lineAt, packagesOf, readText } from './workspace.ts'

const CATALOGUE = 'docs/errors.md'

/** The codes are a closed list, each with one class and one entry in the catalogue; nothing throws a bare Error. */
export function checkErrors(root: string): Finding[] {
  return [...catalogued(readText(root, CATALOGUE)), ...classes(core), ...bareErrors(root)]
}

/** An entry is a heading of level 2, the code alone in backticks; below it stand the class and the exit code. */
export function catalogued(catalogue: string): Finding[] {
  const entries = catalogue.split(/^## /m).slice(1)
  const documented = entries.map(entry => /^`([A-Z_]+)`$/m.exec(entry)?.[1])
  return [
    ...ERROR_CODES.filter(code => documented.filter(other => other === code).length !== 1).map(
      code => `${CATALOGUE}: ${code} needs one entry`,
    ),
    ...entries.flatMap(entry => {
      const [, code] = /^`([A-Z_]+)`$/m.exec(entry) ?? []
      const known = ERROR_CODES.find(other => other === code)
      if (known === undefined) return [`${CATALOGUE}: "${entry.split('\n')[0]}" is no error code`]
      const [, name, exit] = /^- Class: `(\w+)`. Exit code: (\d+)\.$/m.exec(entry) ?? []
      return [
        ...(name === classOf(known) ? [] : [`${CATALOGUE}: the class of ${known} is ${classOf(known)}`]),
        ...(Number(exit) === EXIT_CODES[known]
          ? []
          : [`${CATALOGUE}: ${known} makes the command exit with ${EXIT_CODES[known]}`]),
      ]
    }),
  ]
}

function classOf(code: string): string | undefined {
  return Object.entries(core).find(([, value]) => isErrorClass(value) && new value('').code === code)?.[0]
}

type ErrorClass = new (message: string) => RemoteLogError

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === 'function' && value.prototype instanceof RemoteLogError
}

/** Every code has exactly one class among the exports, whose instances bear the class's own name. */
export function classes(exports: Readonly<Record<string, unknown>>): Finding[] {
  const owner = new Map<string, string>()
  const findings: Finding[] = []
  for (const [name, value] of Object.entries(exports)) {
    if (!isErrorClass(value)) continue
    const error = new value('')
    if (error.name !== name) findings.push(`packages/core: instances of ${name} are named ${error.name}`)
    const first = owner.get(error.code)
    if (first !== undefined) findings.push(`packages/core: ${first} and ${name} share the code ${error.code}`)
    owner.set(error.code, name)
  }
  return [
    ...findings,
    ...ERROR_CODES.filter(code => !owner.has(code)).map(code => `packages/core: no class for ${code}`),
  ]
}

function bareErrors(root: string): Finding[] {
  return packagesOf(root).flatMap(({ folder }) =>
    filesBelow(root, `packages/${folder}/src`).flatMap(path => {
      const text = readText(root, path)
      return [...text.matchAll(/\b(?:new\s+Error|(?<!new\s+)\bError)\(/g)]
        .filter(match => !/[.\w]$/.test(text.slice(0, match.index)))
        .map(match => `${path}:${lineAt(text, match.index)}: a bare Error; use a typed error of core`)
    }),
  )
}
