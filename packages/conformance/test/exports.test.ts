import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as exported from '../src/index.ts'

test('the exports are frozen: a change needs a changeset (node scripts/freeze-exports.ts conformance)', () => {
  assert.deepEqual(Object.keys(exported).sort(), [
    'Disturber',
    'HostileContentStore',
    'HostileNameSystem',
    'NAME_SYSTEM_ATTACKS',
    'NonConformance',
    'STORE_ATTACKS',
    'ability',
    'contentStoreSuite',
    'expect',
    'expectBytes',
    'expectCode',
    'expectSame',
    'nameSystemSuite',
    'seededBytes',
    'seededHead',
    'seededHeads',
    'seededReference',
    'seededTopic',
  ])
})
