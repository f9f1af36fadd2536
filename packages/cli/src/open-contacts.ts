import { mkdir } from 'node:fs/promises'
import type { Contact, Contacts } from '@remote-log/client'
import { formatLogId, InvalidArgumentError, type LogId, NotFoundError, parseLogId } from '@remote-log/core'
import { awaitTurn, DEFAULT_WAIT_MS } from './await-turn.ts'
import { gatewaysOf, readConfig, resolveNetwork } from './config.ts'
import { leaveNote } from './holder.ts'
import { homeAt } from './home.ts'
import type { GlobalOptions } from './program.ts'
import type { Runtime } from './runtime.ts'

/** Opens the contacts of the home folder, on the network of its log, and closes them whatever happens. */
export async function withContacts(
  runtime: Runtime,
  options: GlobalOptions,
  run: (contacts: Contacts) => Promise<void>,
): Promise<void> {
  const home = homeAt(options.home, runtime.env)
  const config = await readConfig(home)
  const network = await resolveNetwork(config)
  const [{ CLASSIC_LEVEL_OPTIONS, connectContacts }, { ClassicLevel }] = await Promise.all([
    import('@remote-log/client'),
    import('classic-level'),
  ])
  await mkdir(home.contacts, { recursive: true, mode: 0o700 })
  const { chainId, registry } = config.log
  const shared = { folder: home.folder, holder: home.contactsHolder }
  const contacts = await awaitTurn(runtime, shared, options.lockTimeout ?? DEFAULT_WAIT_MS, () =>
    connectContacts({
      ...{ chainId, registry, rpc: network.rpc, bee: gatewaysOf(network), retryMs: options.retryFor },
      local: new ClassicLevel<string, Uint8Array>(home.contacts, CLASSIC_LEVEL_OPTIONS),
    }),
  )
  const takeNote = leaveNote(shared, `contacts ${options.command}`)
  try {
    await run(contacts)
  } finally {
    await contacts.close()
    takeNote()
  }
}

/** The contact that is meant by a log id or by its name. @throws NotFoundError, InvalidArgumentError (two have the name) */
export async function contactMeant(contacts: Contacts, text: string): Promise<Contact> {
  const list = await contacts.list()
  const isId = text.startsWith('remotelog:')
  const wanted = isId ? formatLogId(parseLogId(text)) : text
  const found = list.filter(({ id, name }) => (isId ? formatLogId(id) : name) === wanted)
  if (found.length > 1) {
    throw new InvalidArgumentError(
      `${found.length} contacts are called ${JSON.stringify(text)}: give the log id`,
      {
        name: text,
      },
    )
  }
  if (found[0]) return found[0]
  throw new NotFoundError(
    `${JSON.stringify(text)} is not among the ${list.length} contacts: remote-log contacts list shows them`,
    { contact: text },
  )
}

/** `<log id> [name]`, one a line; empty lines and those that begin with # are left out. @throws InvalidArgumentError */
export function parseContactLines(text: string): { log: LogId; name: string | undefined }[] {
  return text.split('\n').flatMap((line, i) => {
    const [, log, name] = /^\s*([^\s#]\S*)(?:\s+(.*\S))?\s*$/.exec(line) ?? []
    if (log === undefined) return []
    try {
      return [{ log: parseLogId(log), name }]
    } catch (cause) {
      throw new InvalidArgumentError(`line ${i + 1}: ${(cause as Error).message}`, { line: i + 1 }, cause)
    }
  })
}
