import { writeError } from './answer-error.ts'
import type { BeeNode } from './bee-node.ts'
import { demandUsable } from './postage/batch-state.ts'
import { type OwnBatch, parseOwnBatch } from './postage/stamp-record.ts'
import { parseObject } from './tag.ts'

/**
 * Checks, before anything is sent, that the node's batch takes chunks: see {@link demandUsable}.
 * @throws REFUSED (`details.reason`), UNAVAILABLE, ABORTED
 */
export async function checkBatch(
  node: BeeNode,
  batch: string,
  signal: AbortSignal | undefined,
  minimumSeconds?: number,
): Promise<OwnBatch> {
  const request = { method: 'GET', route: '/stamps/{batch}', parameter: batch } as const
  return node.call(request, signal, (answer, origin) => {
    if (answer.status !== 200) throw writeError(answer, origin)
    const own = parseOwnBatch(parseObject(answer.bytes), origin)
    demandUsable(own, origin, minimumSeconds)
    return own
  })
}
