import { after, before, describe, test } from 'node:test'
import { contentStoreSuite } from '@remote-log/conformance'
import { type BeeNode, startBeeNode } from '@remote-log/devnet'
import { SwarmStore } from '../src/index.ts'
import { obstructedNode } from './obstructed-node.ts'

describe('over an embedded Bee node', () => {
  let node: BeeNode
  let second: BeeNode
  let batch: string
  before(async () => {
    node = await startBeeNode({ manyPeers: true })
    second = await startBeeNode({ peers: node })
    batch = await node.grantBatch()
  })
  after(() => Promise.all([node.stop(), second.stop()]))
  contentStoreSuite(
    { describe, test },
    {
      name: 'SwarmStore',
      supports: {
        absence: true,
        elsewhere: true,
        corrupt: true,
        refuseWrites: true,
        holdBack: true,
        ranges: true,
        files: true,
        unavailable: true,
        stall: true,
      },
      async setup() {
        const obstructed = await obstructedNode(node)
        const store = new SwarmStore({ url: obstructed.proxy.url, batch, retryMs: 0, patienceMs: 2500 })
        return { ...obstructed, store, elsewhere: new SwarmStore({ url: second.url }) }
      },
      teardown: ({ proxy }) => proxy.stop(),
    },
  )
})
