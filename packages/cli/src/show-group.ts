import type { GroupEntry, GroupStatement, MissingEntry } from '@remote-log/client'
import { formatLogId } from '@remote-log/core'
import { counted } from './counted.ts'
import { EXIT_CODES } from './exit-codes.ts'
import type { OpenGroup } from './open-group.ts'
import type { Output } from './output.ts'
import { describeContacts } from './show-contacts.ts'
import { MAX_JSON_PAYLOAD_BYTES, payloadField } from './show-entry.ts'

/** The JSON form of an entry of a group. */
export async function describeGroupEntry(entry: GroupEntry, signal: AbortSignal): Promise<object> {
  const { member, seq, id, timestamp, level, lamport, dependencies, published, length, fault } = entry
  return {
    log: formatLogId(member),
    ...{ seq, id, timestamp, level, lamport, dependencies, published, length },
    ...(fault !== undefined && { fault }),
    ...(length <= MAX_JSON_PAYLOAD_BYTES && payloadField(await entry.bytes({ signal }))),
  }
}

/** `name: content`, as a line. */
export async function showGroupEntry(
  out: Output,
  entry: GroupEntry,
  nameOf: OpenGroup['nameOf'],
  signal: AbortSignal,
): Promise<void> {
  await out.write(`${nameOf(entry.member)}: `)
  for await (const piece of entry.stream({ signal })) await out.write(piece)
  await out.write('\n')
}

/** The JSON form of a sync of a group. */
export function describeGroup({ missing, entries, ...statement }: GroupStatement): object {
  return {
    ...describeContacts(statement),
    entries,
    missing: missing.map(({ member, ...entry }) => ({
      member: member ? formatLogId(member) : null,
      ...entry,
    })),
  }
}

export async function showGroup(
  out: Output,
  { complete, entries, fresh, missing, logs, block, costs }: GroupStatement,
  nameOf: OpenGroup['nameOf'],
): Promise<void> {
  const at = block ? `, at block ${block.number}` : ''
  await out.line(
    `${complete ? 'complete' : 'incomplete'}: ${counted(entries, 'entry', 'entries')} of ${counted(logs.length, 'log')} in their places, ${fresh} of them new${at}`,
  )
  for (const { id, error } of logs)
    if (error) await out.line(`  ${nameOf(id)}: ${error.code}, ${error.message}`)
  for (const entry of missing) await out.line(`  missing: ${describeMissing(entry, nameOf)}`)
  await out.line(
    `  read ${counted(costs.chunks, 'chunk')} (${costs.bytes} bytes) in ${counted(costs.rounds, 'round')} of requests`,
  )
}

function describeMissing(
  { log, member, seq, reason, code, message, neededBy }: MissingEntry,
  nameOf: OpenGroup['nameOf'],
): string {
  const whose = member ? nameOf(member) : `the log ${log}`
  const waiting = neededBy ? `, needed by entry ${neededBy.seq} of ${neededBy.log}` : ''
  return `entry ${seq} of ${whose}${waiting}: ${reason}${code ? ` (${code})` : ''}, ${message}`
}

/** The exit code of the first thing that is wrong or missing; undefined where nothing is. */
export function exitCodeOfGroup({ logs, missing }: GroupStatement): number | undefined {
  const [error] = logs.flatMap(({ error }) => error ?? [])
  if (error) return EXIT_CODES[error.code]
  const [first] = missing
  return first && EXIT_CODES[first.code ?? 'NOT_FOUND']
}
