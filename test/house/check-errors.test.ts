import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ConflictError, NotFoundError, RemoteLogError } from '@remote-log/core'
import { catalogued, checkErrors, classes } from '../../scripts/check-errors.ts'
import { ROOT } from '../../scripts/workspace.ts'
import { manifestOf, workspaceWith } from './workspace-fixture.ts'

const catalogue = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8')

describe('check-errors', () => {
  it('finds a code that the catalogue leaves out, one it invents, and one it repeats', () => {
    const without = catalogue.replace('## `STALE`', '## `STALER`')
    assert.match(catalogued(without).join('\n'), /STALE needs one entry\n.*"`STALER`" is no error code/)
    assert.match(catalogued(`${catalogue}\n## \`REORG\`\n`).join('\n'), /REORG needs one entry/)
  })

  it('finds a wrong class and a wrong exit code', () => {
    const wrong = catalogue.replace('`ConflictError`. Exit code: 14', '`ConflictingError`. Exit code: 15')
    assert.match(
      catalogued(wrong).join('\n'),
      /class of CONFLICT is ConflictError\n.*CONFLICT makes .* exit with 14/,
    )
  })

  it('finds two classes with one code, and a code without a class', () => {
    class AbsentError extends RemoteLogError {
      constructor(message: string) {
        super('NOT_FOUND', message)
      }
    }
    const findings = classes({ NotFoundError, AbsentError }).join('\n')
    assert.match(findings, /NotFoundError and AbsentError share the code NOT_FOUND/)
    assert.match(findings, /no class for CONFLICT/)
  })

  it('finds an instance that bears another name than its class', () => {
    assert.match(classes({ Renamed: ConflictError }).join(), /instances of Renamed are named ConflictError/)
  })

  it('finds bare errors in src, and leaves typed ones alone', t => {
    const root = workspaceWith(t, {
      'docs/errors.md': catalogue,
      'packages/core/package.json': manifestOf('core'),
      'packages/core/src/a.ts':
        "throw new TypeError('x')\nthrow new Error('x')\nreject(Error('y'))\nclass X extends Error {}\nisError(1)\n",
      'packages/core/test/a.test.ts': "throw new Error('fine in a test')\n",
    })
    const findings = checkErrors(root)
    assert.deepEqual(
      findings.map(finding => finding.split(': ')[0]),
      ['packages/core/src/a.ts:2', 'packages/core/src/a.ts:3'],
    )
  })
})
