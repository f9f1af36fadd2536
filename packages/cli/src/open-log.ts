import { mkdir } from 'node:fs/promises'
import type { OwnStamps, RemoteLog, Signer } from '@remote-log/client'
import { formatLogId, InvalidArgumentError, ReadOnlyError, RefusedError } from '@remote-log/core'
import { DEFAULT_WAIT_MS } from './await-turn.ts'
import {
  type Config,
  gatewaysOf,
  type Network,
  readConfig,
  resolveNetwork,
  type StampsConfig,
} from './config.ts'
import { type EvidenceOptions, evidenceFor } from './evidence.ts'
import { type Home, homeAt } from './home.ts'
import { unlockKey } from './key.ts'
import type { PasswordOptions } from './password.ts'
import type { GlobalOptions } from './program.ts'
import type { Runtime } from './runtime.ts'
import { type Opener, SharedLog } from './shared-log.ts'

/** What a command wants to do with the log: only `publish` needs the key itself. */
export type Use = 'read' | 'append' | 'publish'

export interface OpenOptions extends GlobalOptions, PasswordOptions, EvidenceOptions {
  /** Default `read`. */
  readonly use?: Use
  /** Whether chunks go up. Default: where it publishes. */
  readonly uploads?: boolean
  /** Another node than the configured one. Its batches are others too. */
  readonly bee?: string | undefined
  readonly batch?: string | undefined
  /** Go on where LevelDB lost writes. */
  readonly acceptLoss?: boolean | undefined
  /** In place of the configured one. */
  readonly relayer?: string | undefined
}

/** What the configuration says of an opened log. */
export interface OpenFacts {
  readonly role: Config['role']
  readonly network: Network
  /** The batch that this device stamps for. */
  readonly stamps: StampsConfig | undefined
  /** Whether batches of the own key alone pay. */
  readonly ownStamps: boolean
}

/** Opens the log of the home folder, hands it to `run`, and closes it whatever happens. */
export async function withLog(
  runtime: Runtime,
  options: OpenOptions,
  run: (log: RemoteLog, facts: OpenFacts) => Promise<void>,
): Promise<void> {
  const { opener, facts } = await openerOf(runtime, options)
  await new SharedLog(runtime, opener).use(log => run(log, facts))
}

/** Hands over a log that is open only while it is used, and closes it whatever happens. */
export async function withSharedLog(
  runtime: Runtime,
  options: OpenOptions & { readonly lingerMs?: number },
  run: (shared: SharedLog) => Promise<void>,
): Promise<void> {
  const { opener } = await openerOf(runtime, options)
  const shared = new SharedLog(runtime, opener, options.lingerMs)
  try {
    await run(shared)
  } finally {
    await shared.close()
  }
}

async function openerOf(
  runtime: Runtime,
  options: OpenOptions,
): Promise<{ readonly opener: Opener; readonly facts: OpenFacts }> {
  const home = homeAt(options.home, runtime.env)
  const config = await readConfig(home)
  if (config.lanes) {
    throw new InvalidArgumentError(
      `${home.folder} reads a list of lanes: use \`remote-log lane\`, with list, sync, cat or tail`,
      { list: formatLogId(config.log) },
    )
  }
  const signer = await signerFor(runtime, home, config, options)
  const network = { ...(await resolveNetwork(config)), ...elsewhere(options) }
  const { rpc, batch } = network
  if (options.use === 'publish' && batch === undefined && config.ownStamps) throw noOwnBatch(home)
  const { uploads = options.use === 'publish' } = options
  const evidence = uploads ? evidenceFor(options, config, gatewaysOf(network)) : {}
  // Both take a while to load: commands that open no log, and --help, do without.
  const [{ connect, gatewayHealth }, { openDatabase }] = await Promise.all([
    import('@remote-log/client'),
    import('./open-database.ts'),
  ])
  await mkdir(home.database, { recursive: true, mode: 0o700 })
  const { anchorEvery } = config.feed ?? {}
  const open = async () => {
    const local = openDatabase(home, options.acceptLoss)
    return connect({
      log: config.log,
      rpc,
      bee: gatewaysOf(network),
      batch,
      signer,
      asWriter: config.asWriter,
      writable: config.role === 'writer',
      local,
      feed: config.feed !== undefined,
      retryMs: options.retryFor,
      stampWith: signer && stampsFor(config, batch, signer),
      ...evidence,
      relayer: options.relayer ?? config.relayer,
      anchor: anchorEvery === undefined ? 'onDemand' : { every: anchorEvery },
    }).catch(async (error: unknown) => {
      // It opens by itself, also where nothing else does.
      await local.close()
      throw error
    })
  }
  const closed = (log: RemoteLog) => {
    for (const { url, lies } of gatewayHealth(log)) {
      if (lies > 0)
        runtime.stderr.write(`${url} sent wrong bytes (${lies}): they were dropped, others were asked\n`)
    }
  }
  const { command = 'command', lockTimeout: waitMs = DEFAULT_WAIT_MS } = options
  return {
    opener: { home, command, waitMs, open, closed },
    facts: {
      role: config.role,
      network,
      stamps: config.stamps,
      ownStamps: config.ownStamps !== undefined,
    },
  }
}

function noOwnBatch({ folder: home }: Home): RefusedError {
  const what = 'this log is paid by its own key, which has no postage batch yet'
  const remedy = 'remote-log postage own buy --size 100MB --days 90 (postage own quote says what it costs)'
  return new RefusedError(`${what}: ${remedy}`, { reason: 'no-batch', home })
}

/** The key stamps where the batch that pays is its own. */
function stampsFor({ stamps }: Config, batch: string | undefined, signer: Signer): OwnStamps | undefined {
  return stamps !== undefined && stamps.batch === batch ? { signer, depth: stamps.depth } : undefined
}

function elsewhere({ bee, batch }: OpenOptions): Partial<Network> {
  return {
    ...(bee !== undefined && { bee, gateways: [], batch: undefined }),
    ...(batch !== undefined && { batch }),
  }
}

async function signerFor(
  runtime: Runtime,
  home: Home,
  { log, role, account }: Config,
  { use = 'read', ...options }: OpenOptions,
): Promise<Signer | undefined> {
  if (use === 'read') return undefined
  if (role === 'reader') {
    throw new ReadOnlyError(`this device only reads the log of ${log.owner}`, {
      owner: log.owner,
      home: home.folder,
    })
  }
  return use === 'publish' ? unlockKey(runtime, home, log.owner, { account, ...options }) : undefined
}
