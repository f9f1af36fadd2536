import { createHardhatRuntimeEnvironment } from 'hardhat/hre'
import type { Eip1193Provider } from '../src/index.ts'

/** Key of the first account of Hardhat's network, which has 10,000 ether there. */
export const FUNDED_KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
/** Key of the second one. */
export const SECOND_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'
/** Chain id of Hardhat's network. */
export const CHAIN_ID = 31337

/** A chain in this process; a transaction makes a block. */
export interface Chain {
  readonly provider: Eip1193Provider
  /** Any method of the chain, also those that only test chains have. */
  ask(method: string, ...params: unknown[]): Promise<unknown>
  /** Replaces the newest blocks by empty ones. */
  reorganise(blocks: number): Promise<void>
  close(): Promise<void>
}

const environment = createHardhatRuntimeEnvironment({
  networks: { test: { type: 'edr-simulated', chainId: CHAIN_ID } },
})

export async function startChain(): Promise<Chain> {
  const connection = await (await environment).network.create('test')
  const ask = (method: string, ...params: unknown[]) => connection.provider.request({ method, params })
  const height = async () => Number(await ask('eth_blockNumber'))
  /** The state before each transaction: what a reorganisation goes back to. */
  const snapshots = new Map<number, unknown>()
  return {
    ask,
    provider: {
      async request({ method, params = [] }) {
        if (method === 'eth_sendRawTransaction') snapshots.set(await height(), await ask('evm_snapshot'))
        return ask(method, ...params)
      },
    },
    async reorganise(blocks) {
      const height = Number(await ask('eth_blockNumber'))
      await ask('evm_revert', snapshots.get(height - blocks))
      await ask('hardhat_mine', `0x${blocks.toString(16)}`)
    },
    close: () => connection.close(),
  }
}
