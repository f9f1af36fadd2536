import { type Devnet, startDevnet } from '@remote-log/devnet'
import { serve } from '../process/serve.ts'

let devnet: Devnet | undefined

/** The network that ours is measured over, in a process of its own: local chain, registry and Bee-compatible node. */
const operations = {
  async start(folder: string): Promise<Network> {
    devnet = await startDevnet({ folder })
    const { rpcUrl, beeUrl, chainId, registry, batch, accounts } = devnet
    return { rpcUrl, beeUrl, chainId, registry, batch, account: accounts[0]! }
  },
}

/** Where the network is and what is needed to write to it. */
export interface Network extends Pick<Devnet, 'rpcUrl' | 'beeUrl' | 'chainId' | 'registry' | 'batch'> {
  /** Has ether, of a test chain: worth nothing. */
  readonly account: Devnet['accounts'][number]
}

export type DevnetOperations = typeof operations

serve(operations, async () => devnet?.stop())
