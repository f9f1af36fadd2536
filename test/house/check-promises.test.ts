import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkPromises } from '../../scripts/check-promises.ts'
import { withTools, workspaceWith } from './workspace-fixture.ts'

const source = `import assert from 'node:assert/strict'
import { test } from 'node:test'
async function work(): Promise<void> {}
test('x', t => {
  assert.rejects(work)
  t.test('y', () => {})
  work().then(() => {})
  void work()
  work().catch(() => {})
})
`

describe('check-promises', () => {
  it('finds promises of our own, of node and of the runner that nobody awaits', t => {
    const root = withTools(workspaceWith(t, { 'test/a.test.ts': source, 'packages/README.md': '' }))
    assert.deepEqual(
      checkPromises(root).map(finding => finding.split(': ')[0]),
      ['test/a.test.ts:5', 'test/a.test.ts:6', 'test/a.test.ts:7'],
    )
  })
})
