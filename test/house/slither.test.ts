import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answersIn, type Detected, subjectOf, unanswered } from '../../scripts/slither.ts'

const contract = { name: 'Registry' }
const finding = (check: string, name: string): Detected => ({
  check,
  impact: 'Low',
  description: '',
  elements: [{ name, type_specific_fields: { parent: contract } }],
})
const document = `| check | where | answer |
|---|---|---|
| \`timestamp\` | \`Registry.publish\`, \`Registry.revoke\` | Deadlines are times. |
| \`assembly\` | \`Registry.publish\` | |
`

describe('slither', () => {
  it('names a finding by its check and what it is about', () => {
    assert.equal(subjectOf(finding('timestamp', 'publish')), 'timestamp: Registry.publish')
  })

  it('reads answers from the table, and no row without one', () => {
    assert.deepEqual(answersIn(document), ['timestamp: Registry.publish', 'timestamp: Registry.revoke'])
  })

  it('demands an answer for each finding and a finding for each answer', () => {
    const found = [finding('timestamp', 'publish'), finding('assembly', 'publish')]
    assert.deepEqual(unanswered(found, answersIn(document)), [
      'not answered: assembly: Registry.publish',
      'answered, not found: timestamp: Registry.revoke',
    ])
    const both = [finding('timestamp', 'publish'), finding('timestamp', 'revoke')]
    assert.deepEqual(unanswered(both, answersIn(document)), [])
  })
})
