import type { SyncStatement } from '@remote-log/client'
import { counted } from './counted.ts'
import type { Output } from './output.ts'

/** The JSON form of what a sync found. */
export function describeSync({ feedTrouble, ...statement }: SyncStatement): object {
  return {
    ...statement,
    ...(feedTrouble && { feedTrouble: { code: feedTrouble.code, message: feedTrouble.message } }),
  }
}

export async function showSync(out: Output, statement: SyncStatement): Promise<void> {
  const { complete, entries, fresh, head, block, missing, provisional, feedTrouble, costs } = statement
  const at = `head ${head}, block ${block.number}`
  if (head === undefined) await out.line(`nothing is published yet (block ${block.number})`)
  else if (!complete)
    await out.line(`incomplete: ${counted(entries, 'entry', 'entries')} at ${at}, but missing are`)
  else await out.line(`complete: ${counted(entries, 'entry', 'entries')}, ${fresh} of them new, at ${at}`)
  for (const { from, to, reason, message } of missing) {
    await out.line(`  entries ${from} to ${to - 1}: ${reason}, ${message}`)
  }
  if (provisional) {
    await out.line(
      `  ${provisional.entries - entries} more are announced and not anchored: cat --provisional shows them`,
    )
  }
  if (feedTrouble) await out.line(`  the feed: ${feedTrouble.code}, ${feedTrouble.message}`)
  await out.line(
    `  read ${counted(costs.chunks, 'chunk')} (${costs.bytes} bytes) in ${counted(costs.rounds, 'round')} of requests`,
  )
}
