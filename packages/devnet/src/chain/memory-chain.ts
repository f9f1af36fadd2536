import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Server } from 'node:http'
import { demandFreePort } from './free-port.ts'
import type { LocalChain } from './local-chain.ts'

/** As long as the embedded Bee node's, in ms. */
const KEEP_ALIVE_MS = 60_000
const REQUESTS = 'http.server.request.start'

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
  // By default a connection is closed after 5 s of silence, and a request that a busy process sends right then fails.
  const keepOpen = (message: unknown) => {
    const { server: asked } = message as { readonly server: Server }
    const address = asked.address()
    if (typeof address === 'object' && address?.port === port) asked.keepAliveTimeout = KEEP_ALIVE_MS
  }
  subscribe(REQUESTS, keepOpen)
  const stop = async () => {
    unsubscribe(REQUESTS, keepOpen)
    await server.close()
  }
  // Hardhat takes the newest block for safe and finalized.
  return { rpcUrl: `http://127.0.0.1:${port}`, settle: async () => {}, stop }
}
