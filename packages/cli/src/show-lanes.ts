import type { KnownLane, LaneEntry, LaneResult, LanesStatement } from '@remote-log/client'
import { formatLogId, type LogId, type RemoteLogError } from '@remote-log/core'
import { counted } from './counted.ts'
import { EXIT_CODES } from './exit-codes.ts'
import type { Output } from './output.ts'
import { describeEntry, type EntryFormat, showEntry } from './show-entry.ts'
import { describeSync } from './show-sync.ts'

const errorJson = ({ code, message, details }: RemoteLogError) => ({ code, message, details })

/** The JSON form of a sync of lanes. */
export function describeLanes(list: LogId, { lanes, ...statement }: LanesStatement): object {
  return {
    list: formatLogId(list),
    ...statement,
    lanes: lanes.map(({ id, cutOff, head, entries, statement, error, ...lane }) => ({
      log: formatLogId(id),
      ...lane,
      cutOff: cutOff ?? null,
      head: head ?? null,
      entries: entries ?? null,
      ...(statement && { statement: describeSync(statement) }),
      ...(error && { error: errorJson(error) }),
    })),
  }
}

export async function showLanes(out: Output, statement: LanesStatement): Promise<void> {
  const { complete, entries, fresh, block, lanes, costs } = statement
  await out.line(
    `${complete ? 'complete' : 'incomplete'}: ${counted(entries, 'entry', 'entries')} of ${counted(lanes.length, 'lane')}, ${fresh} of them new, at block ${block.number}`,
  )
  for (const lane of lanes) await showLane(out, lane)
  await out.line(
    `  read ${counted(costs.chunks, 'chunk')} (${costs.bytes} bytes) in ${counted(costs.rounds, 'round')} of requests`,
  )
}

async function showLane(out: Output, { id, entries, statement, error, ...lane }: LaneResult): Promise<void> {
  const shown = entries === undefined ? 'nothing shown' : counted(entries, 'entry', 'entries')
  await out.line(`  ${formatLogId(id)}: ${shown}${revoked(lane)}`)
  for (const { from, to, reason, message } of statement?.missing ?? [])
    await out.line(`    missing: entries ${from} to ${to - 1}: ${reason}, ${message}`)
  if (!error) return
  await out.line(`    ${error.code}: ${error.message}`)
  for (const [name, value] of Object.entries(error.details)) await out.line(`      ${name}: ${value}`)
}

function revoked({
  listed,
  cutOff,
  head,
  withheld,
}: Pick<LaneResult, 'listed' | 'cutOff' | 'head' | 'withheld'>): string {
  if (listed) return ''
  const until = cutOff === undefined ? 'none of its entries count' : `what is behind ${cutOff} is not shown`
  const beyond =
    head === cutOff ? '' : withheld > 0 ? `, of it ${withheld} that were read` : ', and there is more'
  return ` (revoked: ${until}${beyond})`
}

/** The exit code of the first thing that is wrong or missing; undefined where nothing is. */
export function exitCodeOf({ lanes }: LanesStatement): number | undefined {
  for (const { error, statement } of lanes) {
    const code = error?.code ?? statement?.missing[0]?.reason
    if (code) return EXIT_CODES[code]
  }
  return undefined
}

export function describeKnown(list: LogId, { log, listed, cutOff, head, revision }: KnownLane): object {
  return {
    log: formatLogId({ ...list, ...log }),
    listed,
    cutOff: cutOff ?? null,
    head: head ?? null,
    revision,
  }
}

export async function showKnown(
  out: Output,
  list: LogId,
  { log, listed, cutOff, head }: KnownLane,
): Promise<void> {
  await out.line(`  ${formatLogId({ ...list, ...log })}${revoked({ listed, cutOff, head, withheld: 0 })}`)
}

/** An entry, in JSON with the log that it is of. */
export async function showLaneEntry(
  out: Output,
  { lane, entry }: LaneEntry,
  format: EntryFormat,
  signal: AbortSignal,
): Promise<void> {
  if (format === 'json') await out.json({ lane: formatLogId(lane), ...(await describeEntry(entry, signal)) })
  else await showEntry(out, entry, format, signal)
}
