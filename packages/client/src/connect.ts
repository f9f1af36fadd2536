import {
  type Address,
  type CallOptions,
  InvalidArgumentError,
  type LogId,
  parseAddress,
  parseHex,
  parseLogId,
} from '@remote-log/core'
import {
  addLane,
  askHeadProof,
  type Eip1193Provider,
  lanesOf,
  logOf,
  parseSignedHead,
  RegistryNameSystem,
  RelayedNameSystem,
  type Relayer,
  readHeadProof,
  removeLane,
  type Signer,
  verifySignedHead,
} from '@remote-log/ethereum'
import {
  type GatewayHealth,
  GatewayPool,
  openFeed,
  type RequestReport,
  Stamper,
  SwarmStore,
  type UploadEvidence,
} from '@remote-log/swarm'
import { MemoryLevel } from 'memory-level'
import type { ReadSigned } from './bundle/signed.ts'
import { Contacts, type ContactsParts } from './contacts/contacts.ts'
import type { LogSettings } from './context.ts'
import { LocalFeedRecords } from './feed/local-feed-records.ts'
import { Group, type GroupParts } from './group/group.ts'
import type { LaneChanges } from './lanes/changes.ts'
import { Lanes, type LanesParts } from './lanes/lanes.ts'
import type { LocalDatabase } from './local-database.ts'
import { LocalStamps } from './local-stamps.ts'
import { RemoteLog } from './remote-log.ts'

export {
  authorizeWriter,
  type ChainBatchOrder,
  type ChainBatchState,
  ChainPostage,
  type ChainTopUpOrder,
  chainIdOf,
  createKey,
  type KeySigner,
  POSTAGE_CONTRACTS,
  readKeyFile,
  revokeWriter,
  signerOf,
  signerOfMnemonic,
  type Writer,
  writeKeyFile,
  writersOf,
} from '@remote-log/ethereum'
export {
  type BatchChoice,
  type BatchExpiry,
  type BatchOrder,
  type BatchRejection,
  type BatchStatus,
  type BatchWish,
  BeePostage,
  type BeePostageOptions,
  capacityOf,
  depthFor,
  formatBzz,
  type NewBatchQuote,
  type OwnBatch,
  type OwnBatchStatus,
  type PostageQuote,
  probeGateways,
  quoteBatch,
  quoteTopUp,
  type TopUpOrder,
} from '@remote-log/swarm'
export type { Eip1193Provider, GatewayHealth, Relayer, RequestReport, Signer, UploadEvidence }

/** The key that stamps for a batch, and the batch's depth as the chain says it: 17 to 40, larger after a dilution. */
export interface OwnStamps {
  readonly signer: Signer
  readonly depth: number
}

/** Where a log's parts are. */
export interface ConnectOptions extends Partial<Omit<LogSettings, 'writable'>> {
  /** Which log: `remotelog:<chainId>/<registry>/<owner>/<topic>`, or its parts. */
  readonly log: LogId | string
  /**
   * URL of a Bee node or gateway, or several of them: any of them may lie, stall or vanish, for every byte is verified
   * here, and reading succeeds while one of them answers. The first one that owns `batch` takes the uploads.
   */
  readonly bee: string | readonly string[]
  /** The chain: an http(s) JSON-RPC URL, or a provider as wallets give it (EIP-1193). */
  readonly rpc: string | Eip1193Provider
  /** The owner's key or wallet. Without it the log is read-only. */
  readonly signer?: Signer | undefined
  /** The signer is not the owner but a writer, whom the owner authorized in the registry. Default: false. */
  readonly asWriter?: boolean | undefined
  /**
   * Whether entries may be appended, which needs no key; publishing without a signer is READ_ONLY. Default: with a
   * signer.
   */
  readonly writable?: boolean | undefined
  /** Postage batch of the Bee node, 64 hex digits; needed to publish. */
  readonly batch?: string | undefined
  /**
   * Stamps chunks on this device, with the key of the owner of `batch`, so that any node or gateway takes them. Slots in
   * use are kept in the local database: nobody else, no node and no other device, may stamp for the batch.
   */
  readonly stampWith?: OwnStamps | undefined
  /** URL of a second Bee node, through which an upload is read back where its tag can't tell. */
  readonly readBack?: string | undefined
  /** What proves an upload: its tags, or besides them a sample or all of its chunks by `readBack`. Default `tag`. */
  readonly evidence?: UploadEvidence | undefined
  /**
   * The local database (ClassicLevel in Node, BrowserLevel in browsers). Left out: memory, which loses unsent entries
   * with the process, so only for reading or tests.
   */
  readonly local?: LocalDatabase | undefined
  /**
   * Announce heads in a Swarm feed, without gas, and move the head on the chain as `anchor` says; a reader looks there,
   * too. `beginsLog`: write it before the log has any head; say so only where no other device has the key. Not for
   * writers' keys. Default: no feed.
   */
  readonly feed?: boolean | { readonly beginsLog?: boolean | undefined } | undefined
  /**
   * Who takes heads to the chain in place of the signer, who then needs no ether: a function that gets the signed head,
   * or a URL that it is posted to as JSON. What it says is not believed, and what it leaves undone is UNAVAILABLE.
   * Default: the signer sends a transaction of its own.
   */
  readonly relayer?: Relayer | string | undefined
  /** Blocks that a publication must be deep before it counts, its own included. Default 1. */
  readonly confirmations?: number | undefined
  /**
   * How long a request that a node refused (429, 5xx) is made again, in milliseconds. Default 20,000. A real Bee goes on
   * refusing a chunk that it failed to fetch for a minute: with one node alone, 70,000 outlasts that.
   */
  readonly retryMs?: number | undefined
  /** Most requests to the Bee node in flight. Default 256; how many are welcome is found out. */
  readonly maxInFlight?: number | undefined
  /** Told of each request to the Bee node when it has ended. */
  readonly onRequest?: ((report: RequestReport) => void) | undefined
}

/**
 * Opens a log over Swarm and the registry. Asks nothing of the network yet.
 * @throws INVALID_ARGUMENT (also where the signer is not the owner, nor said to be a writer), LOCKED, LOCAL_DAMAGED
 */
export async function connect(options: ConnectOptions): Promise<RemoteLog> {
  return (await connectOver(options)).opened
}

/** As {@link connect}, and the store that the log is read from. */
async function connectOver(
  options: ConnectOptions,
): Promise<{ opened: RemoteLog; store: SwarmStore | GatewayPool }> {
  const {
    bee,
    rpc,
    signer,
    asWriter = false,
    writable = signer !== undefined,
    batch,
    readBack,
    evidence,
    confirmations,
    retryMs,
    maxInFlight,
    onRequest,
    local = new MemoryLevel<string, Uint8Array>(),
    feed = false,
    relayer,
    log,
    stampWith,
    ...settings
  } = options
  const id = typeof log === 'string' ? parseLogId(log) : log
  if (signer !== undefined && !asWriter) await demandOwner(signer, id)
  if (feed && asWriter) {
    throw new InvalidArgumentError("a feed is the owner's: writers publish to the chain", { owner: id.owner })
  }
  const feedAt = (stamper: Stamper | undefined) =>
    openFeed({
      urls: typeof bee === 'string' ? [bee] : bee,
      batch,
      stamper,
      signer,
      onRequest,
      records: new LocalFeedRecords(local),
      beginsLog: typeof feed === 'object' && feed.beginsLog,
    })
  const stamper = stampWith && (await stamperFor(stampWith, batch, local))
  const store = storeAt(bee, { batch, stamper, readBack, evidence, retryMs, maxInFlight, onRequest })
  const { registry, chainId } = id
  const place = { provider: rpc, registry, chainId, signer, confirmations }
  const parts = {
    ...settings,
    id,
    writable,
    store,
    names: relayer ? new RelayedNameSystem({ ...place, relayer }) : new RegistryNameSystem(place),
    local,
    readSigned,
    headProofs: {
      ask: (block: string | undefined, call: CallOptions) =>
        askHeadProof({ provider: rpc, registry }, id, block, call),
      read: (value: unknown) => readHeadProof(value, registry, id),
    },
    feed: feed ? feedAt(stamper) : undefined,
    onClosed: () => stamper?.close(),
  }
  const opened = await RemoteLog.open(parts).catch(async (error: unknown) => {
    await stamper?.close()
    throw error
  })
  if (store instanceof GatewayPool) pools.set(opened, store)
  return { opened, store }
}

/** What whoever reads has to say. */
type ReadingOptions = Pick<ConnectOptions, 'bee' | 'rpc' | 'local' | 'retryMs' | 'maxInFlight' | 'onRequest'>

/** Where the parts of a contact list are. */
export interface ConnectContactsOptions
  extends ReadingOptions,
    Pick<ContactsParts, 'ranges' | 'now' | 'clock'> {
  /** EIP-155 id of the chain, and the registry on it, that all logs of the list are in. */
  readonly chainId: number
  readonly registry: Address | string
}

/**
 * Opens the contact list in a local database, over Swarm and the registry. Asks nothing of the network yet.
 * @throws INVALID_ARGUMENT, LOCKED, UNAVAILABLE
 */
export async function connectContacts(options: ConnectContactsOptions): Promise<Contacts> {
  const { bee, rpc, retryMs, maxInFlight, onRequest, chainId, registry: at, local, ...settings } = options
  const registry = parseAddress(at)
  return await Contacts.open({
    ...settings,
    chainId,
    registry,
    store: storeAt(bee, { stamper: undefined, retryMs, maxInFlight, onRequest }),
    names: new RegistryNameSystem({ provider: rpc, registry, chainId }),
    local: local ?? new MemoryLevel<string, Uint8Array>(),
  })
}

/** Where the parts of a list of lanes are. */
export interface ConnectLanesOptions
  extends ReadingOptions,
    Pick<ConnectOptions, 'confirmations'>,
    Pick<LanesParts, 'ranges' | 'now' | 'clock' | 'own'> {
  /** Whose list: `remotelog:<chainId>/<registry>/<owner>/<group>`, as a log id with the list's name as its topic. */
  readonly list: LogId | string
  /** The key or wallet of the list's owner, to add lanes and revoke them. Default: the list is only read. */
  readonly signer?: Signer | undefined
}

/**
 * Opens all logs that one person listed, over Swarm and the registry. Asks nothing of the network yet.
 * @throws INVALID_ARGUMENT (also where the signer is not the list's owner), LOCKED, UNAVAILABLE
 */
export async function connectLanes(options: ConnectLanesOptions): Promise<Lanes> {
  const { bee, rpc, signer, retryMs, maxInFlight, onRequest, confirmations, ...rest } = options
  const { list: at, local, ...settings } = rest
  const list = typeof at === 'string' ? parseLogId(at) : at
  if (signer !== undefined) await demandOwner(signer, list)
  const { owner, topic: group, registry, chainId } = list
  const place = { provider: rpc, registry, chainId, confirmations }
  return await Lanes.open({
    ...settings,
    list,
    store: storeAt(bee, { stamper: undefined, retryMs, maxInFlight, onRequest }),
    names: new RegistryNameSystem(place),
    lanesOf: call => lanesOf(place, { owner, group }, call),
    changes: signer && laneChanges({ ...place, signer }, list),
    local: local ?? new MemoryLevel<string, Uint8Array>(),
  })
}

function laneChanges(options: Parameters<typeof addLane>[0], { topic: group }: LogId): LaneChanges {
  return {
    add: (log, call) => addLane(options, group, log, call),
    remove: (log, cutOff, call) => removeLane(options, group, log, cutOff, call),
  }
}

/** Where the parts of a group are. */
export interface ConnectGroupOptions
  extends Omit<ConnectOptions, 'log'>,
    Pick<GroupParts, 'members' | 'causalHistory' | 'transport'> {
  /** The log that this device writes, of `signer`. Left out: the group is only read. */
  readonly log?: LogId | string | undefined
  /** EIP-155 id of the chain, and the registry on it, of all logs. Default: those of `log`. */
  readonly chainId?: number | undefined
  readonly registry?: Address | string | undefined
}

/**
 * Opens a group of logs in a local database, over Swarm and the registry. Asks nothing of the network yet.
 * @throws INVALID_ARGUMENT; as {@link connect}
 */
export async function connectGroup(options: ConnectGroupOptions): Promise<Group> {
  const { log, members, causalHistory, transport, chainId: _on, registry: _at, ...rest } = options
  const { bee, rpc, ranges, now, clock, local = new MemoryLevel<string, Uint8Array>() } = options
  const own = log === undefined ? undefined : await connectOver({ ...rest, log, local })
  try {
    const { chainId, registry } = placeOf(options, own?.opened.id)
    return await Group.open({
      ...{ chainId, registry, members, causalHistory, transport, local },
      ...(ranges !== undefined && { ranges }),
      ...(now && { now }),
      ...(clock && { clock }),
      store: own?.store ?? storeAt(bee, { ...rest, stamper: undefined }),
      names: new RegistryNameSystem({ provider: rpc, registry, chainId }),
      own: own?.opened,
    })
  } catch (error) {
    await own?.opened.close()
    throw error
  }
}

function placeOf(
  { chainId, registry }: Pick<ConnectGroupOptions, 'chainId' | 'registry'>,
  own: LogId | undefined,
): Pick<LogId, 'chainId' | 'registry'> {
  const at = registry === undefined ? own?.registry : parseAddress(registry)
  const on = chainId ?? own?.chainId
  if (at !== undefined && on !== undefined) return { chainId: on, registry: at }
  throw new InvalidArgumentError('a group without a log of its own needs chainId and registry', {})
}

const pools = new WeakMap<RemoteLog, GatewayPool>()

/** What is known of each of several gateways through which a log was opened, in their order; nothing of a single one. */
export function gatewayHealth(log: RemoteLog): readonly GatewayHealth[] {
  return pools.get(log)?.health() ?? []
}

function storeAt(
  bee: string | readonly string[],
  options: { readonly stamper: Stamper | undefined } & Pick<
    ConnectOptions,
    'batch' | 'readBack' | 'evidence' | 'retryMs' | 'maxInFlight' | 'onRequest'
  >,
): SwarmStore | GatewayPool {
  const urls = typeof bee === 'string' ? [bee] : bee
  return urls.length === 1
    ? new SwarmStore({ ...options, url: urls[0]! })
    : new GatewayPool({ ...options, urls })
}

const readSigned: ReadSigned = async (value, options) => {
  const head = parseSignedHead(value)
  if (head.by !== 'key') {
    throw new InvalidArgumentError(
      'without network, only a signature by the owner’s own key can be checked',
      { by: head.by },
    )
  }
  // The deadline binds the registry; that the owner said so stays true.
  await verifySignedHead(head, { ...options, now: 0 })
  return { id: logOf(head), next: head.next, json: JSON.stringify(head) }
}

async function stamperFor(
  { signer, depth }: OwnStamps,
  batch: string | undefined,
  local: LocalDatabase,
): Promise<Stamper> {
  if (batch === undefined) throw new InvalidArgumentError('to stamp here, name the postage batch', { depth })
  const sign = async (digest: Uint8Array) => parseHex(await signer.signMessage(digest), 65, 'a signature')
  const storage = new LocalStamps(local, batch)
  try {
    return await Stamper.open({ batch, depth, signer: { sign }, storage })
  } catch (error) {
    await storage.close()
    throw error
  }
}

async function demandOwner(signer: Signer, { owner }: LogId): Promise<void> {
  const signs = parseAddress(await signer.getAddress())
  if (signs === owner) return
  throw new InvalidArgumentError(`the signer ${signs} is not the owner ${owner} of this log or list`, {
    signer: signs,
    owner,
  })
}
