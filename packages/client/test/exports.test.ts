import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as exported from '../src/index.ts'

test('the exports are frozen: a change needs a changeset (node scripts/freeze-exports.ts client)', () => {
  assert.deepEqual(Object.keys(exported).sort(), [
    'AnchoredNameSystem',
    'BeePostage',
    'BrowserDatabase',
    'CLASSIC_LEVEL_OPTIONS',
    'Contacts',
    'FeedNameSystem',
    'Group',
    'GroupEntry',
    'KeyPostage',
    'Lanes',
    'LevelFolder',
    'LogEntry',
    'RemoteLog',
    'authorizeWriter',
    'browserStorage',
    'connect',
    'connectContacts',
    'connectGroup',
    'connectLanes',
    'createKey',
    'formatBzz',
    'gatewayHealth',
    'probeGateways',
    'readKeyFile',
    'revokeWriter',
    'signerOf',
    'signerOfMnemonic',
    'writeKeyFile',
    'writersOf',
  ])
})
