import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { checkMutation } from '../../scripts/check-mutation.ts'
import { apply, mutantsOf } from '../../scripts/mutation/mutants.ts'
import { codeHash, type Result, withExplanations } from '../../scripts/mutation/results.ts'
import { subjectOf } from '../../scripts/mutation/subjects.ts'
import { filesBelow, ROOT } from '../../scripts/workspace.ts'
import { workspaceWith } from './workspace-fixture.ts'

/** `original -> replacement` of the mutants of a function body. */
function mutantsIn(body: string): string[] {
  return mutantsOf(`contract C { function f() external { ${body} } }`).map(
    ({ original, replacement }) => `${original} -> ${replacement}`,
  )
}

describe('mutants', () => {
  it('flip operators, and move comparisons by one', () => {
    assert.deepEqual(mutantsIn('if (a == b && c < d) return;'), [
      'if (a == b && c < d) return; -> {}',
      '== -> !=',
      '&& -> ||',
      '< -> <=',
      '< -> >=',
    ])
    assert.deepEqual(mutantsIn('uint256 x = a + b * c;'), ['+ -> -', '* -> /'])
  })

  it('raise numbers, with their units, and turn truth values and conditions around', () => {
    assert.deepEqual(mutantsIn('uint256 x = 30 days;'), ['30 days -> 31 days'])
    assert.deepEqual(mutantsIn('uint256 x = 400_000;'), ['400_000 -> 400001'])
    assert.deepEqual(mutantsIn('uint256 x = 0x00ff;'), ['0x00ff -> 0x0100'])
    assert.deepEqual(mutantsIn('bool x = true;'), ['true -> false'])
    assert.deepEqual(mutantsIn('if (!x) g(); else h();'), ['!x -> x', 'g(); -> {}', 'h(); -> {}'])
    assert.deepEqual(mutantsIn('if (x) g(); else h();'), ['x -> !(x)', 'g(); -> {}', 'h(); -> {}'])
    assert.deepEqual(mutantsIn('return x ? a : b;'), ['a : b -> b : a'])
  })

  it('delete statements that declare nothing', () => {
    assert.deepEqual(mutantsIn('emit E(x);'), ['emit E(x); -> {}'])
    assert.deepEqual(mutantsIn('head.value = next;'), ['head.value = next; -> {}'])
    assert.deepEqual(mutantsIn('uint256 x = y;'), [])
  })

  it('change assembly', () => {
    assert.deepEqual(mutantsIn('assembly ("memory-safe") { x := add(y, 0x1f) }'), [
      'x := add(y, 0x1f) -> {}',
      'add(y, 0x1f) -> sub(y, 0x1f)',
      '0x1f -> 0x20',
    ])
  })

  it('leave imports alone', () => {
    assert.deepEqual(mutantsOf('import {A} from "./A.sol";'), [])
  })

  it('say where they are, and change nothing else', () => {
    const source = 'contract C {\n    uint256 private constant _A = 1;\n}\n'
    const [mutant, ...others] = mutantsOf(source)
    assert.deepEqual(others, [])
    assert.equal(mutant!.line, 2)
    assert.equal(apply(source, mutant!), source.replace('= 1', '= 2'))
  })

  it('have tests that should notice, whatever the source', () => {
    const sources = filesBelow(ROOT, 'contracts', /\.sol$/).filter(path => !path.includes('/interfaces/'))
    assert.deepEqual(
      sources.filter(path => subjectOf(path) === undefined),
      [],
    )
  })
})

describe('check-mutation', () => {
  const source = 'contract C {\n    uint256 private constant _A = 1;\n}\n'
  const survivor = { line: 2, original: '1', replacement: '2', why: 'nobody reads it' }
  const result: Result = { code: codeHash(source), mutants: 1, killed: 0, invalid: 0, survivors: [survivor] }
  const findings = (t: TestContext, results: object, text = source) =>
    checkMutation(
      workspaceWith(t, { 'contracts/registry/C.sol': text, 'test/contracts/mutation.json': results }),
    ).join('\n')
  const path = 'contracts/registry/C.sol'

  it('passes results of the sources as they are, comments aside', t => {
    assert.equal(findings(t, { [path]: result }), '')
    assert.equal(findings(t, { [path]: result }, `// A comment.\n${source}`), '')
  })

  it('finds changed, unknown and missing sources', t => {
    assert.match(findings(t, { [path]: result }, source.replace('_A', '_B')), /C\.sol has changed since/)
    assert.match(findings(t, { [path]: result, 'contracts/D.sol': result }), /there is no contracts\/D\.sol/)
    assert.match(findings(t, {}), /nothing of contracts\/registry\/C\.sol/)
  })

  it('finds survivors without an explanation, and results that do not add up', t => {
    const silent = { ...result, survivors: [{ ...survivor, why: ' ' }] }
    assert.match(findings(t, { [path]: silent }), /C\.sol:2: survives: 1 -> 2/)
    assert.match(findings(t, { [path]: { ...result, survivors: [] } }), /another number/)
  })

  it('keeps explanations of mutants that still survive', () => {
    const fresh = {
      ...result,
      survivors: [
        { ...survivor, line: 9, why: '' },
        { ...survivor, original: '3', why: '' },
      ],
    }
    assert.deepEqual(
      withExplanations(fresh, result).survivors.map(({ why }) => why),
      ['nobody reads it', ''],
    )
  })
})
