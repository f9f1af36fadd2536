import { after, before, describe, test } from 'node:test'
import { contentStoreSuite } from '@remote-log/conformance'
import { type BeeUnderTest, beeUnderTest } from '@remote-log/devnet'
import { GatewayPool, SwarmStore } from '../src/index.ts'

/** Always embedded: a real pair has too few peers to know what is absent. */
describe('over an embedded node with many peers, which knows what is absent', () => {
  let bee: BeeUnderTest
  before(async () => {
    bee = await beeUnderTest({ manyPeers: true }, {})
  })
  after(() => bee?.stop())

  const supports = { absence: true }
  contentStoreSuite(
    { describe, test },
    {
      name: 'SwarmStore with many peers',
      seed: 'store',
      supports,
      setup: async () => ({ store: new SwarmStore({ url: bee.url, batch: bee.batch, retryMs: 0 }) }),
    },
  )
  contentStoreSuite(
    { describe, test },
    {
      name: 'A pool of gateways with many peers',
      seed: 'pool',
      supports,
      setup: async () => ({
        store: new GatewayPool({ urls: [bee.url, bee.readBackUrl], batch: bee.batch, retryMs: 0 }),
      }),
    },
  )
})
