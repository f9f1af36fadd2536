import { mkdir, rename, writeFile } from 'node:fs/promises'
import type { UploadEvidence } from '@remote-log/client'
import {
  type Address,
  formatLogId,
  InvalidArgumentError,
  type LogId,
  NotFoundError,
  parseAddress,
  parseLogId,
} from '@remote-log/core'
import { readDevnetFile } from './devnet-file.ts'
import type { Home } from './home.ts'
import { countField, type JsonObject, readJsonFile, textField } from './json-file.ts'
import { type OwnStampsConfig, readOwnStamps } from './own-stamps.ts'
import { parseBatch, parseUrl } from './parse-option.ts'

/** Where the chain and the Swarm node are. `batch` is what pays for writing; readers need none. */
export interface Network {
  readonly rpc: string
  /** The Bee node or gateway that is asked first, and that takes what is written. */
  readonly bee: string
  /** Further ones to read from, none of them trusted either. */
  readonly gateways?: readonly string[] | undefined
  readonly batch?: string | undefined
}

/** Heads ahead of the chain, without gas. `anchorEvery` undefined: only on demand. */
export interface FeedConfig {
  readonly anchorEvery?: number | undefined
}

/** A batch of the own key, for which this device stamps. */
export interface StampsConfig {
  readonly batch: string
  readonly depth: number
  /** Where it was bought. */
  readonly chainId: number
  readonly contract: Address
  /** RPC provider of that chain. Default: the log's. */
  readonly rpc?: string | undefined
}

/** What `init` wrote down: one log, and where its network is. */
export interface Config {
  readonly log: LogId
  /** Whether this device may add entries. */
  readonly role: 'writer' | 'reader'
  /** `log` is a list: what is read here are the logs in it. */
  readonly lanes?: true | undefined
  /** The key is not the owner's but that of a writer, whom the owner authorized. */
  readonly asWriter?: true | undefined
  /** Which account of the seed phrase the key is, where there is no key file. */
  readonly account?: number | undefined
  /** Whether the owner's feed is written or looked at, and after how many entries it is anchored. */
  readonly feed?: FeedConfig | undefined
  readonly stamps?: StampsConfig | undefined
  /** Whether own batches alone pay, and where they are bought. */
  readonly ownStamps?: OwnStampsConfig | undefined
  /** Where signed heads are posted, in place of transactions of one's own. */
  readonly relayer?: string | undefined
  /** What proves an upload, and the second node that it is read back through. Default: its tags. */
  readonly evidence?: UploadEvidence | undefined
  readonly readBack?: string | undefined
  /** A fixed network, or the devnet file to look it up in (its ports change when the devnet is started again). */
  readonly network:
    | Network
    | { readonly devnet: string /** In place of the devnet's. */; readonly batch?: string }
}

const VERSION = 1

/** @throws NotFoundError (no `init` yet), InvalidArgumentError */
export async function readConfig(home: Home): Promise<Config> {
  let object: JsonObject
  try {
    object = await readJsonFile(home.config, 'configuration')
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error
    throw new NotFoundError(
      `there is no log in ${home.folder}: run \`remote-log init\` first, or give --home`,
      { home: home.folder },
      error,
    )
  }
  if (object.version !== VERSION) {
    throw new InvalidArgumentError(`${home.config} is of version ${String(object.version)}, not ${VERSION}`, {
      file: home.config,
    })
  }
  const log = parseLogId(textField(object, 'log', home.config))
  const role = readRole(object, home.config)
  const feed = readFeed(object.feed, home.config)
  const stamps = readStamps(object.stamps, home.config)
  const ownStamps = readOwnStamps(object.ownStamps, home.config)
  const relayer =
    object.relayer === undefined ? undefined : parseUrl(textField(object, 'relayer', home.config))
  const evidence = readEvidence(object, home.config)
  const readBack =
    object.readBack === undefined ? undefined : parseUrl(textField(object, 'readBack', home.config))
  const settings = {
    log,
    role,
    ...(feed && { feed }),
    ...(stamps && { stamps }),
    ...(ownStamps && { ownStamps }),
    ...(relayer && { relayer }),
    ...(object.lanes === true && { lanes: true as const }),
    ...(object.asWriter === true && { asWriter: true as const }),
    ...(object.account !== undefined && { account: accountField(object, home.config) }),
    ...(evidence && { evidence }),
    ...(readBack && { readBack }),
  }
  if (object.devnet !== undefined)
    return {
      ...settings,
      network: {
        devnet: textField(object, 'devnet', home.config),
        ...(object.batch !== undefined && { batch: parseBatch(textField(object, 'batch', home.config)) }),
      },
    }
  return {
    ...settings,
    network: {
      rpc: parseUrl(textField(object, 'rpc', home.config)),
      bee: parseUrl(textField(object, 'bee', home.config)),
      ...(object.gateways !== undefined && { gateways: readGateways(object.gateways, home.config) }),
      batch: object.batch === undefined ? undefined : parseBatch(textField(object, 'batch', home.config)),
    },
  }
}

/** The URLs of all gateways, the one that is asked first at the head. */
export function gatewaysOf({ bee, gateways = [] }: Network): readonly string[] {
  return [bee, ...gateways]
}

function readGateways(value: unknown, file: string): readonly string[] {
  if (Array.isArray(value) && value.every(url => typeof url === 'string')) return value.map(parseUrl)
  throw new InvalidArgumentError(`${file}: the field "gateways" must be a list of URLs`, {
    file,
    field: 'gateways',
  })
}

function readFeed(value: unknown, file: string): FeedConfig | undefined {
  if (value === undefined) return undefined
  const { anchorEvery } = Object(value) as { readonly anchorEvery?: unknown }
  if (anchorEvery === undefined) return {}
  if (typeof anchorEvery === 'number' && Number.isSafeInteger(anchorEvery) && anchorEvery > 0)
    return { anchorEvery }
  throw new InvalidArgumentError(`${file}: "anchorEvery" must be a number of entries`, {
    file,
    field: 'feed',
  })
}

function readStamps(value: unknown, file: string): StampsConfig | undefined {
  if (value === undefined) return undefined
  const object = Object(value) as JsonObject
  return {
    batch: parseBatch(textField(object, 'batch', file)),
    depth: countField(object, 'depth', file),
    chainId: countField(object, 'chainId', file),
    contract: parseAddress(textField(object, 'contract', file)),
    ...(object.rpc !== undefined && { rpc: parseUrl(textField(object, 'rpc', file)) }),
  }
}

function readEvidence(object: JsonObject, file: string): UploadEvidence | undefined {
  const { evidence } = object
  if (evidence === undefined || evidence === 'tag' || evidence === 'sample' || evidence === 'all')
    return evidence
  throw new InvalidArgumentError(`${file}: the field "evidence" must be tag, sample or all`, {
    file,
    field: 'evidence',
  })
}

function accountField({ account }: JsonObject, file: string): number {
  if (typeof account === 'number' && Number.isSafeInteger(account) && account >= 0) return account
  throw new InvalidArgumentError(`${file}: the field "account" must be a whole number from 0`, {
    file,
    field: 'account',
  })
}

function readRole(object: JsonObject, file: string): Config['role'] {
  const role = textField(object, 'role', file)
  if (role === 'writer' || role === 'reader') return role
  throw new InvalidArgumentError(`${file}: the field "role" must be writer or reader`, {
    file,
    field: 'role',
  })
}

/** Writes a new configuration. @throws InvalidArgumentError where there is one already */
export async function writeConfig(home: Home, { log, network, ...settings }: Config): Promise<void> {
  const text = JSON.stringify(
    { version: VERSION, log: formatLogId(log), ...settings, ...network, ...paidBy(settings.stamps) },
    undefined,
    2,
  )
  try {
    await writeFile(home.config, `${text}\n`, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw alreadyThere(home.config, error)
  }
}

/** The batch that this device stamps for, wherever the network is. */
function paidBy(stamps: StampsConfig | undefined): { readonly batch?: string } {
  return stamps ? { batch: stamps.batch } : {}
}

/** Makes the home folder, readable by its owner alone. */
export async function makeHome({ folder }: Home): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

/** The error of `init` where it would have to overwrite something. */
export function alreadyThere(file: string, cause?: unknown): InvalidArgumentError {
  const message = `${file} is there already and is not overwritten: give another --home, or move it away`
  return new InvalidArgumentError(message, { file }, cause)
}

/** The network's addresses as they are now. @throws NotFoundError, InvalidArgumentError (devnet file) */
export async function resolveNetwork({ network, ownStamps }: Config): Promise<Network> {
  if (!('devnet' in network)) return network
  const { rpcUrl, beeUrl, batch } = await readDevnetFile(network.devnet)
  return { rpc: rpcUrl, bee: beeUrl, batch: network.batch ?? (ownStamps ? undefined : batch) }
}

/**
 * Makes another batch the one that pays for writing; all else stays. @param stamps where this device stamps for it
 * @throws as {@link readConfig}
 */
export async function replaceBatch(home: Home, batch: string, stamps?: StampsConfig): Promise<void> {
  await readConfig(home)
  const object = await readJsonFile(home.config, 'configuration')
  // Whoever chooses a node's batch no longer wants own ones alone.
  const ownStamps = stamps && object.ownStamps
  const text = JSON.stringify({ ...object, batch, stamps, ownStamps }, undefined, 2)
  await writeFile(`${home.config}.new`, `${text}\n`)
  await rename(`${home.config}.new`, home.config)
}
