import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as exported from '../src/index.ts'

test('the exports are frozen: a change needs a changeset (node scripts/freeze-exports.ts swarm)', () => {
  assert.deepEqual(Object.keys(exported).sort(), [
    'BeePostage',
    'GatewayPool',
    'MemoryStampStorage',
    'PLUR_PER_BZZ',
    'Stamper',
    'SwarmFeed',
    'SwarmStore',
    'capacityOf',
    'chooseBatch',
    'depthFor',
    'formatBzz',
    'openFeed',
    'parseBzz',
    'probeGateways',
    'quoteAmount',
    'quoteBatch',
    'quoteTopUp',
    'uniqueLabel',
    'verifySingleOwnerChunk',
    'withoutRoom',
  ])
})
