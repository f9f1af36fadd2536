import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { checkManifests } from '../../scripts/check-manifests.ts'
import { manifestOf, workspaceWith } from './workspace-fixture.ts'

const root = {
  name: 'remote-log',
  version: '0.0.0',
  license: 'Apache-2.0',
  devDependencies: { node: '22.23.3' },
}
const sound = {
  'package.json': root,
  'pnpm-workspace.yaml': 'nodeVersion: 22.23.3\n',
  'packages/core/package.json': manifestOf('core', { dependencies: { '@noble/hashes': '2.4.0' } }),
  'packages/core/README.md': '',
  'packages/core/tsconfig.json': { references: [] },
  'packages/core/src/index.ts': "import { sha256 } from '@noble/hashes/sha2.js'\n",
}

function findingsWith(t: TestContext, files: Record<string, string | object>): string {
  return checkManifests(workspaceWith(t, { ...sound, ...files })).join('\n')
}

const core = (more: object) => ({
  'packages/core/package.json': manifestOf('core', { dependencies: { '@noble/hashes': '2.4.0' }, ...more }),
})

describe('check-manifests', () => {
  it('passes a sound workspace', t => {
    assert.equal(findingsWith(t, {}), '')
  })

  const offences: [string, Record<string, string | object>, RegExp][] = [
    [
      'a range',
      { 'package.json': { ...root, devDependencies: { node: '22.23.3', ethers: '^6.0.0' } } },
      /ethers is "\^6\.0\.0"/,
    ],
    [
      'two versions of one package',
      { 'package.json': { ...root, devDependencies: { node: '22.23.3', '@noble/hashes': '2.3.0' } } },
      /@noble\/hashes is 2\.4\.0, but 2\.3\.0/,
    ],
    ['another license', core({ license: 'MIT' }), /license must be/],
    ['a wrong name', core({ name: '@remote-log/kore' }), /name must be/],
    [
      'a second entry point',
      core({ exports: { '.': './src/index.ts', './page': './src/page.ts' } }),
      /exports must be/,
    ],
    ['sources in the package', core({ files: ['dist', 'src'] }), /files must be/],
    ['a missing binary', core({ bin: { x: './src/none.ts' } }), /bin names/],
    [
      'an undeclared import',
      { 'packages/core/src/a.ts': "import 'ethers'\n" },
      /src imports ethers, undeclared/,
    ],
    [
      'a dependency nobody uses',
      core({ dependencies: { '@noble/hashes': '2.4.0', ethers: '6.17.0' } }),
      /ethers is declared/,
    ],
    [
      'a devDependency nobody uses',
      core({ devDependencies: { 'fast-check': '4.10.2' } }),
      /fast-check is a devDependency/,
    ],
    [
      'a reference too many',
      { 'packages/core/tsconfig.json': { references: [{ path: '../swarm' }] } },
      /references \.\.\/swarm/,
    ],
    [
      'another Node than pnpm is told of',
      { 'pnpm-workspace.yaml': 'nodeVersion: 22.1.0\n' },
      /nodeVersion is 22\.1\.0/,
    ],
  ]
  for (const [what, files, message] of offences) {
    it(`finds ${what}`, t => {
      assert.match(findingsWith(t, files), message)
    })
  }
})
