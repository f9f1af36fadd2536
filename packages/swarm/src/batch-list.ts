import { RemoteLogError, throwIfAborted, UnavailableError } from '@remote-log/core'
import { aborted } from './abort-signals.ts'
import type { BeeConnection } from './bee-connection.ts'

/** A postage batch of a Bee node, in plain units. */
export interface BatchStatus {
  /** 64 hex digits. */
  readonly id: string
  readonly label: string
  /** Whether chunks can be stamped with it: old enough, and not run out. */
  readonly usable: boolean
  /** Time until it runs out at today's price, in seconds. */
  readonly ttlSeconds: number
  /** How full the fullest of its buckets is, from 0 to 1: at 1 some chunks no longer find room. */
  readonly utilization: number
  /** What it holds at most, in bytes. */
  readonly capacityBytes: number
  /** What it can be filled to before some bucket is likely to be full, in bytes (bee-js's tables). */
  readonly effectiveBytes: number
  readonly depth: number
  /** An immutable batch refuses chunks when full; a mutable one lets go of its oldest. */
  readonly immutable: boolean
}

/**
 * The postage batches of a node, through bee-js, whose tables of effective sizes follow the Swarm papers. It is loaded
 * only here: readers never need it.
 * @throws UNAVAILABLE, ABORTED
 */
export async function listBatches(
  connection: BeeConnection,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<readonly BatchStatus[]> {
  throwIfAborted(signal, 'batches')
  try {
    const { Bee } = await import('@ethersphere/bee-js')
    const bee = new Bee(connection.baseUrl, { timeout: timeoutMs, headers: connection.authorization })
    const batches = await bee.getPostageBatches(signal && { signal })
    return batches.map(batch => ({
      id: batch.batchID.toHex(),
      label: batch.label,
      usable: batch.usable,
      ttlSeconds: batch.duration.toSeconds(),
      utilization: batch.usage,
      capacityBytes: batch.theoreticalSize.toBytes(),
      effectiveBytes: batch.size.toBytes(),
      depth: batch.depth,
      immutable: batch.immutableFlag,
    }))
  } catch (error) {
    // bee-js makes one class of errors of an abort, a dead node and a 500.
    if (signal?.aborted) throw aborted(signal, 'batches')
    if (error instanceof RemoteLogError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new UnavailableError(
      `${connection.shownUrl} did not list its postage batches: ${why}`,
      {
        url: connection.shownUrl,
        route: '/stamps',
      },
      error,
    )
  }
}
