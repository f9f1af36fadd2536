import {
  type BlockRef,
  type BlockTag,
  type CallOptions,
  type HeadStatement,
  type LogKey,
  UnavailableError,
} from '@remote-log/core'
import type { Connection } from './connection.ts'
import { BLOCK_ATTEMPTS, LOGS_PER_CALL } from './limits.ts'
import { headOfBytes32, registryInterface } from './registry-abi.ts'
import { failureOf } from './rpc-error.ts'

/**
 * The heads of logs, all at the newest block with this tag. Behind one URL may stand several nodes that are not equally
 * far: where the second one asked does not know the block that the first one named, all starts again.
 * @throws WRONG_CHAIN, NO_CONTRACT, UNAVAILABLE, ABORTED
 */
export async function headsAt(
  connection: Connection,
  logs: readonly LogKey[],
  tag: BlockTag,
  options: CallOptions,
): Promise<HeadStatement[]> {
  for (let attempt = 1; ; attempt++) {
    const block = await connection.blockAt(tag, options)
    try {
      const parts = Array.from({ length: Math.ceil(logs.length / LOGS_PER_CALL) }, (_, i) =>
        logs.slice(i * LOGS_PER_CALL, (i + 1) * LOGS_PER_CALL),
      )
      return (await Promise.all(parts.map(part => read(connection, part, block, options)))).flat()
    } catch (error) {
      if (failureOf(error).kind !== 'block' || attempt === BLOCK_ATTEMPTS) throw error
    }
  }
}

async function read(
  connection: Connection,
  logs: readonly LogKey[],
  block: BlockRef,
  options: CallOptions,
): Promise<HeadStatement[]> {
  const question = registryInterface.encodeFunctionData('headsOf', [
    logs.map(({ owner, topic }) => ({ owner, topic })),
  ])
  const answer = await connection.callAt(block, question, options)
  const heads = decodeHeads(answer)
  if (heads?.length !== logs.length) {
    throw new UnavailableError('the node answered with something that is no list of heads', {
      block: block.number,
      asked: logs.length,
      got: heads?.length,
    })
  }
  return heads.map(bytes => ({ head: headOfBytes32(bytes), block }))
}

function decodeHeads(answer: string): string[] | undefined {
  try {
    const [heads] = registryInterface.decodeFunctionResult('headsOf', answer)
    return [...(heads as string[])]
  } catch {
    return undefined
  }
}
