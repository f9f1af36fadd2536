import { demandFreePort } from './free-port.ts'
import type { LocalChain } from './local-chain.ts'

/**
 * Hardhat's own network, inside this process: quick to start, gone with it.
 * @throws LOCKED if the port is in use, UNAVAILABLE
 */
export async function startMemoryChain(options: { chainId: number; port: number }): Promise<LocalChain> {
  // Loaded here because it takes a third of a second, which devnets with a folder need not wait.
  const { createHardhatRuntimeEnvironment } = await import('hardhat/hre')
  const hardhat = await createHardhatRuntimeEnvironment(
    {
      networks: {
        devnet: {
          type: 'edr-simulated',
          chainId: options.chainId,
          // Otherwise each block's time is at least a second later, and runs ahead of the clock.
          allowBlocksWithSameTimestamp: true,
        },
      },
    },
    {},
    import.meta.dirname,
  )
  await demandFreePort(options.port)
  const server = await hardhat.network.createServer('devnet', '127.0.0.1', options.port)
  const { port } = await server.listen()
  // Hardhat takes the newest block for safe and finalized.
  return { rpcUrl: `http://127.0.0.1:${port}`, settle: async () => {}, stop: () => server.close() }
}
