import { mkdir } from 'node:fs/promises'
import type { Group } from '@remote-log/client'
import { formatLogId, type LogId } from '@remote-log/core'
import { awaitTurn, DEFAULT_WAIT_MS } from './await-turn.ts'
import { gatewaysOf, readConfig, resolveNetwork } from './config.ts'
import { leaveNote } from './holder.ts'
import { homeAt } from './home.ts'
import { withContacts } from './open-contacts.ts'
import type { GlobalOptions } from './program.ts'
import type { Runtime } from './runtime.ts'

/** The group of this home, and how people call its members: the log of this home, and all contacts. */
export interface OpenGroup {
  readonly group: Group
  /** What a log is called: its contact's name, `me`, or its id. */
  readonly nameOf: (log: LogId) => string
}

/** Opens the group, hands it to `run`, and closes it whatever happens. Appending needs no key: `publish` does that. */
export async function withGroup(
  runtime: Runtime,
  options: GlobalOptions,
  run: (open: OpenGroup) => Promise<void>,
): Promise<void> {
  const home = homeAt(options.home, runtime.env)
  const { log, role, ...config } = await readConfig(home)
  const network = await resolveNetwork({ log, role, ...config })
  const names = new Map<string, string>()
  const members: LogId[] = [log]
  await withContacts(runtime, options, async contacts => {
    for (const { id, name } of await contacts.list()) {
      members.push(id)
      if (name !== undefined) names.set(formatLogId(id), name)
    }
  })
  const own = role === 'writer'
  if (own) names.set(formatLogId(log), 'me')
  const [{ CLASSIC_LEVEL_OPTIONS, connectGroup }, { ClassicLevel }] = await Promise.all([
    import('@remote-log/client'),
    import('classic-level'),
  ])
  await mkdir(home.database, { recursive: true, mode: 0o700 })
  const { chainId, registry } = log
  const group = await awaitTurn(runtime, home, options.lockTimeout ?? DEFAULT_WAIT_MS, () =>
    connectGroup({
      ...{ chainId, registry, members, rpc: network.rpc, bee: gatewaysOf(network) },
      retryMs: options.retryFor,
      ...(own && { log, writable: true, asWriter: config.asWriter }),
      local: new ClassicLevel<string, Uint8Array>(home.database, CLASSIC_LEVEL_OPTIONS),
    }),
  )
  const takeNote = leaveNote(home, `group ${options.command}`)
  try {
    await run({ group, nameOf: id => names.get(formatLogId(id)) ?? formatLogId(id) })
  } finally {
    await group.close()
    takeNote()
  }
}
