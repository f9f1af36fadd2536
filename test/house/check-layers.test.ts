import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { checkLayers } from '../../scripts/check-layers.ts'
import { manifestOf, workspaceWith } from './workspace-fixture.ts'

const connect = "import { SwarmStore } from '@remote-log/swarm'\nexport { SwarmStore }\n"
const sound = {
  'packages/core/package.json': manifestOf('core', {
    devDependencies: { '@remote-log/conformance': 'workspace:*' },
  }),
  'packages/core/src/index.ts': "export * from './page.ts'\n",
  'packages/core/test/a.test.ts': "import '@remote-log/conformance'\nimport '../src/index.ts'\n",
  'packages/swarm/package.json': manifestOf('swarm', { dependencies: { '@remote-log/core': 'workspace:*' } }),
  'packages/swarm/src/index.ts':
    "import { Bee } from '@ethersphere/bee-js'\nimport type { Chunk } from '@remote-log/core'\n",
  'packages/client/package.json': manifestOf('client'),
  'packages/client/src/connect.ts': connect,
}

function findingsWith(t: TestContext, files: Record<string, string | object>): string[] {
  return checkLayers(workspaceWith(t, { ...sound, ...files }))
}

describe('check-layers', () => {
  it('passes imports that go down', t => {
    assert.deepEqual(findingsWith(t, {}), [])
  })

  const offences: [string, string, string | object, RegExp][] = [
    [
      'an import that goes up',
      'packages/core/src/a.ts',
      "import { RemoteLog } from '@remote-log/client'",
      /may not import client/,
    ],
    [
      'a type import that goes up',
      'packages/core/src/a.ts',
      "import type { X } from '@remote-log/swarm'",
      /may not import swarm/,
    ],
    [
      'an import over several lines',
      'packages/core/src/a.ts',
      "import {\n  a,\n  b,\n} from '@remote-log/swarm'",
      /a\.ts:4: .*may not import swarm/,
    ],
    [
      'a lazy import that goes up',
      'packages/core/src/a.ts',
      "await import('@remote-log/client')",
      /may not import client/,
    ],
    [
      'a re-export that goes up',
      'packages/core/src/a.ts',
      "export * from '@remote-log/client'",
      /may not import client/,
    ],
    [
      'an import within a layer',
      'packages/swarm/src/a.ts',
      "import '@remote-log/ethereum'",
      /may not import ethereum/,
    ],
    [
      'a manifest that goes up',
      'packages/core/package.json',
      manifestOf('core', { dependencies: { '@remote-log/swarm': 'workspace:*' } }),
      /dependencies: core/,
    ],
    ['the suites in src', 'packages/client/src/a.ts', "import '@remote-log/conformance'", /is for tests/],
    ['tests that reach a face', 'packages/core/test/b.test.ts', "import '@remote-log/cli'", /tests of core/],
    [
      'ethers outside ethereum',
      'packages/client/src/a.ts',
      "import { Wallet } from 'ethers'",
      /only ethereum imports ethers/,
    ],
    [
      'bee-js outside swarm',
      'packages/client/src/a.ts',
      "import '@ethersphere/bee-js'",
      /only swarm imports/,
    ],
    ['an adapter named twice', 'packages/client/src/a.ts', connect, /a\.ts: names an adapter/],
    [
      'a path into another package',
      'packages/client/src/a.ts',
      "import '../../core/src/page.ts'",
      /another package's files/,
    ],
    [
      'src that imports a test',
      'packages/core/src/a.ts',
      "import '../test/vectors.ts'",
      /another package's files/,
    ],
    ['a package without a layer', 'packages/extra/package.json', manifestOf('extra'), /layer of "extra"/],
  ]
  for (const [what, path, content, message] of offences) {
    it(`finds ${what}`, t => {
      const findings = findingsWith(t, { [path]: content })
      assert.equal(findings.length, 1, findings.join('\n'))
      assert.match(findings[0]!, message)
    })
  }

  it('finds a client without a composition root', t => {
    const findings = findingsWith(t, { 'packages/client/src/connect.ts': 'export {}\n' })
    assert.match(findings.join(), /names no adapter/)
  })
})
