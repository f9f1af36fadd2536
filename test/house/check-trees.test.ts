import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { checkTrees } from '../../scripts/check-trees.ts'
import { workspaceWith } from './workspace-fixture.ts'

const named = `link
├── when nobody owns the node
│   └── it should revert
└── when the owner calls
    ├── it should link
    └── it should emit
`
const namedTest = `describe('link', () => {
  describe('when nobody owns the node', () => {
    it('should revert', async () => {})
  })

  describe('when the owner calls', () => {
    it('should link', () => {})
    it("should emit", () => {})
  })
})
`
const noted = `publish
├── when the head is zero
│   └── it should revert      publish.test: reverts with ZeroHead …
└── when another stands      … in each case of …
    ├── it should revert
    └── it should say which
`
const notedTest = `describe('publish', () => {
  it('reverts with ZeroHead where the head is zero', () => {})
  for (const way of WAYS) {
    it(\`reverts in each case of \${way}, and says which\`, () => {})
  }
})
`
const sound = {
  'test/contracts/Resolver.tree': named,
  'test/contracts/Resolver.link.test.ts': namedTest,
  'test/contracts/Resolver.gas.test.ts': "it('costs', () => {})",
  'test/contracts/Registry.tree': noted,
  'test/contracts/publish.test.ts': notedTest,
  'test/contracts/INVARIANTS.md':
    '# Invariants\n\n1. A head moves.\n   Only so.\n2. A signature works once.\n',
  'test/contracts/Registry.t.sol':
    '    function invariant_1_aHeadMoves() public {}\n    function invariant_2_once() public {}\n',
}

function findingsWith(t: TestContext, files: Record<string, string>): string {
  return checkTrees(workspaceWith(t, { ...sound, ...files })).join('\n')
}

describe('check-trees', () => {
  it('passes trees whose leaves have tests', t => {
    assert.equal(findingsWith(t, {}), '')
  })

  const offences: [string, keyof typeof sound, string, string, RegExp][] = [
    [
      'a leaf without a test',
      'test/contracts/Resolver.link.test.ts',
      'should link',
      'should unlink',
      /Resolver\.tree: no test is link > when the owner calls > it should link/,
    ],
    [
      'a test without a leaf',
      'test/contracts/Resolver.link.test.ts',
      'should link',
      'should unlink',
      /link\.test\.ts: no leaf of Resolver\.tree is link > when the owner calls > it should unlink/,
    ],
    [
      'a leaf whose test stands elsewhere',
      'test/contracts/Resolver.tree',
      'nobody',
      'somebody',
      /no test is link > when somebody/,
    ],
    [
      'a leaf that stands twice',
      'test/contracts/Resolver.tree',
      'it should emit',
      'it should link',
      /twice: link/,
    ],
    [
      'a note of a test that is not there',
      'test/contracts/publish.test.ts',
      'ZeroHead',
      'StaleHead',
      /no test in test\/contracts\/publish\.test\.ts is called reverts with ZeroHead …/,
    ],
    [
      'a note that fits the start alone',
      'test/contracts/Registry.tree',
      'ZeroHead …',
      'ZeroHead',
      /is called reverts with ZeroHead$/m,
    ],
    [
      'a note of a file that is not there',
      'test/contracts/Registry.tree',
      'publish.test:',
      'head.test:',
      /there is no test\/contracts\/head\.test\.ts/,
    ],
    ['a note without a file', 'test/contracts/Registry.tree', 'publish.test: ', '', /names no file/],
    [
      'a leaf without a note',
      'test/contracts/Registry.tree',
      '      … in each case of …',
      '',
      /no test is named for publish > when another stands > it should say which/,
    ],
    [
      'an invariant without a test',
      'test/contracts/Registry.t.sol',
      'invariant_2_once',
      'test_once',
      /no test is called invariant_2_/,
    ],
    [
      'a test of no invariant',
      'test/contracts/Registry.t.sol',
      'invariant_2_once',
      'invariant_3_once',
      /invariant_3_once is no number/,
    ],
    ['a number left out', 'test/contracts/INVARIANTS.md', '2. A', '3. A', /3 is out of order/],
    [
      'invariants without numbers',
      'test/contracts/INVARIANTS.md',
      '1. A head',
      'A head',
      /2 is out of order/,
    ],
  ]
  for (const [what, path, part, other, message] of offences) {
    it(`finds ${what}`, t => {
      assert.ok(sound[path].includes(part))
      assert.match(findingsWith(t, { [path]: sound[path].replace(part, other) }), message)
    })
  }
})
