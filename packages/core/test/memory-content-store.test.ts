import { describe, test } from 'node:test'
import { contentStoreSuite, Disturber } from '@remote-log/conformance'
import { type MemoryNetwork, RefusedError, UnavailableError } from '../src/index.ts'
import { ForgingStore } from './forging-store.ts'

contentStoreSuite(
  { describe, test },
  {
    name: 'MemoryContentStore',
    supports: {
      absence: true,
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
    setup() {
      const [network, disturber]: [MemoryNetwork, Disturber] = [new Map(), new Disturber()]
      const store = new ForgingStore({ network, onCall: disturber.onCall })
      return {
        store,
        forgeRanges: answer => store.forge(answer),
        elsewhere: new ForgingStore({ network }),
        corrupt: (reference, bytes) => void network.set(reference, bytes),
        refuseWrites: () => disturber.fail(new RefusedError('full', { reason: 'full' }), ['put']),
        breakBackend: () => disturber.fail(),
        holdBack() {
          disturber.fail(new UnavailableError('stuck', { stored: 0, total: 2 }), ['confirm'])
          return { release: () => disturber.mend() }
        },
        stall: () => disturber.stall(),
      }
    },
  },
)
