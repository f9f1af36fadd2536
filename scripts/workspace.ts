import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'

/** The folder that holds the root manifest. */
export const ROOT = resolve(import.meta.dirname, '..')

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly description?: string
  readonly license?: string
  readonly type?: string
  readonly exports?: Readonly<Record<string, unknown>>
  readonly files?: readonly string[]
  readonly publishConfig?: Readonly<Record<string, unknown>>
  readonly repository?: unknown
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

export interface Package {
  /** Folder name under packages/, e.g. `core`. */
  readonly folder: string
  readonly manifest: Manifest
}

/** One line a person can act on, starting with the path it is about. */
export type Finding = string

/** Where an import stands and what it names. */
export interface Import {
  readonly specifier: string
  /** 1-based. */
  readonly line: number
}

const IGNORED = new Set([
  '.git',
  'node_modules',
  'dist',
  'generated',
  'artifacts',
  'cache',
  'coverage',
  'results',
])

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** The packages below `packages/`, by folder name. */
export function packagesOf(root: string): Package[] {
  return readdirSync(join(root, 'packages'))
    .filter(folder => existsSync(join(root, 'packages', folder, 'package.json')))
    .sort()
    .map(folder => ({ folder, manifest: readManifest(join(root, 'packages', folder)) }))
}

/** Files below `folder` (relative to `root`, `/` as separator, sorted), what is generated or installed left out. */
export function filesBelow(root: string, folder = '.', endings = /\.(ts|tsx|sol)$/): string[] {
  const top = join(root, folder)
  if (!existsSync(top)) return []
  return readdirSync(top, { recursive: false })
    .map(String)
    .filter(name => !IGNORED.has(name))
    .flatMap(name => {
      const path = join(top, name)
      if (statSync(path).isDirectory()) return filesBelow(root, relative(root, path), endings)
      return endings.test(name) ? [relative(root, path).split(sep).join('/')] : []
    })
    .sort()
}

export function readText(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

const STATIC_IMPORT = /^\s*(?:import|export)\s[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm
const BARE_IMPORT = /^\s*import\s*['"]([^'"]+)['"]/gm
const CALLED_IMPORT = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** Every module that a TypeScript source names, type imports included. */
export function importsOf(source: string): Import[] {
  return [STATIC_IMPORT, BARE_IMPORT, CALLED_IMPORT].flatMap(pattern =>
    [...source.matchAll(pattern)].map(match => ({
      specifier: match[1]!,
      line: lineAt(source, match.index + match[0].length),
    })),
  )
}

/** The package that a specifier names: `@scope/name` or `name`, undefined for relative paths. */
export function packageNamed(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('/') || specifier.startsWith('#')) return undefined
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]
}

/** The 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
