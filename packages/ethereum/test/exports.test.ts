import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as exported from '../src/index.ts'

test('the exports are frozen: a change needs a changeset (node scripts/freeze-exports.ts ethereum)', () => {
  assert.deepEqual(Object.keys(exported).sort(), [
    'DOMAIN_NAME',
    'DOMAIN_VERSION',
    'ENS_REGISTRY',
    'REFUSALS',
    'RegistryNameSystem',
    'SIGNED_HEAD_TYPES',
    'createKey',
    'deployRegistry',
    'deployments',
    'domainOf',
    'headSlot',
    'httpProvider',
    'linkName',
    'logOf',
    'parseSignedHead',
    'proveHead',
    'proveHeadInState',
    'readKeyFile',
    'registryAbi',
    'registryInterface',
    'resolveLogName',
    'resolverInterface',
    'setNameResolver',
    'signHead',
    'signerOf',
    'submitSigned',
    'typedDataOf',
    'unlinkName',
    'verifyHeadProof',
    'verifySignedHead',
    'walletSignedHead',
    'writeKeyFile',
  ])
})
