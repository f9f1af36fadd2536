import type { BlockRef, BlockTag, CallOptions } from '@remote-log/core'
import type { Result } from 'ethers'
import type { Connection } from './connection.ts'
import { LINES_PER_CALL } from './limits.ts'
import { askAtBlock, askAtTag, type Question } from './seen.ts'

/**
 * A whole list of the registry's, at one block: the first page in one round, and where there are more, those in a second.
 * @throws WRONG_CHAIN, NO_CONTRACT, UNAVAILABLE, ABORTED
 */
export async function wholeList(
  connection: Connection,
  name: 'lanesOf' | 'writersOf',
  args: readonly unknown[],
  tag: BlockTag,
  options: CallOptions,
): Promise<{ block: BlockRef; lines: Result[] }> {
  const { block, results } = await askAtTag(connection, [pageOf(name, args, 0)], tag, options)
  const total = Number(results[0]![0])
  const offsets = Array.from({ length: Math.ceil(total / LINES_PER_CALL) }, (_, i) => i * LINES_PER_CALL)
  const rest = await Promise.all(
    offsets.slice(1).map(offset => askAtBlock(connection, pageOf(name, args, offset), block, options)),
  )
  return { block, lines: [results[0]!, ...rest].flatMap(([, lines]) => [...(lines as Result)] as Result[]) }
}

function pageOf(name: 'lanesOf' | 'writersOf', args: readonly unknown[], offset: number): Question {
  return {
    name,
    args: [...args, offset, LINES_PER_CALL],
    fits: ([total, lines]) => {
      const behind = Math.max(Number(total) - offset, 0)
      return (
        Number.isSafeInteger(Number(total)) && (lines as Result).length === Math.min(behind, LINES_PER_CALL)
      )
    },
  }
}
