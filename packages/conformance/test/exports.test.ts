import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as conformance from '../src/index.ts'

test('the public surface', () => {
  assert.deepEqual(Object.keys(conformance), [
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
    'seededReference',
    'seededTopic',
  ])
})
