import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkGenerated } from '../../scripts/check-generated.ts'
import { workspaceWith } from './workspace-fixture.ts'

describe('check-generated', () => {
  it('runs every generator with --check and reports the stale ones', t => {
    const root = workspaceWith(t, {
      'scripts/generate-fresh.ts': "if (process.argv[2] !== '--check') process.exit(1)\n",
      'scripts/generate-stale.ts': "console.error('a.json differs')\nprocess.exit(1)\n",
      'scripts/other.ts': 'process.exit(1)\n',
    })
    const findings = checkGenerated(root)
    assert.equal(findings.length, 1)
    assert.match(findings[0]!, /^scripts\/generate-stale\.ts: not fresh[\s\S]*a\.json differs/)
  })
})
