import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { checkGuarantees } from '../../scripts/check-guarantees.ts'
import { workspaceWith } from './workspace-fixture.ts'

// Put together here, so that no title of this file is taken for one of the fixture.
const titles = ["'a kill costs nothing'", '`seed 3: nothing of all this is lost`', "'it\\'s there'"]
const source = titles.map(title => `  ${'te'}${'st'}(${title}, () => {})\n`).join('')

function findingsWith(t: TestContext, cell: string): string {
  const table = `# T\n\n| promise | under | shown by |\n|---|---|---|\n| nothing is lost | kills | ${cell} |\n`
  return checkGuarantees(workspaceWith(t, { 'docs/guarantees.md': table, 'test/a.test.ts': source })).join(
    '\n',
  )
}

describe('check-guarantees', () => {
  it('passes promises whose tests are there, by a part of their title', t => {
    assert.equal(
      findingsWith(t, '[a kill costs](../test/a.test.ts), [seed … nothing of … is lost](../test/a.test.ts)'),
      '',
    )
    assert.equal(findingsWith(t, "[it's there](../test/a.test.ts)"), '')
  })

  it('finds a promise without a test', t => {
    assert.equal(findingsWith(t, 'by thinking'), 'docs/guarantees.md:5: no test shows this promise')
  })

  it('finds a failure in the result of a long run', t => {
    const result = { failures: [{ seed: 7, error: 'lost\nat' }] }
    const root = workspaceWith(t, { 'docs/guarantees.md': '', 'docs/soak.json': result })
    assert.deepEqual(checkGuarantees(root), ['docs/soak.json: seed 7 fails: lost'])
  })

  it('finds a test that is gone, and a file that is gone', t => {
    assert.match(
      findingsWith(t, '[a kill costs all](../test/a.test.ts)'),
      /:5: no title of a test in test\/a\.test\.ts has "a kill costs all"/,
    )
    assert.match(findingsWith(t, '[is lost … seed](../test/a.test.ts)'), /no title/)
    assert.match(findingsWith(t, '[a kill](../test/b.test.ts)'), /there is no test\/b\.test\.ts/)
  })
})
