import { UnavailableError } from '@remote-log/core'
import { refused, writeError } from './answer-error.ts'
import type { BeeNode } from './bee-node.ts'
import { parseObject } from './tag.ts'

/**
 * Checks, before anything is sent, that a batch takes chunks: the node owns it, it is usable, has time left, and is
 * no mutable batch with a full bucket (that one would let go of the oldest chunks without a word). An immutable batch
 * with a full bucket still takes chunks for other buckets: it refuses the others by itself, one by one.
 * @throws REFUSED (`details.reason`), UNAVAILABLE, ABORTED
 */
export async function checkBatch(
  node: BeeNode,
  batch: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const request = { method: 'GET', route: '/stamps/{batch}', parameter: batch } as const
  await node.call(request, signal, (answer, origin) => {
    if (answer.status !== 200) throw writeError(answer, origin)
    const stamp = parseObject(answer.bytes)
    const { batchTTL, depth, bucketDepth, utilization } = stamp ?? {}
    const counts = [batchTTL, depth, bucketDepth, utilization]
    if (!stamp || !counts.every(value => Number.isSafeInteger(value))) {
      throw new UnavailableError(`${origin.url} answered ${origin.route} by something else`, { ...origin })
    }
    const details = { ...origin, batch }
    if (stamp.usable !== true || stamp.exists === false) {
      throw refused('batch-not-usable', `postage batch ${batch} is not usable`, details)
    }
    // -1 where the postage price is 0 (`pkg/api/postage.go`): such a batch lasts.
    if ((batchTTL as number) <= 0 && batchTTL !== -1) {
      throw refused('batch-expired', `postage batch ${batch} has no time left`, details)
    }
    const slots = 2 ** ((depth as number) - (bucketDepth as number))
    if (stamp.immutableFlag === false && (utilization as number) >= slots) {
      const what = `mutable postage batch ${batch} has a full bucket: new chunks would displace older ones`
      throw refused('batch-full', what, { ...details, slots })
    }
  })
}
