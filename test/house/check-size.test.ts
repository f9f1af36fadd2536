import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkSize } from '../../scripts/check-size.ts'
import { manifestOf, workspaceWith } from './workspace-fixture.ts'

const lines = (count: number) => '\n'.repeat(count)

describe('check-size', () => {
  it('allows 400 lines, and generated files of any length', t => {
    const root = workspaceWith(t, {
      'packages/core/package.json': manifestOf('core'),
      'packages/core/src/a.ts': lines(400),
      'packages/core/src/b.ts': lines(119),
      'packages/core/src/generated/c.ts': lines(5000),
    })
    assert.deepEqual(checkSize(root), [])
  })

  it('finds 401 lines, in tests too', t => {
    const root = workspaceWith(t, {
      'packages/core/package.json': manifestOf('core'),
      'test/e2e/long.test.ts': lines(401),
    })
    assert.match(checkSize(root).join(), /long\.test\.ts: 401 lines/)
  })

  it('finds a package with too few short files', t => {
    const root = workspaceWith(t, {
      'packages/core/package.json': manifestOf('core'),
      'packages/core/src/a.ts': lines(120),
      'packages/core/src/b.ts': lines(120),
      'packages/core/src/c.ts': lines(10),
    })
    assert.match(checkSize(root).join(), /1 of 3 source files/)
  })

  for (const path of ['utils/hex.ts', 'helpers.ts', 'Common/a.ts', 'util.test.ts']) {
    it(`finds the drawer ${path}`, t => {
      const root = workspaceWith(t, {
        'packages/core/package.json': manifestOf('core'),
        [`packages/core/src/${path}`]: '',
      })
      assert.match(checkSize(root).join(), /named like a drawer/)
    })
  }
})
