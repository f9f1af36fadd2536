import { after, before, describe, test } from 'node:test'
import { contentStoreSuite } from '@remote-log/conformance'
import { type BeeNode, startBeeNode } from '@remote-log/devnet'
import { SwarmStore } from '../src/index.ts'
import { obstructedNode } from './obstructed-node.ts'

/** A fifth of a second's worth at once, then a chunk every two milliseconds. */
const POOR = { allowancePerSecond: 500, burst: 100, waitingReads: 8, blindMs: 300 }

describe('over a poor pair of embedded Bee nodes', () => {
  let node: BeeNode
  let second: BeeNode
  let batch: string
  before(async () => {
    node = await startBeeNode({ manyPeers: true, poor: POOR })
    second = await startBeeNode({ peers: node, poor: POOR })
    batch = await node.grantBatch()
  })
  after(() => Promise.all([node.stop(), second.stop()]))
  contentStoreSuite(
    { describe, test },
    {
      name: 'SwarmStore',
      supports: { absence: true, elsewhere: true, corrupt: true, holdBack: true, ranges: true, files: true },
      async setup() {
        const obstructed = await obstructedNode({ url: node.url, embedded: node })
        const store = new SwarmStore({ url: obstructed.proxy.url, batch, retryMs: 5000, patienceMs: 2500 })
        return { ...obstructed, store, elsewhere: new SwarmStore({ url: second.url }) }
      },
      teardown: ({ proxy }) => proxy.stop(),
    },
  )
})
