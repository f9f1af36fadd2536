import { describe, test } from 'node:test'
import { nameSystemSuite, seededHeads } from '@remote-log/conformance'
import { MemoryNameSystem, type Reference } from '@remote-log/core'
import { AnchoredNameSystem, FeedNameSystem } from '../src/index.ts'
import { FEED_ID, FeedWorld } from './feed-world.ts'
import { memory } from './world.ts'

const { owner } = FEED_ID
nameSystemSuite(
  { describe, test },
  {
    name: 'AnchoredNameSystem',
    supports: { secondDevice: true, readOnly: true, reorganise: true },
    setup() {
      const net = new FeedWorld()
      const anchored = (names: MemoryNameSystem) => new AnchoredNameSystem(names, net.feed(memory()))
      return {
        owner,
        names: anchored(net.names),
        secondDevice: anchored(new MemoryNameSystem({ chain: net.world.chain, owner })),
        readOnly: anchored(new MemoryNameSystem({ chain: net.world.chain })),
        reorganise: blocks => net.world.chain.reorganise(blocks),
      }
    },
  },
)
// Compare-and-swap between devices is what a feed can't do: no second device.
nameSystemSuite(
  { describe, test },
  {
    name: 'FeedNameSystem',
    supports: { aheadOfBlocks: true },
    setup() {
      const net = new FeedWorld()
      const store = { get: async (reference: Reference) => seededHeads.get(reference)! }
      return { owner, names: new FeedNameSystem(net.names, net.feed(memory(), true), store) }
    },
  },
)
