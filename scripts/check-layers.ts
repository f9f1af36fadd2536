import {
  type Finding,
  filesBelow,
  importsOf,
  type Package,
  packageNamed,
  packagesOf,
  readText,
} from './workspace.ts'

/** docs/architecture.md, top to bottom. `src` of a package imports only from lower layers. */
const LAYER: Readonly<Record<string, number>> = {
  core: 0,
  conformance: 1,
  ethereum: 1,
  swarm: 1,
  client: 2,
  devnet: 2,
  cli: 3,
  web: 3,
}

/** Kept for tests: no `src` imports it, any test may. */
const TEST_KIT = 'conformance'
/** What tests may reach up or sideways to. */
const TEST_REACH = new Set([TEST_KIT, 'devnet'])
/** The one package whose `src` may import an outside world's library. */
const OWNER: Readonly<Record<string, string>> = {
  ethers: 'ethereum',
  '@ethersphere/bee-js': 'swarm',
  hardhat: 'devnet',
  '@foundry-rs/anvil': 'devnet',
}
const ADAPTERS = ['ethereum', 'swarm']
const COMPOSITION_ROOT = 'packages/client/src/connect.ts'
const SCOPE = '@remote-log/'

/** Imports go strictly down, in manifests and in sources; adapters are named in one file of the client. */
export function checkLayers(root: string): Finding[] {
  const packages = packagesOf(root)
  return [...packages.flatMap(p => [...inManifest(p), ...inSources(root, p)]), ...compositionRoot(root)]
}

function inManifest({ folder, manifest }: Package): Finding[] {
  const path = `packages/${folder}/package.json`
  const findings: Finding[] = []
  if (LAYER[folder] === undefined) {
    findings.push(`${path}: the layer of "${folder}" is not listed in scripts/check-layers.ts`)
  }
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    findings.push(...forbidden(folder, name).map(why => `${path}: dependencies: ${why}`))
  }
  for (const name of Object.keys(manifest.devDependencies ?? {})) {
    findings.push(...forbiddenInTests(folder, name).map(why => `${path}: devDependencies: ${why}`))
  }
  return findings
}

function inSources(root: string, { folder }: Package): Finding[] {
  const judge = (below: string, rule: typeof forbidden) =>
    filesBelow(root, `packages/${folder}/${below}`).flatMap(path =>
      importsOf(readText(root, path)).flatMap(({ specifier, line }) => {
        const name = packageNamed(specifier)
        const outside = leavesPackage(path, specifier)
          ? [`${specifier} reaches into another package's files`]
          : []
        return [...outside, ...(name === undefined ? [] : rule(folder, name))].map(
          why => `${path}:${line}: ${why}`,
        )
      }),
    )
  return [...judge('src', forbidden), ...judge('test', forbiddenInTests)]
}

function forbidden(folder: string, name: string): Finding[] {
  const owner = OWNER[name]
  if (owner !== undefined && owner !== folder) return [`only ${owner} imports ${name}`]
  const other = workspaceFolder(name)
  if (other === undefined) return []
  if (other === TEST_KIT) return [`${name} is for tests (devDependencies)`]
  if (level(other) < level(folder)) return []
  return [`${folder} (layer ${level(folder)}) may not import ${other} (layer ${level(other)})`]
}

function forbiddenInTests(folder: string, name: string): Finding[] {
  const other = workspaceFolder(name)
  if (other === undefined || other === folder || TEST_REACH.has(other) || level(other) < level(folder))
    return []
  return [`tests of ${folder} may reach down, to ${[...TEST_REACH].join(' and ')}, not to ${other}`]
}

function compositionRoot(root: string): Finding[] {
  const naming = filesBelow(root, 'packages/client/src').filter(path =>
    importsOf(readText(root, path)).some(({ specifier }) =>
      ADAPTERS.includes(workspaceFolder(packageNamed(specifier) ?? '') ?? ''),
    ),
  )
  if (naming.length === 1 && naming[0] === COMPOSITION_ROOT) return []
  if (naming.length === 0) return [`${COMPOSITION_ROOT}: names no adapter; it is the composition root`]
  return naming
    .filter(path => path !== COMPOSITION_ROOT)
    .map(path => `${path}: names an adapter; only ${COMPOSITION_ROOT} may`)
}

/** True where a relative import leaves `packages/<folder>/`, or goes from `src` to `test`. */
function leavesPackage(path: string, specifier: string): boolean {
  if (!specifier.startsWith('.')) return false
  const base = new URL(path, 'file:///')
  const target = new URL(specifier, base).pathname
  const [, , folder, area] = base.pathname.split('/')
  if (area === 'src') return !target.startsWith(`/packages/${folder}/src/`)
  return target.startsWith('/packages/') && !target.startsWith(`/packages/${folder}/`)
}

function workspaceFolder(name: string): string | undefined {
  return name.startsWith(SCOPE) ? name.slice(SCOPE.length) : undefined
}

function level(folder: string): number {
  return LAYER[folder] ?? Number.POSITIVE_INFINITY
}
