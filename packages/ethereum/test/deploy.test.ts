import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createKey,
  deployRegistry,
  RegistryNameSystem,
  registryAbi,
  registryInterface,
} from '../src/index.ts'
import { CHAIN_ID } from './chain.ts'
import { A, startWorld, thrownBy } from './world.ts'

test('a deployed registry is used from the block of its deployment on', async t => {
  const { chain, alice, options, log } = await startWorld(t)
  const deployment = await deployRegistry({ provider: chain.provider, chainId: CHAIN_ID, signer: alice })
  assert.ok(deployment.gasUsed > 500_000n)
  assert.match(deployment.transaction, /^0x[0-9a-f]{64}$/)
  const names = new RegistryNameSystem({ ...options, registry: deployment.registry })
  const { head, block } = await names.head(log)
  assert.equal(head, undefined)
  assert.deepEqual(block, deployment.block)
  assert.equal((await names.publish(log, undefined, A)).head, A)
})

test('a deployment without funds is REFUSED, to another chain WRONG_CHAIN', async t => {
  const { chain, alice } = await startWorld(t)
  const { provider } = chain
  const poor = await thrownBy(deployRegistry({ provider, chainId: CHAIN_ID, signer: createKey() }))
  assert.equal(poor.code, 'REFUSED')
  const elsewhere = await thrownBy(deployRegistry({ provider, chainId: 5, signer: alice }))
  assert.equal(elsewhere.code, 'WRONG_CHAIN')
})

test('the ABI that is exported is the registry’s', () => {
  assert.ok(Array.isArray(registryAbi))
  assert.equal(registryInterface.getFunction('headsOf').selector.length, 10)
})
