import { after, before, describe, test } from 'node:test'
import { contentStoreSuite } from '@remote-log/conformance'
import { type BeeNode, startBeeNode } from '@remote-log/devnet'
import { MemoryStampStorage, Stamper, SwarmStore } from '../src/index.ts'
import { OWNER, ownerSigner } from './batch-owner.ts'
import { obstructedNode } from './obstructed-node.ts'

describe('over an embedded Bee node, stamped here', () => {
  let node: BeeNode
  let second: BeeNode
  let stamper: Stamper
  before(async () => {
    node = await startBeeNode({ manyPeers: true })
    second = await startBeeNode({ peers: node })
    const batch = await node.grantBatch({ owner: OWNER, depth: 20 })
    const storage = new MemoryStampStorage()
    stamper = await Stamper.open({ batch, depth: 20, signer: ownerSigner(), storage })
  })
  after(() => Promise.all([node.stop(), second.stop()]))
  contentStoreSuite(
    { describe, test },
    {
      name: 'SwarmStore with a Stamper',
      supports: { absence: true, elsewhere: true, refuseWrites: true, holdBack: true, unavailable: true },
      async setup() {
        const { proxy, refuseWrites, holdBack, breakBackend } = await obstructedNode({
          url: node.url,
          embedded: node,
        })
        const store = new SwarmStore({ url: proxy.url, stamper, retryMs: 0, patienceMs: 2500 })
        const elsewhere = new SwarmStore({ url: second.url })
        return { refuseWrites, holdBack, breakBackend, proxy, store, elsewhere }
      },
      teardown: ({ proxy }) => proxy.stop(),
    },
  )
})
