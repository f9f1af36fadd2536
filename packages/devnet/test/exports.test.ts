import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as exported from '../src/index.ts'

test('the exports are frozen: a change needs a changeset (node scripts/freeze-exports.ts devnet)', () => {
  assert.deepEqual(Object.keys(exported).sort(), [
    'ManualClock',
    'beeUnderTest',
    'startBeeNode',
    'startDevnet',
    'startFaultProxy',
    'systemClock',
  ])
})
