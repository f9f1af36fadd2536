import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as exported from '../src/index.ts'

test('the exports are frozen: a change needs a changeset (node scripts/freeze-exports.ts ethereum)', () => {
  assert.deepEqual(Object.keys(exported).sort(), [
    'DOMAIN_NAME',
    'DOMAIN_VERSION',
    'REFUSALS',
    'RegistryNameSystem',
    'SIGNED_HEAD_TYPES',
    'createKey',
    'deployRegistry',
    'deployments',
    'domainOf',
    'headSlot',
    'httpProvider',
    'logOf',
    'parseSignedHead',
    'proveHead',
    'proveHeadInState',
    'readKeyFile',
    'registryAbi',
    'registryInterface',
    'signHead',
    'signerOf',
    'submitSigned',
    'typedDataOf',
    'verifyHeadProof',
    'verifySignedHead',
    'walletSignedHead',
    'writeKeyFile',
  ])
})
