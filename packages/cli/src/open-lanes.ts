import { mkdir } from 'node:fs/promises'
import type { Lanes } from '@remote-log/client'
import { type LogId, parseLogId, topicOf } from '@remote-log/core'
import { type Config, gatewaysOf, readConfig, resolveNetwork } from './config.ts'
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
  const [{ CLASSIC_LEVEL_OPTIONS, connect, connectLanes }, { ClassicLevel }] = await Promise.all([
    import('@remote-log/client'),
    import('classic-level'),
  ])
  await mkdir(home.database, { recursive: true, mode: 0o700 })
  const local = new ClassicLevel<string, Uint8Array>(home.database, CLASSIC_LEVEL_OPTIONS)
  const place = { bee: gatewaysOf(network), rpc: network.rpc, local }
  const isIn =
    config.role === 'writer' && config.log.registry === list.registry && config.log.chainId === list.chainId
  const own = isIn ? await connect({ ...place, log: config.log }) : undefined
  try {
    const lanes = await connectLanes({ ...place, list, signer, own })
    try {
      await run(lanes, { own: own?.id })
    } finally {
      await lanes.close()
    }
  } finally {
    await own?.close()
  }
}

function listOf({ log, lanes }: Config, { list, group }: LanesOptions): LogId {
  if (list !== undefined) return parseLogId(list)
  if (group !== undefined) return { ...log, topic: parseTopicOption(group) }
  return lanes ? log : { ...log, topic: topicOf(DEFAULT_GROUP) }
}
