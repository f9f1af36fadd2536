import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Finding,
  filesBelow,
  importsOf,
  type Manifest,
  type Package,
  packageNamed,
  packagesOf,
  readManifest,
  readText,
} from './workspace.ts'

const SCOPE = '@remote-log/'
const LICENSE = 'Apache-2.0'
const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/

/** Dependencies that no import of ours names, and why they are there. */
const INDIRECT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  client: { events: 'abstract-level imports it: a module of Node there, a package of that name in browsers' },
}

/** Manifests agree with each other, with the sources and with the compiler's project references. */
export function checkManifests(root: string): Finding[] {
  const packages = packagesOf(root)
  const all = [
    { path: 'package.json', manifest: readManifest(root) },
    ...packages.map(({ folder, manifest }) => ({ path: `packages/${folder}/package.json`, manifest })),
  ]
  return [
    ...all.flatMap(({ path, manifest }) => pinned(path, manifest)),
    ...oneVersion(all),
    ...all
      .filter(({ manifest }) => manifest.license !== LICENSE)
      .map(({ path }) => `${path}: license must be ${LICENSE}`),
    ...packages.flatMap(p => [...shape(root, p), ...used(root, p), ...references(root, p)]),
    ...nodeVersion(root),
  ]
}

function dependenciesOf(manifest: Manifest): [string, string][] {
  return [
    manifest.dependencies,
    manifest.devDependencies,
    manifest.optionalDependencies,
    manifest.peerDependencies,
  ].flatMap(group => Object.entries(group ?? {}))
}

function pinned(path: string, manifest: Manifest): Finding[] {
  return dependenciesOf(manifest)
    .filter(([name, version]) => (name.startsWith(SCOPE) ? version !== 'workspace:*' : !EXACT.test(version)))
    .map(([name, version]) => `${path}: ${name} is "${version}", not pinned exactly`)
}

function oneVersion(all: readonly { path: string; manifest: Manifest }[]): Finding[] {
  const first = new Map<string, { path: string; version: string }>()
  return all.flatMap(({ path, manifest }) =>
    dependenciesOf(manifest).flatMap(([name, version]) => {
      const known = first.get(name)
      if (known === undefined) first.set(name, { path, version })
      if (known === undefined || known.version === version) return []
      return [`${path}: ${name} is ${version}, but ${known.version} in ${known.path}`]
    }),
  )
}

function shape(root: string, { folder, manifest }: Package): Finding[] {
  const path = `packages/${folder}/package.json`
  const published = {
    '.': { types: './dist/index.d.ts', default: './dist/index.js' },
  }
  const facts: [boolean, string][] = [
    [manifest.name === `${SCOPE}${folder}`, `name must be ${SCOPE}${folder}`],
    [(manifest.description ?? '') !== '', 'description is missing'],
    [manifest.type === 'module', 'type must be "module"'],
    [EXACT.test(manifest.version), `version "${manifest.version}" is no exact version`],
    [same(manifest.exports, { '.': './src/index.ts' }), 'exports must be src/index.ts alone'],
    [same(manifest.files, ['dist']), 'files must be ["dist"]'],
    [
      same(manifest.publishConfig?.exports, published),
      `publishConfig.exports must be ${JSON.stringify(published)}`,
    ],
    [manifest.publishConfig?.access === 'public', 'publishConfig.access must be "public"'],
    [
      Object.values({ ...manifest.bin, ...Object(manifest.publishConfig?.bin) }).every(
        target =>
          existsSync(join(root, 'packages', folder, String(target))) || String(target).startsWith('./dist/'),
      ),
      'bin names a file that does not exist',
    ],
    [existsSync(join(root, 'packages', folder, 'README.md')), 'README.md is missing'],
  ]
  return facts.filter(([holds]) => !holds).map(([, what]) => `${path}: ${what}`)
}

/** What is imported is declared, and the other way round. */
function used(root: string, { folder, manifest }: Package): Finding[] {
  const path = `packages/${folder}/package.json`
  const named = (below: string) =>
    new Set(
      filesBelow(root, `packages/${folder}/${below}`, /\.(ts|tsx|mjs|js)$/)
        .flatMap(file => importsAndResolved(readText(root, file)))
        .map(packageNamed)
        .filter(name => name !== undefined && !name.startsWith('node:') && name !== manifest.name),
    )
  const inSource = named('src')
  const inTests = named('test')
  const runtime = Object.keys({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  })
  const development = Object.keys(manifest.devDependencies ?? {})
  return [
    ...[...inSource]
      .filter(name => !runtime.includes(name!))
      .map(name => `${path}: src imports ${name}, undeclared`),
    ...[...inTests]
      .filter(name => !runtime.includes(name!) && !development.includes(name!))
      .map(name => `${path}: test imports ${name}, undeclared`),
    ...runtime
      .filter(name => !inSource.has(name) && INDIRECT[folder]?.[name] === undefined)
      .map(name => `${path}: ${name} is declared, but src does not use it`),
    ...development
      .filter(name => !inTests.has(name) || runtime.includes(name))
      .map(name => `${path}: ${name} is a devDependency without use in test`),
  ]
}

/** Imports, and packages that are looked up by name, e.g. for the path of a binary. */
function importsAndResolved(source: string): string[] {
  const resolved = [...source.matchAll(/\bresolve\(\s*['"`]([^'"`$]+)/g)].map(match => match[1]!)
  return [
    ...importsOf(source).map(({ specifier }) => specifier),
    ...resolved.filter(name => /^@?[a-z]/.test(name)),
  ]
}

/** The compiler's project references of a package are its workspace dependencies. */
function references(root: string, { folder, manifest }: Package): Finding[] {
  const config = JSON.parse(readText(root, `packages/${folder}/tsconfig.json`)) as {
    references?: { path: string }[]
  }
  const wanted = Object.keys(manifest.dependencies ?? {})
    .filter(name => name.startsWith(SCOPE))
    .map(name => `../${name.slice(SCOPE.length)}`)
    .sort()
  const given = (config.references ?? []).map(({ path }) => path).sort()
  if (same(wanted, given)) return []
  return [
    `packages/${folder}/tsconfig.json: references ${given.join(' ')}; its dependencies are ${wanted.join(' ')}`,
  ]
}

/** pnpm picks native parts for the Node it is told of, so that has to be the one that runs. */
function nodeVersion(root: string): Finding[] {
  const run = readManifest(root).devDependencies?.node
  const told = /^nodeVersion: (\S+)$/m.exec(readText(root, 'pnpm-workspace.yaml'))?.[1]
  return run === told
    ? []
    : [`pnpm-workspace.yaml: nodeVersion is ${told}, the dev dependency "node" is ${run}`]
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
