import { mkdir } from 'node:fs/promises'
import type { Lanes, RemoteLog } from '@remote-log/client'
import { type LogId, parseLogId, topicOf } from '@remote-log/core'
import { awaitTurn, DEFAULT_WAIT_MS } from './await-turn.ts'
import { type Config, gatewaysOf, readConfig, resolveNetwork } from './config.ts'
import { leaveNote } from './holder.ts'
import { homeAt } from './home.ts'
import { unlockKey } from './key.ts'
import { parseTopicOption } from './parse-option.ts'
import type { PasswordOptions } from './password.ts'
import type { GlobalOptions } from './program.ts'
import type { Runtime } from './runtime.ts'

/** Which list is meant, and how it is opened. */
export interface LanesOptions extends GlobalOptions, PasswordOptions {
  /** A list by its id. */
  readonly list?: string | undefined
  /** A list of the owner of this home's log, by its name. */
  readonly group?: string | undefined
}

/** The list of an owner's devices, where no other name is given. */
export const DEFAULT_GROUP = 'devices'

/** What the configuration says beside. */
export interface LanesFacts {
  /** The log that this device writes. */
  readonly own: LogId | undefined
}

/** Opens the lanes that are meant, over the local database of the home folder, and closes them whatever happens. */
export async function withLanes(
  runtime: Runtime,
  { change = false, ...options }: LanesOptions & { readonly change?: boolean },
  run: (lanes: Lanes, facts: LanesFacts) => Promise<void>,
): Promise<void> {
  const home = homeAt(options.home, runtime.env)
  const config = await readConfig(home)
  const list = listOf(config, options)
  const { account } = config
  const signer = change ? await unlockKey(runtime, home, list.owner, { account, ...options }) : undefined
  const network = await resolveNetwork(config)
  const [{ connect, connectLanes }, { openDatabase }] = await Promise.all([
    import('@remote-log/client'),
    import('./open-database.ts'),
  ])
  await mkdir(home.database, { recursive: true, mode: 0o700 })
  const place = { bee: gatewaysOf(network), rpc: network.rpc, retryMs: options.retryFor }
  const isIn =
    config.role === 'writer' && config.log.registry === list.registry && config.log.chainId === list.chainId
  const open = async (): Promise<{ lanes: Lanes; own: RemoteLog | undefined }> => {
    const local = openDatabase(home)
    const own = isIn ? await connect({ ...place, local, log: config.log }) : undefined
    try {
      return { lanes: await connectLanes({ ...place, local, list, signer, own }), own }
    } catch (error) {
      await own?.close()
      throw error
    }
  }
  const { lanes, own } = await awaitTurn(runtime, home, options.lockTimeout ?? DEFAULT_WAIT_MS, open)
  const takeNote = leaveNote(home, `lane ${options.command}`)
  try {
    await run(lanes, { own: own?.id })
  } finally {
    await lanes.close()
    await own?.close()
    takeNote()
  }
}

function listOf({ log, lanes }: Config, { list, group }: LanesOptions): LogId {
  if (list !== undefined) return parseLogId(list)
  if (group !== undefined) return { ...log, topic: parseTopicOption(group) }
  return lanes ? log : { ...log, topic: topicOf(DEFAULT_GROUP) }
}
