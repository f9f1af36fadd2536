import { after, before, describe, test } from 'node:test'
import { contentStoreSuite } from '@remote-log/conformance'
import { type BeeUnderTest, beeUnderTest } from '@remote-log/devnet'
import { SwarmStore } from '../src/index.ts'
import { obstructedNode } from './obstructed-node.ts'

describe('over the Bee under test', () => {
  let bee: BeeUnderTest
  before(async () => {
    bee = await beeUnderTest()
  })
  after(() => bee?.stop())
  contentStoreSuite(
    { describe, test },
    {
      name: 'SwarmStore',
      seed: process.env.BEE_URL ? crypto.randomUUID() : '',
      supports: {
        elsewhere: true,
        corrupt: true,
        refuseWrites: true,
        holdBack: true,
        ranges: true,
        groups: true,
        files: true,
        unavailable: true,
        stall: true,
      },
      async setup() {
        const obstructed = await obstructedNode(bee)
        const [url, batch] = [obstructed.proxy.url, bee.batch]
        const store = new SwarmStore({ url, batch, retryMs: 0, patienceMs: 4000 })
        return { ...obstructed, store, elsewhere: new SwarmStore({ url: bee.readBackUrl }) }
      },
      teardown: ({ proxy }) => proxy.stop(),
    },
  )
})
