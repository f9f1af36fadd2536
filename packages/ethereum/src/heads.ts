import {
  type BlockRef,
  type BlockTag,
  type CallOptions,
  type HeadStatement,
  type LogKey,
  UnavailableError,
} from '@remote-log/core'
import type { Interface, Result } from 'ethers'
import type { Connection, Glance } from './connection.ts'
import { BLOCK_ATTEMPTS, LOGS_PER_CALL } from './limits.ts'
import { headOfBytes32, registryInterface } from './registry-abi.ts'
import { failureOf } from './rpc-error.ts'

/**
 * The heads of logs, all at the newest block with this tag, in one round of requests where the registry saw the block
 * that the node names. Where it saw another (one came in between; several nodes, not equally far, stand behind one URL;
 * the chain counts blocks in its own way), it is asked again by the block's hash; where the node does not know that
 * block, all starts again.
 * @throws WRONG_CHAIN, NO_CONTRACT, UNAVAILABLE, ABORTED
 */
export async function headsAt(
  connection: Connection,
  logs: readonly LogKey[],
  tag: BlockTag,
  options: CallOptions,
): Promise<HeadStatement[]> {
  const parts = Array.from({ length: Math.ceil(logs.length / LOGS_PER_CALL) }, (_, i) =>
    logs.slice(i * LOGS_PER_CALL, (i + 1) * LOGS_PER_CALL),
  )
  const questions = parts.map(part =>
    registryInterface.encodeFunctionData('headsWithBlock', [part.map(keyOf)]),
  )
  for (let attempt = 1; ; attempt++) {
    const glance = await connection.glance(tag, questions, options)
    try {
      const heads = await Promise.all(
        parts.map(
          (part, i) => headsSeen(glance, i, part.length) ?? read(connection, part, glance.block, options),
        ),
      )
      return heads.flat().map(bytes => ({ head: headOfBytes32(bytes), block: glance.block }))
    } catch (error) {
      if (failureOf(error).kind !== 'block' || attempt === BLOCK_ATTEMPTS) throw error
    }
  }
}

/** The heads of an answer that were read at the block named; undefined where it is at another, or is no answer. */
function headsSeen(
  { block, parentHash, answers }: Glance,
  index: number,
  count: number,
): string[] | undefined {
  const answer = answers[index]
  if (answer === undefined) return undefined
  const decoded = decode('headsWithBlock', answer)
  if (decoded === undefined) return undefined
  const [seen, heads] = decoded as unknown as [[bigint, bigint, string], string[]]
  const [number, timestamp, parent] = seen
  const agrees =
    number === BigInt(block.number) && timestamp === BigInt(block.timestamp) && parent === parentHash
  return agrees && heads.length === count ? [...heads] : undefined
}

function keyOf({ owner, topic }: LogKey): LogKey {
  return { owner, topic }
}

async function read(
  connection: Connection,
  logs: readonly LogKey[],
  block: BlockRef,
  options: CallOptions,
): Promise<string[]> {
  const question = registryInterface.encodeFunctionData('headsOf', [logs.map(keyOf)])
  const answer = await connection.callAt(block, question, options)
  const heads = decode('headsOf', answer)?.[0] as string[] | undefined
  if (heads?.length !== logs.length) {
    throw new UnavailableError('the node answered with something that is no list of heads', {
      block: block.number,
      asked: logs.length,
      got: heads?.length,
    })
  }
  return [...heads]
}

function decode(name: 'headsOf' | 'headsWithBlock', answer: string): Result | undefined {
  try {
    const result = (registryInterface as Interface).decodeFunctionResult(name, answer)
    // ethers decodes lists only where they are read.
    result.toArray(true)
    return result
  } catch {
    return undefined
  }
}
