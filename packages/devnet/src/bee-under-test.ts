import { InvalidArgumentError, UnavailableError } from '@remote-log/core'
import { type BatchWish, type BeeNode, type BeeNodeOptions, startBeeNode } from './bee/bee-node.ts'
import { type BoughtBatches, boughtBatches } from './bought-batches.ts'
import { buyForKey } from './key-batches.ts'

/** The variables that choose what a suite runs against. */
export interface BeeEnvironment {
  /** Base URL of a real Bee node that takes the uploads. Without it the suites run against embedded nodes. */
  readonly BEE_URL?: string | undefined
  /** Base URL of a second node of the same network, through which uploads are read back. Needed with `BEE_URL`. */
  readonly BEE_READBACK_URL?: string | undefined
  /** Postage batch of the first node, 64 hex digits. Default: the roomiest usable mutable one that it owns. */
  readonly BEE_BATCH?: string | undefined
  /** The chain that the nodes follow, its PostageStamp, and a key that pays there: for batches that keys own. */
  readonly BEE_CHAIN_URL?: string | undefined
  readonly BEE_POSTAGE_CONTRACT?: string | undefined
  readonly BEE_CHAIN_KEY?: string | undefined
}

/** Two nodes of one network, real or embedded. */
export interface BeeUnderTest {
  /** Takes the uploads. */
  readonly url: string
  /** A node that has only what reached the network. */
  readonly readBackUrl: string
  /** A roomy, usable, mutable batch of the first node, 64 hex digits. */
  readonly batch: string
  /** The first node where it is an embedded one: only that can be told to stand still. */
  readonly embedded: BeeNode | undefined
  /** A further batch of the first node. A real node buys it, which takes some ten blocks unless it is `fresh`. */
  grantBatch(wish?: Pick<BatchWish, 'depth' | 'immutable' | 'fresh'>): Promise<string>
  /** A batch of a key, whose stamps both nodes take: 20 bytes of hex. */
  grantOwnBatch(
    owner: string,
    wish?: { readonly depth?: number; readonly immutable?: boolean },
  ): Promise<string>
  stop(): Promise<void>
}

/**
 * The Bee that a test suite runs against: the real pair that the environment names, else two embedded nodes of a
 * network of their own. Tests that any Bee must pass take their node from here.
 * @throws INVALID_ARGUMENT (variables that do not fit together), UNAVAILABLE (no answer, or no usable batch),
 *   REFUSED (the real node can't pay)
 */
export async function beeUnderTest(
  options: Pick<BeeNodeOptions, 'clock' | 'syncLagMs' | 'manyPeers' | 'blockTimeMs'> = {},
  environment: BeeEnvironment = ofProcess(),
): Promise<BeeUnderTest> {
  const { BEE_URL, BEE_READBACK_URL, BEE_BATCH } = environment
  if (!BEE_URL && !BEE_READBACK_URL) return embeddedPair(options)
  if (!BEE_URL || !BEE_READBACK_URL) {
    throw new InvalidArgumentError(
      'BEE_URL and BEE_READBACK_URL name two nodes of one network: set both or none',
      {
        BEE_URL: BEE_URL !== undefined,
        BEE_READBACK_URL: BEE_READBACK_URL !== undefined,
      },
    )
  }
  const [url, readBackUrl] = [BEE_URL, BEE_READBACK_URL].map(given => given.replace(/\/+$/, '')) as [
    string,
    string,
  ]
  const batches = boughtBatches(url)
  return {
    url,
    readBackUrl,
    batch: BEE_BATCH || (await roomiest(batches, url)),
    embedded: undefined,
    grantBatch: wish => batches.buy(wish ?? {}),
    grantOwnBatch: (owner, { depth = 17, immutable = true } = {}) =>
      buyForKey(
        url,
        {
          chain: environment.BEE_CHAIN_URL,
          contract: environment.BEE_POSTAGE_CONTRACT,
          key: environment.BEE_CHAIN_KEY,
        },
        { owner, depth, immutable },
      ),
    stop: async () => {},
  }
}

function ofProcess(): BeeEnvironment {
  const { BEE_URL, BEE_READBACK_URL, BEE_BATCH, BEE_CHAIN_URL, BEE_POSTAGE_CONTRACT, BEE_CHAIN_KEY } =
    process.env
  return { BEE_URL, BEE_READBACK_URL, BEE_BATCH, BEE_CHAIN_URL, BEE_POSTAGE_CONTRACT, BEE_CHAIN_KEY }
}

async function embeddedPair(options: BeeNodeOptions): Promise<BeeUnderTest> {
  const node = await startBeeNode(options)
  const second = await startBeeNode({ peers: node })
  return {
    url: node.url,
    readBackUrl: second.url,
    batch: await node.grantBatch(),
    embedded: node,
    grantBatch: wish => node.grantBatch(wish),
    grantOwnBatch: (owner, { depth = 17, immutable = true } = {}) =>
      node.grantBatch({ owner, depth, immutable }),
    stop: async () => {
      await Promise.all([node.stop(), second.stop()])
    },
  }
}

async function roomiest(batches: BoughtBatches, url: string): Promise<string> {
  const usable = (await batches.list()).filter(({ usable, immutableFlag }) => usable && !immutableFlag)
  const [best] = usable.sort((a, b) => b.depth - a.depth)
  if (best) return best.batchID
  throw new UnavailableError(
    `${url} owns no usable mutable batch: buy one (docs/bee.md), or name one in BEE_BATCH`,
    {
      url,
    },
  )
}
