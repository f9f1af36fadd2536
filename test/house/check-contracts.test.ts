import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { checkContracts } from '../../scripts/check-contracts.ts'
import { workspaceWith } from './workspace-fixture.ts'

const head = '// SPDX-License-Identifier: Apache-2.0\npragma solidity 0.8.37;\n'
const contract = `${head}import {I} from "./interfaces/I.sol";
contract Registry is I {
    /// @inheritdoc I
    uint64 public constant LEAD = 1;
    mapping(bytes32 log => bytes32 head) private _heads;
    /// @inheritdoc I
    function move(
        bytes32 topic
    ) external {
        // No require(this) here.
        if (topic == 0) revert Zero(topic);
    }
    function _inner() private {}
}
`
const sound = {
  'package.json': { devDependencies: { solc: '0.8.37' } },
  'contracts/Registry.sol': contract,
  'contracts/interfaces/I.sol': `${head.replace('0.8.37', '^0.8.24')}interface I {
    /// @notice Zero.
    error Zero(bytes32 topic);
    /// @notice Moves.
    function move(bytes32 topic) external;
}
`,
  'test/contracts/Registry.t.sol': 'vm.expectRevert(I.Zero.selector)',
}

function findingsWith(t: TestContext, files: Record<string, string>): string {
  return checkContracts(workspaceWith(t, { ...sound, ...files })).join('\n')
}

describe('check-contracts', () => {
  it('passes a sound contract', t => {
    assert.equal(findingsWith(t, {}), '')
  })

  const offences: [string, (text: string) => string, RegExp][] = [
    [
      'require',
      text => text.replace('if (topic', 'require(topic != 0); if (topic'),
      /Registry\.sol:13: require/,
    ],
    [
      'a revert with a string',
      text => text.replace('revert Zero(topic)', 'revert("no")'),
      /without a custom error/,
    ],
    ['a naked import', text => text.replace('import {I} from', 'import'), /naked import/],
    ['open state', text => text.replace(' private _heads', ' internal _heads'), /state is private/],
    ['a missing license', text => text.slice(text.indexOf('\n') + 1), /no SPDX/],
    ['another compiler', text => text.replace('0.8.37', '^0.8.0'), /pragma \^0\.8\.0/],
    [
      'an undocumented function',
      text => text.replace('    /// @inheritdoc I\n    function', '    function'),
      /:8: move has no/,
    ],
    [
      'an undocumented constant',
      text => text.replace('    /// @inheritdoc I\n    uint64', '    uint64'),
      /LEAD has no/,
    ],
  ]
  for (const [what, change, message] of offences) {
    it(`finds ${what}`, t => {
      assert.match(findingsWith(t, { 'contracts/Registry.sol': change(contract) }), message)
    })
  }

  it('finds an undocumented member of an interface', t => {
    const text = `${head}interface I {\n    event Moved(bytes32 head);\n}\n`
    assert.match(
      findingsWith(t, { 'contracts/interfaces/I.sol': text }),
      /I\.sol:4: Moved has no documentation/,
    )
  })

  it('finds an error that no test names', t => {
    assert.match(findingsWith(t, { 'test/contracts/Registry.t.sol': 'ZeroHead' }), /no test .* names Zero/)
  })
})
