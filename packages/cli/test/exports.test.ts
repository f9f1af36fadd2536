import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as exported from '../src/index.ts'

test('the exports are frozen: a change needs a changeset (node scripts/freeze-exports.ts cli)', () => {
  assert.deepEqual(Object.keys(exported).sort(), [
    'EXIT_CODES',
    'EXIT_OK',
    'EXIT_UNEXPECTED',
    'createProgram',
    'runCli',
  ])
})
