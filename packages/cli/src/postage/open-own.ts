import type { KeyPostage } from '@remote-log/client'
import { type Address, InvalidArgumentError } from '@remote-log/core'
import { type Config, readConfig, resolveNetwork } from '../config.ts'
import { readDevnetFile } from '../devnet-file.ts'
import { type Home, homeAt } from '../home.ts'
import { unlockKey } from '../key.ts'
import type { PasswordOptions } from '../password.ts'
import type { GlobalOptions } from '../program.ts'
import type { Runtime } from '../runtime.ts'
import { readOwnBatches } from './own-batches.ts'

export interface OwnOptions extends GlobalOptions, PasswordOptions {
  /** RPC provider of the chain on which postage is sold; default the configured one. */
  readonly rpc?: string
  readonly postageContract?: Address
  /** Seconds a block. */
  readonly blockTime?: number
}

/** The seller, and what is configured. */
export interface OpenOwn {
  readonly home: Home
  readonly postage: KeyPostage
  /** As it was given, to be kept with a batch that is written with. */
  readonly rpc: string | undefined
  /** Absent where there is no configuration. */
  readonly config: Config | undefined
  /** The configured batch, where this device stamps for it. */
  readonly batch: string | undefined
}

/**
 * @param pay whether a key is needed: REMOTE_LOG_KEY, or the key file
 * @throws NOT_FOUND (neither `--rpc` nor a configuration), INVALID_ARGUMENT (no contract known), READ_ONLY (no key)
 */
export async function openOwn(runtime: Runtime, options: OwnOptions, pay: boolean): Promise<OpenOwn> {
  const home = homeAt(options.home, runtime.env)
  const config = await readConfig(home).catch(error => {
    if (options.rpc === undefined || error?.code !== 'NOT_FOUND') throw error
    return undefined
  })
  const { rpc, chainId, contract } = await placeOf(config, options)
  const { KeyPostage } = await import('@remote-log/client')
  const signer = pay
    ? await unlockKey(runtime, home, config?.log.owner, { account: config?.account, ...options })
    : undefined
  const blockTimeMs = options.blockTime === undefined ? undefined : options.blockTime * 1000
  const postage = await KeyPostage.open({ provider: rpc, chainId, contract, signer, blockTimeMs }, runtime)
  const own = options.rpc ?? config?.ownStamps?.rpc
  return { home, postage, rpc: own, config, batch: config?.stamps?.batch }
}

/** Where postage is sold: as given, else where the configured batch is from, else the log's own chain. */
async function placeOf(config: Config | undefined, { rpc, postageContract }: OwnOptions) {
  if (!config || rpc !== undefined) return { rpc: rpc!, chainId: undefined, contract: postageContract }
  const { network, stamps, ownStamps, log } = config
  const own = (await resolveNetwork(config)).rpc
  if (stamps) {
    const { chainId, contract } = stamps
    return { rpc: stamps.rpc ?? own, chainId, contract: postageContract ?? contract }
  }
  if (ownStamps?.rpc !== undefined) {
    return { rpc: ownStamps.rpc, chainId: undefined, contract: postageContract ?? ownStamps.contract }
  }
  const devnet = 'devnet' in network ? (await readDevnetFile(network.devnet)).postage : undefined
  const contract = postageContract ?? ownStamps?.contract ?? devnet
  return { rpc: own, chainId: log.chainId, contract }
}

/** The batch that a command is about: named, the configured one, or the only one bought here. @throws INVALID_ARGUMENT */
export async function ownBatchMeant(named: string | undefined, { batch, home }: OpenOwn): Promise<string> {
  const bought = await readOwnBatches(home)
  const id = named ?? batch ?? (bought.length === 1 ? bought[0] : undefined)
  if (id !== undefined) return id
  throw new InvalidArgumentError('no own batch is configured: name one, as postage own list shows it', {})
}
