import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { checkTests } from '../../scripts/check-tests.ts'
import { manifestOf, workspaceWith } from './workspace-fixture.ts'

const suite =
  "import { contentStoreSuite } from '@remote-log/conformance'\ncontentStoreSuite(new BeeStore())\n"
const sound = {
  'packages/swarm/package.json': manifestOf('swarm'),
  'packages/swarm/src/bee-store.ts': 'export class BeeStore<T> implements ContentStore {\n}\n',
  'packages/swarm/src/rfc.ts': `reader.${'skip'}(4)\n`,
  'packages/swarm/test/exports.test.ts': '',
  'packages/swarm/test/conformance.test.ts': suite,
}

function findingsWith(t: TestContext, files: Record<string, string>): string {
  return checkTests(workspaceWith(t, { ...sound, ...files })).join('\n')
}

describe('check-tests', () => {
  it('passes an adapter with its suite', t => {
    assert.equal(findingsWith(t, {}), '')
  })

  // Put together here, so that this file passes the check itself.
  const off = ['skip', 'only', 'todo'].flatMap(word => [`it.${word}('x')`, `test('x', { ${word}: true })`])
  for (const line of [...off, `t.${'skip'}()`, `${'x'}it('x')`]) {
    it(`finds ${line}`, t => {
      assert.match(
        findingsWith(t, { 'test/e2e/a.test.ts': `\n${line}\n` }),
        /a\.test\.ts:2: .* switches tests off/,
      )
    })
  }

  it('finds an adapter without a suite', t => {
    const other = 'class CachedStore extends Base implements Closeable, ContentStore {}\n'
    assert.match(
      findingsWith(t, { 'packages/swarm/src/cached.ts': other }),
      /CachedStore has no conformance test/,
    )
  })

  it('finds a conformance test that grew', t => {
    const long = `${suite}${'//\n'.repeat(39)}`
    assert.match(findingsWith(t, { 'packages/swarm/test/conformance.test.ts': long }), /at most 40 lines/)
  })

  it('finds a package that does not freeze its exports', t => {
    assert.match(
      findingsWith(t, { 'packages/core/package.json': '{}' }),
      /core\/test\/exports\.test\.ts: missing/,
    )
  })
})
