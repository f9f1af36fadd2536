import { type Devnet, startDevnet } from '@remote-log/devnet'
import { serve } from '../process/serve.ts'

let devnet: Devnet | undefined

/** The network that ours is measured over, in a process of its own: local chain, registry and Bee-compatible node. */
const operations = {
  async start(folder: string): Promise<Network> {
    devnet = await startDevnet({ folder })
    const { rpcUrl, beeUrl, chainId, registry, batch, accounts } = devnet
    return { rpcUrl, beeUrl, chainId, registry, batch, privateKey: accounts[0]!.privateKey }
  },

  async stop(): Promise<void> {
    await devnet?.stop()
  },
}

/** Where the network is and what is needed to write to it. */
export interface Network extends Pick<Devnet, 'rpcUrl' | 'beeUrl' | 'chainId' | 'registry' | 'batch'> {
  /** Of an account with ether. A test chain's: worth nothing. */
  readonly privateKey: string
}

export type DevnetOperations = typeof operations

serve(operations)
