import type { BeePostage } from '@remote-log/client'
import { InvalidArgumentError } from '@remote-log/core'
import { readConfig, resolveNetwork } from '../config.ts'
import { type Home, homeAt } from '../home.ts'
import type { GlobalOptions } from '../program.ts'
import type { Runtime } from '../runtime.ts'

export interface PostageOptions extends GlobalOptions {
  /** Base URL of the Bee node; default the configured one. */
  readonly bee?: string
  /** Seconds a block. */
  readonly blockTime?: number
}

/** The node's postage, and what is configured. */
export interface OpenPostage {
  readonly home: Home
  readonly bee: string
  readonly postage: BeePostage
  /** The configured batch. */
  readonly batch: string | undefined
}

/** @throws NOT_FOUND (neither `--bee` nor a configuration), INVALID_ARGUMENT */
export async function openPostage(runtime: Runtime, options: PostageOptions): Promise<OpenPostage> {
  const home = homeAt(options.home, runtime.env)
  const network = options.bee === undefined ? await resolveNetwork(await readConfig(home)) : undefined
  const bee = options.bee ?? network!.bee
  const { BeePostage } = await import('@remote-log/client')
  const blockTimeMs = options.blockTime === undefined ? undefined : options.blockTime * 1000
  return { home, bee, batch: network?.batch, postage: new BeePostage({ url: bee, blockTimeMs }) }
}

/** The batch that a command is about: named, or the configured one. @throws INVALID_ARGUMENT */
export function batchMeant(named: string | undefined, { batch }: OpenPostage): string {
  const id = named ?? batch
  if (id !== undefined) return id
  throw new InvalidArgumentError('no batch is configured: name one, as postage list shows it', {})
}
