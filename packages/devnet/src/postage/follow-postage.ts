import type { Address } from '@remote-log/core'
import { postageInterface } from '@remote-log/ethereum'
import type { BatchEvent, PostageChain, PriceEvent } from '../bee/postage-chain.ts'
import { callChain } from '../chain/call-chain.ts'

export interface PostageFollower {
  /** Looks now. */
  sync(): Promise<void>
  /** No more looks; resolves when none is under way. */
  stop(): Promise<void>
}

interface Log {
  readonly topics: string[]
  readonly data: string
}

/** Milliseconds between two looks. */
const LOOK_MS = 200

/** Tells the Bee node's postage chain what happens to batches at a contract, as Bee follows its events. */
export function followPostage(
  { rpcUrl, postage }: { readonly rpcUrl: string; readonly postage: Address },
  chain: PostageChain,
): PostageFollower {
  let last: Promise<void> = Promise.resolve()
  const look = async () => {
    const tip = Number(await callChain(rpcUrl, 'eth_blockNumber', []))
    if (tip < chain.followedTo) return
    const range = { fromBlock: hex(chain.followedTo), toBlock: hex(tip), address: postage }
    const logs = (await callChain(rpcUrl, 'eth_getLogs', [range])) as Log[]
    await chain.follow(
      logs.flatMap(log => eventOf(log) ?? []),
      tip + 1,
    )
  }
  const sync = () => {
    last = last.catch(() => {}).then(look)
    return last
  }
  // A chain that does not answer is asked again.
  const timer = setInterval(() => void sync().catch(() => {}), LOOK_MS)
  timer.unref()
  return {
    sync,
    stop() {
      clearInterval(timer)
      return last.catch(() => {})
    },
  }
}

function eventOf(log: Log): BatchEvent | PriceEvent | undefined {
  const parsed = postageInterface.parseLog(log)
  if (!parsed) return undefined
  const { args } = parsed
  const id = bytes(String(args.batchId ?? '0x'))
  switch (parsed.name) {
    case 'BatchCreated': {
      const depth = Number(args.depth)
      const amount = BigInt(args.totalAmount) >> BigInt(depth)
      const owner = bytes(String(args.owner))
      return { kind: 'created', id, owner, depth, immutable: Boolean(args.immutableFlag), amount }
    }
    case 'BatchTopUp':
      return { kind: 'topped up', id, total: BigInt(args.topupAmount) }
    case 'BatchDepthIncrease':
      return { kind: 'diluted', id, depth: Number(args.newDepth) }
    case 'PriceUpdate':
      return { kind: 'priced', price: BigInt(args.price) }
    default:
      return undefined
  }
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex.slice(2), 'hex')
}

function hex(number: number): string {
  return `0x${number.toString(16)}`
}
