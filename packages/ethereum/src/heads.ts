import type { BlockTag, CallOptions, HeadStatement, LogKey } from '@remote-log/core'
import type { Connection } from './connection.ts'
import { LOGS_PER_CALL } from './limits.ts'
import { headOfBytes32 } from './registry-abi.ts'
import { askAtTag, type Question } from './seen.ts'

/** The heads of logs, all at the newest block with this tag. @throws WRONG_CHAIN, NO_CONTRACT, UNAVAILABLE, ABORTED */
export async function headsAt(
  connection: Connection,
  logs: readonly LogKey[],
  tag: BlockTag,
  options: CallOptions,
): Promise<HeadStatement[]> {
  const parts = Array.from({ length: Math.ceil(logs.length / LOGS_PER_CALL) }, (_, i) =>
    logs.slice(i * LOGS_PER_CALL, (i + 1) * LOGS_PER_CALL),
  )
  const { block, results } = await askAtTag(connection, parts.map(questionOf), tag, options)
  return results
    .flatMap(([heads]) => [...(heads as string[])])
    .map(bytes => ({ head: headOfBytes32(bytes), block }))
}

function questionOf(logs: readonly LogKey[]): Question {
  return {
    name: 'headsWithBlock',
    args: [logs.map(({ owner, topic }) => ({ owner, topic }))],
    fits: ([heads]) => (heads as string[]).length === logs.length,
  }
}
