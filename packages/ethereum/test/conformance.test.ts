import { describe, test } from 'node:test'
import { nameSystemSuite } from '@remote-log/conformance'
import { parseAddress } from '@remote-log/core'
import { deployRegistry, RegistryNameSystem, signerOf } from '../src/index.ts'
import { CHAIN_ID, FUNDED_KEY, startChain } from './chain.ts'
import { Disturbed } from './disturbed.ts'

const signer = signerOf(FUNDED_KEY)

nameSystemSuite(
  { describe, test },
  {
    name: 'RegistryNameSystem',
    supports: { unavailable: true, stall: true, secondDevice: true, readOnly: true, reorganise: true },
    async setup() {
      const chain = await startChain()
      const { registry } = await deployRegistry({ provider: chain.provider, chainId: CHAIN_ID, signer })
      const node = new Disturbed(chain.provider)
      const options = { provider: node, registry, chainId: CHAIN_ID }
      return {
        names: new RegistryNameSystem({ ...options, signer }),
        secondDevice: new RegistryNameSystem({ ...options, signer }),
        readOnly: new RegistryNameSystem(options),
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
