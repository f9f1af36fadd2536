import { join } from 'node:path'
import { type Clock, systemClock } from '../clock.ts'
import { Admission } from './admission.ts'
import { openBee } from './bee-parts.ts'
import { bytesRoutes } from './http/bytes-routes.ts'
import { bzzRoutes } from './http/bzz-routes.ts'
import { chunkRoutes } from './http/chunk-routes.ts'
import { contentCareRoutes } from './http/content-care-routes.ts'
import { feedRoutes } from './http/feed-routes.ts'
import { gsocRoutes } from './http/gsoc-routes.ts'
import { startHttpServer } from './http/server.ts'
import { socRoutes } from './http/soc-routes.ts'
import { stampRoutes } from './http/stamp-routes.ts'
import { stateRoutes } from './http/state-routes.ts'
import { streamRoutes } from './http/stream-routes.ts'
import { tagRoutes } from './http/tag-routes.ts'
import { Network } from './network.ts'
import type { PoorBee } from './poor-bee.ts'

export interface BeeNodeOptions {
  /** Where the node and its network keep everything; in memory without it. Ignored when joining a network. */
  readonly folder?: string | undefined
  /** Port on 127.0.0.1; 0 (default) takes a free one. */
  readonly port?: number | undefined
  readonly clock?: Clock | undefined
  /** Joins the network of another node of this process: chunks that reached it can be read from both. */
  readonly peers?: BeeNode | undefined
  /** Milliseconds from a deferred upload to its arrival in the network. Default 20. */
  readonly syncLagMs?: number | undefined
  /** Milliseconds after which what was pushed directly comes back to this node's own disk. Default 1000. */
  readonly pullSyncMs?: number | undefined
  /** Milliseconds a block, of a new network. Default 1000. */
  readonly blockTimeMs?: number | undefined
  /** Enough peers to know that a chunk is absent: 404 instead of 500. Default false, as in the recordings. */
  readonly manyPeers?: boolean | undefined
  /** Limits like those of a node without a chequebook: see {@link PoorBee}. Default: none. */
  readonly poor?: PoorBee | undefined
  /** Milliseconds for which a new node answers most requests by 503, as while it syncs. Default 0. */
  readonly startupMs?: number | undefined
  /** EIP-155 id that /wallet names. Default 1337. */
  readonly chainId?: number | undefined
  /** Origins whose scripts may read answers. Default `['*']`: all. */
  readonly corsAllowedOrigins?: readonly string[] | undefined
  /** Called where Bee would lose something in silence. Default: nothing. */
  readonly onWarning?: ((message: string) => void) | undefined
}

/** A batch to be put on the simulated chain, usable at once unless `fresh`. */
export interface BatchWish {
  /** log2 of the chunks it pays for, 17 to 255. Default 24. */
  readonly depth?: number
  /** Default false. */
  readonly immutable?: boolean
  /** PLUR per chunk: 24,000 last one block. Default: for about a hundred years of one-second blocks. */
  readonly amount?: bigint
  readonly label?: string
  /** 20 bytes of hex; default the node itself. Only the owner's stamps are valid. */
  readonly owner?: string
  /** Created in the current block, so not usable for ten blocks. */
  readonly fresh?: boolean
}

/** A running Bee-compatible node. */
export interface BeeNode {
  readonly url: string
  readonly port: number
  readonly clock: Clock
  /** The Ethereum address of the node, `0x` hex. */
  readonly address: string
  readonly network: Network
  /** Puts a batch on the chain without anybody paying. Returns its id, 64 hex digits. */
  grantBatch(wish?: BatchWish): Promise<string>
  /** The node's own batches that have not expired, by id. */
  batches(): { readonly id: string; readonly label: string; readonly usable: boolean }[]
  /** Number of the current block of the simulated postage chain. */
  block(): number
  /** From now on deferred chunks do not reach the network, so their tags stand still. */
  pauseSync(): void
  resumeSync(): void
  /** From now on the node is as poor as this says, its first allowance unspent; without it, not poor at all. */
  setPoor(poor?: PoorBee): void
  stop(): Promise<void>
}

const HUNDRED_YEARS = 24_000n * 3_155_760_000n

/**
 * Starts a node that speaks Bee 2.8.1's HTTP API with Bee's rules. What it does not imitate it answers with 501 and a
 * message that names it.
 * @throws LOCKED (folder or port in use), UNAVAILABLE, LOCAL_DAMAGED
 */
export async function startBeeNode(options: BeeNodeOptions = {}): Promise<BeeNode> {
  const network =
    options.peers?.network ??
    (await Network.open({
      folder: options.folder && join(options.folder, 'store'),
      clock: options.clock ?? systemClock,
      blockTimeMs: options.blockTimeMs ?? 1000,
      manyPeers: options.manyPeers ?? false,
    }))
  const bee = await openBee(network, {
    syncLagMs: options.syncLagMs ?? 20,
    pullSyncMs: options.pullSyncMs ?? 1000,
    poor: options.poor,
    warn: options.onWarning ?? (() => {}),
  })
  const built = network.clock.now() + (options.startupMs ?? 0)
  const admission = new Admission(bee.allowance, () => network.clock.now() >= built)
  const routes = [
    ...bytesRoutes(bee),
    ...bzzRoutes(bee),
    ...chunkRoutes(bee),
    ...streamRoutes(bee),
    ...gsocRoutes(bee),
    ...socRoutes(bee),
    ...feedRoutes(bee),
    ...stampRoutes(bee),
    ...tagRoutes(bee),
    ...contentCareRoutes(bee),
    ...stateRoutes(bee, options.chainId ?? 1337, () => admission.ready),
  ]
  const server = await startHttpServer(routes, {
    port: options.port ?? 0,
    corsAllowedOrigins: options.corsAllowedOrigins ?? ['*'],
    admit: (technical, response) => admission.admit(technical, response),
  }).catch(async (cause: unknown) => {
    await network.leave(bee.peer)
    throw cause
  })
  let stopped: Promise<void> | undefined
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    clock: network.clock,
    address: `0x${bee.identity.address.toString('hex')}`,
    network,
    async grantBatch(wish = {}) {
      const { depth = 24, immutable = false, amount = HUNDRED_YEARS, label = '', owner, fresh } = wish
      const batch = await bee.batches.grant({
        depth,
        immutable,
        amount,
        label,
        ...(owner !== undefined && { owner: Buffer.from(owner.replace(/^0x/, ''), 'hex') }),
        ...(!fresh && { start: Math.max(0, network.chain.block() - 10) }),
      })
      return batch.id.toString('hex')
    },
    batches: () =>
      bee.batches.own().map(({ batch, label }) => ({
        id: batch.id.toString('hex'),
        label,
        usable: network.chain.usable(batch),
      })),
    block: () => network.chain.block(),
    pauseSync: () => bee.queue.pause(),
    resumeSync: () => bee.queue.resume(),
    setPoor: poor => bee.allowance.limit(poor),
    stop() {
      stopped ??= server.stop().then(() => {
        bee.queue.pause()
        return network.leave(bee.peer)
      })
      return stopped
    },
  }
}
