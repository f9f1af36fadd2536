import { describe, test } from 'node:test'
import { Disturber, nameSystemSuite } from '@remote-log/conformance'
import { MemoryChain, MemoryNameSystem, parseAddress } from '../src/index.ts'

const owner = parseAddress('0x8d3766440f0d7b949a5e32995d09619a7f86e632')

nameSystemSuite(
  { describe, test },
  {
    name: 'MemoryNameSystem',
    supports: { unavailable: true, stall: true, secondDevice: true, readOnly: true, reorganise: true },
    setup() {
      const chain = new MemoryChain()
      const disturber = new Disturber()
      const { onCall } = disturber
      return {
        names: new MemoryNameSystem({ chain, owner, onCall }),
        owner,
        secondDevice: new MemoryNameSystem({ chain, owner, onCall }),
        readOnly: new MemoryNameSystem({ chain, onCall }),
        reorganise: blocks => chain.reorganise(blocks),
        breakBackend: () => disturber.fail(),
        stall: () => disturber.stall(),
      }
    },
  },
)
