import { type Finding, filesBelow, lineAt, readManifest, readText } from './workspace.ts'

/** What makes a line of Solidity a member that callers see, and so has to document. */
const MEMBER = /^ {4}(?:function|event|error|struct|enum)\s+(\w+)/gm
const EXPOSED =
  /^ {4}(?:function\s+(\w+)\([^;{]*?\b(?:external|public)\b|[^\n=;]*\bpublic\b[^\n=;]*?\s(\w+)\s*[=;])/gm
const PATTERNS: readonly [RegExp, string][] = [
  [/\brequire\s*\(/g, 'require: use a custom error that carries the offending values'],
  [/\brevert\s*\(/g, 'a revert without a custom error'],
  [/^import\s+"/gm, 'a naked import: name what is imported'],
  [/^ {4}mapping\([^;]*\)(?!\s*private)[^;]*;/gm, 'state is private; the interface says how it is read'],
]

/** Contracts: custom errors alone, private state, the interface as the manual, one compiler, every error tested. */
export function checkContracts(root: string): Finding[] {
  const contracts = filesBelow(root, 'contracts', /\.sol$/).map(path => ({
    path,
    text: readText(root, path),
  }))
  const tests = filesBelow(root, 'test/contracts')
    .map(path => readText(root, path))
    .join('\n')
  return contracts.flatMap(({ path, text }) => [
    ...header(path, text, readManifest(root).devDependencies?.solc ?? ''),
    ...PATTERNS.flatMap(([pattern, what]) =>
      [...withoutComments(text).matchAll(pattern)].map(
        match => `${path}:${lineAt(text, match.index)}: ${what}`,
      ),
    ),
    ...undocumented(path, text),
    ...[...text.matchAll(/^ {4}error\s+(\w+)/gm)]
      .filter(([, name]) => !new RegExp(`\\b${name}\\b`).test(tests))
      .map(match => `${path}:${lineAt(text, match.index)}: no test in test/contracts names ${match[1]}`),
  ])
}

/** What is deployed is compiled by exactly the compiler that is installed; interfaces are for others' compilers too. */
function header(path: string, text: string, compiler: string): Finding[] {
  const pragma = /^pragma solidity ([^;]+);$/m.exec(text)?.[1]
  const deployed = !path.includes('/interfaces/')
  return [
    ...(text.startsWith('// SPDX-License-Identifier: Apache-2.0\n')
      ? []
      : [`${path}: the first line is no SPDX line`]),
    ...(deployed && pragma !== compiler ? [`${path}: pragma ${pragma}; the compiler is ${compiler}`] : []),
  ]
}

function undocumented(path: string, text: string): Finding[] {
  const pattern = path.includes('/interfaces/') ? MEMBER : EXPOSED
  return [...text.matchAll(pattern)]
    .filter(match => !/\/\/\/[^\n]*\n$/.test(text.slice(0, match.index)))
    .map(match => `${path}:${lineAt(text, match.index)}: ${match[1] ?? match[2]} has no documentation`)
}

/** Blanked, so that offsets stay. */
function withoutComments(text: string): string {
  return text.replace(/\/\/[^\n]*/g, comment => ' '.repeat(comment.length))
}
