import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Finding, filesBelow, lineAt, packagesOf, readText } from './workspace.ts'

const MAX_CONFORMANCE_LINES = 40
/** The package of the suites: its doubles are wrong on purpose, so they have no conformance test. */
const SUITES = 'conformance'

const SWITCHED_OFF = /\.(?:skip|only|todo)\(|\b(?:skip|only|todo):\s*(?:true|['"`])|\b[xf](?:it|describe)\(/g

/** Tests all run, every adapter passes the compliance suite, every package freezes its exports. */
export function checkTests(root: string): Finding[] {
  return [...switchedOff(root), ...conformance(root), ...snapshots(root)]
}

function switchedOff(root: string): Finding[] {
  const folders = ['test', ...packagesOf(root).map(({ folder }) => `packages/${folder}/test`)]
  return folders.flatMap(folder =>
    filesBelow(root, folder).flatMap(path => {
      const text = readText(root, path)
      return [...text.matchAll(SWITCHED_OFF)].map(
        match => `${path}:${lineAt(text, match.index)}: ${match[0]} switches tests off`,
      )
    }),
  )
}

/** A conformance test is one that calls a suite of the package of suites. */
function conformance(root: string): Finding[] {
  return packagesOf(root)
    .filter(({ folder }) => folder !== SUITES)
    .flatMap(({ folder }) => {
      const tests = filesBelow(root, `packages/${folder}/test`)
        .map(path => ({ path, text: readText(root, path) }))
        .filter(({ text }) => text.includes('@remote-log/conformance') && /\b\w+Suite\(/.test(text))
      const long = tests
        .filter(({ text }) => text.trimEnd().split('\n').length > MAX_CONFORMANCE_LINES)
        .map(({ path }) => `${path}: a conformance test has at most ${MAX_CONFORMANCE_LINES} lines`)
      const missing = adaptersIn(root, folder)
        .filter(({ name }) => !tests.some(({ text }) => new RegExp(`\\b${name}\\b`).test(text)))
        .map(({ name, path }) => `${path}: ${name} has no conformance test in packages/${folder}/test`)
      return [...long, ...missing]
    })
}

function adaptersIn(root: string, folder: string): { name: string; path: string }[] {
  return filesBelow(root, `packages/${folder}/src`).flatMap(path =>
    [
      ...readText(root, path).matchAll(
        /class\s+(\w+)[^{]*\bimplements\s[^{]*\b(?:ContentStore|NameSystem)\b/g,
      ),
    ].map(match => ({ name: match[1]!, path })),
  )
}

function snapshots(root: string): Finding[] {
  return packagesOf(root)
    .map(({ folder }) => `packages/${folder}/test/exports.test.ts`)
    .filter(path => !existsSync(join(root, path)))
    .map(path => `${path}: missing; it freezes the package's exports`)
}
