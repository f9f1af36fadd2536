import { type CallOptions, type Reference, RemoteLogError, throwIfAborted } from '@remote-log/core'
import { aborted } from '../abort-signals.ts'
import type { GatewayHealth } from './gateway-health.ts'
import { GatewayPool, type GatewayPoolOptions } from './gateway-pool.ts'

/** Reads of each gateway: the second one shows the latency without a connection to be made. */
const READS = 2

/**
 * Asks each gateway on its own for a chunk that it should have, and says what it did: `served`, `denied`, `failed` and
 * `lies` count its answers, each of which was verified.
 * @throws ABORTED, INVALID_ARGUMENT
 */
export function probeGateways(
  options: GatewayPoolOptions,
  reference: Reference,
  { signal }: CallOptions = {},
): Promise<readonly GatewayHealth[]> {
  throwIfAborted(signal, 'probe')
  const pools = options.urls.map(url => new GatewayPool({ retryMs: 0, ...options, urls: [url] }))
  return Promise.all(
    pools.map(async pool => {
      for (let read = 0; read < READS; read++) {
        try {
          await pool.get(reference, { signal })
        } catch (error) {
          if (signal?.aborted) throw aborted(signal, 'probe')
          if (!(error instanceof RemoteLogError)) throw error
          break
        }
      }
      return pool.health()[0]!
    }),
  )
}
