import { InvalidArgumentError } from '@remote-log/core'
import { MINIMUM_DEPTH } from './quote.ts'

/** What a batch of a depth can hold, in bytes. */
export interface BatchCapacity {
  /** All its slots: 2^depth chunks of 4,096 bytes. Reached only by choosing chunks for their buckets. */
  readonly capacityBytes: number
  /**
   * What can be filled in before some bucket is likely to be full, for chunks whose addresses nobody chose (bee-js's
   * table, after the Swarm papers). At depth 17 that is a few chunks.
   */
  readonly effectiveBytes: number
}

const GREATEST_LISTED_DEPTH = 34

/** Through bee-js, which is loaded only here and for listing. */
export async function capacityOf(depth: number): Promise<BatchCapacity> {
  const { Utils } = await import('@ethersphere/bee-js')
  return { capacityBytes: 2 ** depth * 4096, effectiveBytes: Math.floor(Utils.getStampEffectiveBytes(depth)) }
}

/**
 * The smallest depth whose effective capacity holds so many bytes.
 * @throws INVALID_ARGUMENT (no size; more than any batch of the table holds, 63 TB)
 */
export async function depthFor(bytes: number): Promise<number> {
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    throw new InvalidArgumentError(`${bytes} is no size in bytes`, { bytes })
  }
  for (let depth = MINIMUM_DEPTH; depth <= GREATEST_LISTED_DEPTH; depth++) {
    if ((await capacityOf(depth)).effectiveBytes >= bytes) return depth
  }
  throw new InvalidArgumentError(`no batch of depth ${GREATEST_LISTED_DEPTH} or less holds ${bytes} bytes`, {
    bytes,
    depth: GREATEST_LISTED_DEPTH,
  })
}
