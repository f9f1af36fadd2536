import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { ROOT } from '../../scripts/workspace.ts'

/** Without the variable by which a test runner knows that another one started it, and then runs nothing. */
const { NODE_TEST_CONTEXT: _, ...env } = process.env

const run = (script: string, ...args: string[]) =>
  spawnSync(process.execPath, [`scripts/${script}`, ...args], { cwd: ROOT, encoding: 'utf8', env })

describe('npm test and npm run check', () => {
  it('refuse a step, a file or a check that does not exist', () => {
    for (const [script, ...args] of [
      ['test.ts', '--only', 'types,nothing'],
      ['test.ts', 'packages/core/test/none.test.ts'],
      ['check.ts', 'nothing'],
    ] as const) {
      const { status, stderr } = run(script, ...args)
      assert.equal(status, 2)
      assert.match(stderr, /nothing|none\.test\.ts/)
    }
  })

  it('fail where a test fails', () => {
    const { status } = run('test.ts', 'test/house/failing-fixture.ts')
    assert.notEqual(status, 0)
  })

  it('fail where a promise rejects and nobody listens', () => {
    const { status, stdout } = run('test.ts', 'test/house/unhandled-fixture.ts')
    assert.notEqual(status, 0)
    assert.match(stdout, /dropped/)
  })
})
