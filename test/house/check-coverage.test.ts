import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { checkCoverage } from '../../scripts/check-coverage.ts'
import { workspaceWith } from './workspace-fixture.ts'

const table = `║ File Path                    │ Line % │ Statement % │ Uncovered Lines ║
╟──────────────────────────────┼────────┼─────────────┼─────────────────╢
║ contracts/Registry.sol       │ 100.00 │ 100.00      │ -               ║
║ contracts/registry/Lanes.sol │ 100.00 │ 100.00      │ -               ║
╟──────────────────────────────┼────────┼─────────────┼─────────────────╢
║ Total                        │ 100.00 │ 100.00      │                 ║
`
const files = {
  'contracts/Registry.sol':
    'contract Registry {\n    function f() external {\n        delete _x;\n    }\n}\n',
  'contracts/registry/Lanes.sol':
    'contract Lanes {\n    function f() external {\n        delete _x;\n    }\n}\n',
  'contracts/Both.sol': 'contract Both is Registry, Lanes {}\n',
  'contracts/interfaces/I.sol': 'interface I {\n    function f(\n        bytes32 x\n    ) external;\n}\n',
}

function findingsWith(
  t: TestContext,
  report: string,
  config = '',
  more: Record<string, string> = {},
): string {
  return checkCoverage(workspaceWith(t, { ...files, ...more }), report, config).join('\n')
}

describe('check-coverage', () => {
  it('passes where every line runs', t => {
    assert.equal(findingsWith(t, table), '')
  })

  it('finds a line, and a statement, that does not run', t => {
    const lines = table.replace('100.00 │ 100.00      │ -', '99.99  │ 100.00      │ 7')
    assert.match(findingsWith(t, lines), /^contracts\/Registry\.sol: 99\.99 % .* not those at 7$/)
    const statements = table.replace('100.00 │ 100.00      │ -', '100.00 │ 98.10       │ -')
    assert.match(findingsWith(t, statements), /^contracts\/Registry\.sol: .* 98\.10 % of the statements/)
  })

  it('finds a contract that the report does not name, and all where it names none', t => {
    const more = { 'contracts/Late.sol': files['contracts/Registry.sol'] }
    assert.equal(findingsWith(t, table, '', more), 'contracts/Late.sol: not in the coverage report')
    assert.match(findingsWith(t, ''), /Registry\.sol: not in.*\n.*Lanes\.sol: not in/)
  })

  it('finds code that the configuration leaves out', t => {
    assert.match(findingsWith(t, table, "coverage: { skipFiles: ['contracts/Registry.sol'] }"), /left out/)
  })
})
