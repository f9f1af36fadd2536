import { NotFoundError, UnavailableError } from '@remote-log/core'
import { type AnswerOrigin, isAbsence, unavailable, writeError } from '../answer-error.ts'
import type { BeeAnswer } from '../bee-connection.ts'
import type { BeeNode } from '../bee-node.ts'
import { parseObject } from '../tag.ts'
import type { BatchBuckets } from './room.ts'
import { type ChainBatch, type OwnBatch, parseChainBatch, parseOwnBatch, reader } from './stamp-record.ts'

/** Most bytes of a list of batches, or of 65,536 buckets. */
const LIST_LIMIT = 2 ** 25
const BUCKETS = 65_536
/** What Bee before 2.8.1, which does not state it, has built in. */
const MINIMUM_VALIDITY_BLOCKS = 17_280

/** The postage chain as a node sees it (`GET /chainstate`). */
export interface ChainState {
  readonly block: number
  /** PLUR that one chunk has cost since the beginning. */
  readonly totalPlur: bigint
  /** PLUR per chunk and block. */
  readonly pricePlur: bigint
  readonly minimumValidityBlocks: number
}

/** @throws UNAVAILABLE, ABORTED */
export function readChainState(node: BeeNode, signal: AbortSignal | undefined): Promise<ChainState> {
  return node.call({ method: 'GET', route: '/chainstate' }, signal, (answer, origin) => {
    const read = reader(successful(answer, origin), origin)
    const minimum = read.optional('minimumValidityBlocks')
    return {
      block: read.count('block'),
      totalPlur: read.plur('totalAmount'),
      pricePlur: read.plur('currentPrice'),
      minimumValidityBlocks: Number.isSafeInteger(minimum) ? (minimum as number) : MINIMUM_VALIDITY_BLOCKS,
    }
  })
}

/** All batches that the node owns and that have not run out, too young ones included. @throws UNAVAILABLE, REFUSED, ABORTED */
export function listOwnBatches(node: BeeNode, signal: AbortSignal | undefined): Promise<readonly OwnBatch[]> {
  const request = { method: 'GET', route: '/stamps', limit: LIST_LIMIT } as const
  return node.call(request, signal, (answer, origin) => {
    const { stamps } = successful(answer, origin)
    if (!Array.isArray(stamps)) throw strange(origin)
    return stamps.map(stamp => parseOwnBatch(stamp, origin))
  })
}

/** @throws NOT_FOUND (no such batch, or it ran out), UNAVAILABLE (also from Bee before 2.8.1), ABORTED */
export function readChainBatch(
  node: BeeNode,
  id: string,
  signal: AbortSignal | undefined,
): Promise<ChainBatch> {
  const request = { method: 'GET', route: '/batches/{batch}', parameter: id } as const
  return node.call(request, signal, (answer, origin) => {
    if (isAbsence(answer) && parseObject(answer.bytes)?.message === 'batch not found') {
      throw new NotFoundError(`${origin.url} knows no postage batch ${id}: it ran out, or never was`, {
        url: origin.url,
        batch: id,
      })
    }
    return parseChainBatch(successful(answer, origin), origin)
  })
}

/** @throws REFUSED (not the node's, not usable), UNAVAILABLE, ABORTED */
export function readBuckets(
  node: BeeNode,
  id: string,
  signal: AbortSignal | undefined,
): Promise<BatchBuckets> {
  const request = {
    method: 'GET',
    route: '/stamps/{batch}/buckets',
    parameter: id,
    limit: LIST_LIMIT,
  } as const
  return node.call(request, signal, (answer, origin) => {
    const body = successful(answer, origin)
    const slots = reader(body, origin).count('bucketUpperBound')
    if (!Array.isArray(body.buckets) || body.buckets.length !== BUCKETS) throw strange(origin)
    const taken = new Uint32Array(BUCKETS)
    for (const bucket of body.buckets) {
      const read = reader(bucket, origin)
      const number = read.count('bucketID')
      if (number >= BUCKETS) throw strange(origin)
      taken[number] = read.count('collisions')
    }
    return { slots, taken }
  })
}

function successful(answer: BeeAnswer, origin: AnswerOrigin): Readonly<Record<string, unknown>> {
  if (answer.status !== 200) {
    throw answer.status === 404 && !/issuer|batch/.test(new TextDecoder().decode(answer.bytes))
      ? unavailable(answer, origin)
      : writeError(answer, origin)
  }
  const body = parseObject(answer.bytes)
  if (!body) throw strange(origin)
  return body
}

function strange(origin: AnswerOrigin): UnavailableError {
  return new UnavailableError(`${origin.url} answered ${origin.route} by something else`, { ...origin })
}
