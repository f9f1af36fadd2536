import { describe, test } from 'node:test'
import { nameSystemSuite, type Stall } from '@remote-log/conformance'
import { MemoryChain, MemoryNameSystem, parseAddress, UnavailableError } from '../src/index.ts'

const owner = parseAddress('0x8d3766440f0d7b949a5e32995d09619a7f86e632')

nameSystemSuite(
  { describe, test },
  {
    name: 'MemoryNameSystem',
    supports: { unavailable: true, stall: true, secondDevice: true, readOnly: true, reorganise: true },
    setup() {
      const chain = new MemoryChain()
      let onCall = async () => {}
      const client = (signer?: typeof owner) =>
        new MemoryNameSystem({ chain, ...(signer && { owner: signer }), onCall: () => onCall() })
      return {
        names: client(owner),
        owner,
        secondDevice: client(owner),
        readOnly: client(),
        reorganise: blocks => chain.reorganise(blocks),
        breakBackend() {
          onCall = () => Promise.reject(new UnavailableError('the backend is broken'))
        },
        stall(): Stall {
          const reached = Promise.withResolvers<void>()
          const released = Promise.withResolvers<void>()
          onCall = () => {
            reached.resolve()
            return released.promise
          }
          return { reached: reached.promise, release: released.resolve }
        },
      }
    },
  },
)
