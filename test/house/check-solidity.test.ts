import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { checkSolidity } from '../../scripts/check-solidity.ts'
import { ROOT, readText } from '../../scripts/workspace.ts'
import { workspaceWith } from './workspace-fixture.ts'

const CONFIGS = ['.solhint.json', 'contracts/interfaces/.solhint.json', 'test/contracts/.solhint.json']
const configs = Object.fromEntries(CONFIGS.map(path => [path, readText(ROOT, path)]))

const contract = `// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {I} from "./interfaces/I.sol";

/// @title Registry
/// @notice See {I}.
contract Registry is I {
    mapping(bytes32 log => bytes32 head) private _heads;

    /// @inheritdoc I
    function move(bytes32 topic, bytes32 next) external {
        if (next == 0) revert Zero(topic);
        _heads[topic] = next;
        emit Moved(topic, next);
    }

    /// @dev What it is called.
    function _logOf(bytes32 topic) internal pure returns (bytes32 log) {
        assembly ("memory-safe") {
            mstore(0x00, topic)
            log := keccak256(0x00, 0x20)
        }
    }
}
`
const manual = `// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title Manual
/// @notice Of a registry.
interface I {
    /// @notice Emitted when a head moved.
    /// @param topic The topic.
    /// @param head The head.
    event Moved(bytes32 topic, bytes32 head);

    /// @notice Thrown when a head would be zero.
    /// @param topic The topic.
    error Zero(bytes32 topic);

    /// @notice Moves a head.
    /// @param topic The topic.
    /// @param next The head.
    function move(bytes32 topic, bytes32 next) external;
}
`
const sound = { ...configs, 'contracts/Registry.sol': contract, 'contracts/interfaces/I.sol': manual }

function findingsWith(t: TestContext, files: Record<string, string>): string {
  return checkSolidity(workspaceWith(t, { ...sound, ...files })).join('\n')
}

describe('check-solidity', () => {
  it('passes a sound contract', t => {
    assert.equal(findingsWith(t, {}), '')
  })

  const offences: [string, string, string, RegExp][] = [
    [
      'require',
      'if (next == 0) revert Zero(topic)',
      'require(next != 0, "zero")',
      /:13: .*\(gas-custom-errors\)/,
    ],
    ['a naked import', '{I} from ', '', /:4: .*\(no-global-import\)/],
    ['an import nobody uses', '{I} from', '{I, J} from', /:4: .*J is not used \(no-unused-import\)/],
    [
      'a parameter nobody uses',
      'move(bytes32 topic,',
      'move(bytes32 spare, bytes32 topic,',
      /no-unused-vars/,
    ],
    ['a private name without underscore', '_logOf', 'logOf', /\(private-vars-leading-underscore\)/],
    ['an unnamed return value', 'returns (bytes32 log)', 'returns (bytes32)', /\(gas-named-return-values\)/],
    ['tx.origin', 'next == 0', 'tx.origin == msg.sender', /\(avoid-tx-origin\)/],
    ['open state', 'private _heads', 'internal _heads', /Registry\.sol:9: _heads: state is private/],
    [
      'a write behind its event',
      'emit Moved(topic, next);',
      'emit Moved(topic, next);\n        delete _heads[topic];',
      /:16: a write behind the event/,
    ],
    ['assembly that may break memory', '("memory-safe") ', '', /:20: assembly that does not promise/],
    [
      'an empty function',
      'if (next == 0) revert Zero(topic);\n        _heads[topic] = next;\n        emit Moved(topic, next);',
      '',
      /move does nothing/,
    ],
    ['a contract without a title', '/// @title Registry\n', '', /Registry has no title/],
    [
      'a rule switched off',
      'if (next',
      '// solhint-disable-next-line\n        if (next',
      /rules are not switched off/,
    ],
  ]
  for (const [what, part, other, message] of offences) {
    it(`finds ${what}`, t => {
      assert.ok(contract.includes(part))
      assert.match(findingsWith(t, { 'contracts/Registry.sol': contract.replace(part, other) }), message)
    })
  }

  it('finds what an interface does not say', t => {
    const text = manual.replace('    /// @param next The head.\n', '')
    assert.match(findingsWith(t, { 'contracts/interfaces/I.sol': text }), /I\.sol:18: .*@param.*'move'/)
  })

  it('lets tests be looser, not loose', t => {
    const test = contract.replace('_logOf', 'logOf').replace('./interfaces', '../../contracts/interfaces')
    assert.equal(findingsWith(t, { 'test/contracts/Registry.t.sol': test }), '')
    const loose = test.replace('{I} from', '{I, J} from')
    assert.match(findingsWith(t, { 'test/contracts/Registry.t.sol': loose }), /no-unused-import/)
  })
})
