import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Address, InvalidArgumentError, LockedError, parseAddress } from '@remote-log/core'
import { deployRegistry, signerOf } from '@remote-log/ethereum'
import { type BeeNode, type BeeNodeOptions, startBeeNode } from './bee/bee-node.ts'
import { FUNDED_KEYS } from './chain/accounts.ts'
import { callChain } from './chain/call-chain.ts'
import { startFolderChain } from './chain/folder-chain.ts'
import type { LocalChain } from './chain/local-chain.ts'
import { startMemoryChain } from './chain/memory-chain.ts'
import type { Clock } from './clock.ts'
import { type DevnetFile, type FundedAccount, readDevnetFile, writeDevnetFile } from './devnet-file.ts'
import { deployPostage } from './postage/deploy-postage.ts'
import { followPostage } from './postage/follow-postage.ts'

export interface DevnetOptions {
  /** Where chain and chunks are kept. Without it both live in memory. One devnet at a time can use a folder. */
  readonly folder?: string | undefined
  /** Port of the Bee node on 127.0.0.1. Default: the one of the last run on the folder if it is free, else a free one. */
  readonly beePort?: number | undefined
  /** Port of the chain's JSON-RPC on 127.0.0.1; default as for `beePort`. */
  readonly rpcPort?: number | undefined
  /** The Bee node's clock. The chain's blocks carry the machine's time. */
  readonly clock?: Clock | undefined
  /** EIP-155 id of a new chain; a folder keeps its own. Default 31337. */
  readonly chainId?: number | undefined
  /** More for the Bee node. */
  readonly bee?:
    | Pick<
        BeeNodeOptions,
        'syncLagMs' | 'pullSyncMs' | 'blockTimeMs' | 'manyPeers' | 'poor' | 'startupMs' | 'onWarning'
      >
    | undefined
}

/** A running development network. */
export interface Devnet extends DevnetFile {
  readonly bee: BeeNode
  /** Lets the Bee node see what happened to postage batches on the chain by now; it looks by itself every 200 ms. */
  syncPostage(): Promise<void>
  /** Ends everything. Resolves when no process and no open port is left. */
  stop(): Promise<void>
}

const DEFAULT_CHAIN_ID = 31337
/** The batch that the devnet keeps ready is found by this label. */
const BATCH_LABEL = 'devnet'
/** The account that deploys the registry is the last: clients in tests and examples take the first. */
const DEPLOYER = FUNDED_KEYS.length - 1

/**
 * Starts a local chain with the registry, and a Bee-compatible node with a usable batch. With a folder, the same chain id,
 * registry, batch and data come back on the next start, after a kill too.
 * @throws LOCKED (folder or port in use), LOCAL_DAMAGED, UNAVAILABLE, INVALID_ARGUMENT (another chain id than the folder's)
 */
export async function startDevnet(options: DevnetOptions = {}): Promise<Devnet> {
  const folder = options.folder === undefined ? undefined : resolve(options.folder)
  if (folder) await mkdir(folder, { recursive: true })
  const before = folder ? await readDevnetFile(folder) : undefined
  const chainId = options.chainId ?? before?.chainId ?? DEFAULT_CHAIN_ID
  if (before && before.chainId !== chainId) {
    throw new InvalidArgumentError(`the chain in ${folder} has id ${before.chainId}, not ${chainId}`, {
      want: chainId,
      got: before.chainId,
    })
  }

  // The node first: its store is the folder's lock.
  const bee = await onPort(options.beePort, before?.beeUrl, port =>
    startBeeNode({
      ...options.bee,
      folder: folder && join(folder, 'bee'),
      clock: options.clock,
      chainId,
      port,
    }),
  )
  let chain: LocalChain | undefined
  try {
    chain = await onPort(options.rpcPort, before?.rpcUrl, port =>
      folder
        ? startFolderChain({ folder: join(folder, 'chain'), chainId, port })
        : startMemoryChain({ chainId, port }),
    )
    const content: DevnetFile = {
      rpcUrl: chain.rpcUrl,
      beeUrl: bee.url,
      chainId,
      registry: await registryOn(chain.rpcUrl, chainId, before?.registry),
      postage: await postageOn(chain.rpcUrl, before?.postage),
      batch: await batchOn(bee),
      accounts: fundedAccounts(),
    }
    await chain.settle()
    if (folder) await writeDevnetFile(folder, content)
    const follower = followPostage(content, bee.network.chain)
    await follower.sync()
    return {
      ...content,
      bee,
      syncPostage: () => follower.sync(),
      async stop() {
        await follower.stop()
        await stopAll(chain, bee)
      },
    }
  } catch (cause) {
    await stopAll(chain, bee)
    throw cause
  }
}

async function stopAll(chain: LocalChain | undefined, bee: BeeNode): Promise<void> {
  await Promise.all([chain?.stop(), bee.stop()])
}

/** Starts on the wished port, or on the one of last time, or, where that one was taken since, on any. */
async function onPort<T>(
  wished: number | undefined,
  lastUrl: string | undefined,
  start: (port: number) => Promise<T>,
): Promise<T> {
  const last = lastUrl === undefined ? 0 : Number(new URL(lastUrl).port)
  try {
    return await start(wished ?? last)
  } catch (error) {
    const taken = error instanceof LockedError && error.details.port !== undefined
    if (taken && wished === undefined) return start(0)
    throw error
  }
}

/** The registry of last time, if the chain still has it; otherwise a new one. */
async function registryOn(rpcUrl: string, chainId: number, last: Address | undefined): Promise<Address> {
  if (last !== undefined && (await callChain(rpcUrl, 'eth_getCode', [last, 'latest'])) !== '0x') return last
  const { registry } = await deployRegistry({
    provider: rpcUrl,
    chainId,
    signer: signerOf(FUNDED_KEYS[DEPLOYER]!),
  })
  return registry
}

/** The seller of postage of last time, if the chain still has it; otherwise a new one. */
async function postageOn(rpcUrl: string, last: Address | undefined): Promise<Address> {
  if (last !== undefined && (await callChain(rpcUrl, 'eth_getCode', [last, 'latest'])) !== '0x') return last
  const [deployer, accounts] = [fundedAccounts()[DEPLOYER]!.address, fundedAccounts()]
  return deployPostage(
    rpcUrl,
    deployer,
    accounts.map(({ address }) => address),
  )
}

async function batchOn(bee: BeeNode): Promise<string> {
  const found = bee.batches().find(batch => batch.label === BATCH_LABEL)
  return found?.id ?? bee.grantBatch({ label: BATCH_LABEL })
}

function fundedAccounts(): FundedAccount[] {
  return FUNDED_KEYS.map(privateKey => ({ privateKey, address: parseAddress(signerOf(privateKey).address) }))
}
