import type { Contact, ContactResult, ContactsStatement } from '@remote-log/client'
import { formatLogId } from '@remote-log/core'
import { counted } from './counted.ts'
import { EXIT_CODES } from './exit-codes.ts'
import type { Output } from './output.ts'
import { describeSync } from './show-sync.ts'

/** The JSON form of a contact. */
export function describeContact({ id, name, added }: Contact): object {
  return { log: formatLogId(id), name: name ?? null, added }
}

/** The JSON form of a sync of all contacts. */
export function describeContacts({ logs, ...statement }: ContactsStatement): object {
  return {
    ...statement,
    block: statement.block ?? null,
    logs: logs.map(({ id, name, statement, error, ...log }) => ({
      log: formatLogId(id),
      name: name ?? null,
      ...log,
      ...(statement && { statement: describeSync(statement) }),
      ...(error && { error: { code: error.code, message: error.message, details: error.details } }),
    })),
  }
}

/** What is new or wrong; contacts without news are counted. */
export async function showContacts(out: Output, statement: ContactsStatement): Promise<void> {
  const { complete, fresh, block, logs, costs } = statement
  const at = block ? `, at block ${block.number}` : ''
  await out.line(
    `${complete ? 'complete' : 'incomplete'}: ${counted(logs.length, 'contact')}, ${counted(fresh, 'new entry', 'new entries')}${at}`,
  )
  for (const log of logs) await showContact(out, log)
  await out.line(
    `  read ${counted(costs.chunks, 'chunk')} (${costs.bytes} bytes) in ${counted(costs.rounds, 'round')} of requests`,
  )
}

async function showContact(out: Output, { id, name, statement, error }: ContactResult): Promise<void> {
  const who = name ?? formatLogId(id)
  if (error) await out.line(`  ${who}: ${error.code}, ${error.message}`)
  else if (statement.fresh > 0)
    await out.line(`  ${who}: ${statement.fresh} new of ${counted(statement.entries, 'entry', 'entries')}`)
  for (const { from, to, reason, message } of statement?.missing ?? [])
    await out.line(`  ${who}: entries ${from} to ${to - 1} are missing: ${reason}, ${message}`)
}

/** The exit code of the first thing that is wrong or missing; undefined where nothing is. */
export function exitCodeOfContacts({ logs }: ContactsStatement): number | undefined {
  for (const { error, statement } of logs) {
    const code = error?.code ?? statement?.missing[0]?.reason
    if (code) return EXIT_CODES[code]
  }
  return undefined
}
