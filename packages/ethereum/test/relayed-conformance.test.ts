import { describe, test } from 'node:test'
import { nameSystemSuite } from '@remote-log/conformance'
import { parseAddress } from '@remote-log/core'
import { deployRegistry, RelayedNameSystem, signerOf } from '../src/index.ts'
import { CHAIN_ID, FUNDED_KEY, SECOND_KEY, startChain } from './chain.ts'
import { Disturbed } from './disturbed.ts'
import { payingRelayer } from './paying-relayer.ts'

const signer = signerOf(FUNDED_KEY)

nameSystemSuite(
  { describe, test },
  {
    name: 'RelayedNameSystem',
    supports: { unavailable: true, stall: true, secondDevice: true, readOnly: true, reorganise: true },
    async setup() {
      const chain = await startChain()
      const payer = { provider: chain.provider, chainId: CHAIN_ID, signer: signerOf(SECOND_KEY) }
      const { registry } = await deployRegistry(payer)
      const node = new Disturbed(chain.provider)
      const relayer = payingRelayer({ ...payer, registry })
      const options = { provider: node, registry, chainId: CHAIN_ID, relayer, pollMs: 5 }
      return {
        names: new RelayedNameSystem({ ...options, signer }),
        secondDevice: new RelayedNameSystem({ ...options, signer }),
        readOnly: new RelayedNameSystem(options),
        owner: parseAddress(signer.address),
        breakBackend: () => node.fail(),
        stall: () => node.stall(),
        reorganise: blocks => chain.reorganise(blocks),
        close: chain.close,
      }
    },
    teardown: subject => (subject as unknown as { close(): Promise<void> }).close(),
  },
)
