import type { ContentStoreSubject, Stall } from '@remote-log/conformance'
import {
  type BeeUnderTest,
  type Fault,
  type FaultProxy,
  type FaultRequest,
  startFaultProxy,
} from '@remote-log/devnet'
import { GatewayPool, type GatewayPoolOptions } from '../src/index.ts'
import { obstructedNode } from './obstructed-node.ts'

/** What a hostile gateway does with a question for a chunk or a stretch of a file. */
export type Hostility =
  | 'flips'
  | 'hangs'
  | 'stalls'
  | 'cuts'
  | 'drops'
  | 'denies'
  | 'fails'
  | 'overloaded'
  | 'web page'
  | 'slow'
  | 'swaps'
  | 'replays'

export const HOSTILITIES: readonly Hostility[] = [
  'flips',
  'hangs',
  'stalls',
  'cuts',
  'drops',
  'denies',
  'fails',
  'overloaded',
  'web page',
  'slow',
  'swaps',
  'replays',
]

const HTML = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Welcome</html>' }
const json = (code: number, message: string) => ({
  status: code,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify({ code, message }),
})

/** A rule for a proxy whose questions are answered as `hostility` says each time; undefined: honestly. */
export function hostileRule(
  hostility: (request: FaultRequest) => Hostility | undefined,
): (request: FaultRequest) => Fault | undefined {
  let before: string | undefined
  return request => {
    if (!isQuestion(request)) return { answer: json(404, 'issuer does not exist') }
    const instead = before
    before = request.path
    // Of a stretch, the first leaves come through.
    const deep = request.path.startsWith('/bytes/') ? 9000 : 0
    switch (hostility(request)) {
      case 'flips':
        return { flipBit: 8 * deep + 100 }
      case 'hangs':
        return { hang: true }
      case 'stalls':
        return { stallAfter: deep + 5 }
      case 'cuts':
        return { cutAfter: deep + 20 }
      case 'drops':
        return { drop: true }
      case 'denies':
        return { answer: json(404, 'chunk not found') }
      case 'fails':
        return { answer: json(500, 'read chunk failed') }
      case 'overloaded':
        return { answer: json(429, 'too many requests') }
      case 'web page':
        return { answer: HTML }
      case 'slow':
        return { delayMs: 100 }
      case 'swaps':
        return { swapBlocks: 16 }
      case 'replays':
        return instead === undefined || instead === request.path ? { flipBit: 7 } : { instead }
      default:
        return undefined
    }
  }
}

function isQuestion({ method, path }: FaultRequest): boolean {
  return method === 'GET' && /^\/(chunks|bytes)\//.test(path)
}

/** Gateways that all stand before one node, for the compliance suite: what is done to the backend is done to each. */
export async function poolOf(
  bee: BeeUnderTest,
  count: number,
  options: Omit<GatewayPoolOptions, 'urls'>,
): Promise<PoolSubject> {
  const gateways = await Promise.all(Array.from({ length: count }, () => obstructedNode(bee)))
  const store = new GatewayPool({ ...options, urls: gateways.map(({ proxy }) => proxy.url) })
  return subject(
    store,
    gateways.map(({ proxy }) => proxy),
    gateways,
  )
}

/** Some hostile gateways before an honest one, which alone owns the batch. */
export async function besieged(
  bee: BeeUnderTest,
  hostile: readonly ((request: FaultRequest) => Hostility | undefined)[],
  options: Omit<GatewayPoolOptions, 'urls'>,
): Promise<PoolSubject> {
  const liars = await Promise.all(
    hostile.map(hostility => startFaultProxy({ target: bee.url, rule: hostileRule(hostility) })),
  )
  const honest = await obstructedNode(bee)
  const proxies = [...liars, honest.proxy]
  const store = new GatewayPool({ ...options, urls: proxies.map(({ url }) => url) })
  return subject(store, proxies, [honest])
}

export interface PoolSubject extends Required<Omit<ContentStoreSubject, 'elsewhere'>> {
  readonly store: GatewayPool
  readonly proxies: readonly FaultProxy[]
  stop(): Promise<void>
}

type Obstructed = Awaited<ReturnType<typeof obstructedNode>>

function subject(
  store: GatewayPool,
  proxies: readonly FaultProxy[],
  honest: readonly Obstructed[],
): PoolSubject {
  return {
    store,
    proxies,
    corrupt: (...args) => each(honest, one => one.corrupt(...args)),
    /** All of them hold the same forged stretch, and send the rest of it to whoever asks from further on. */
    forgeRanges(answer) {
      let forged: { readonly from: number; readonly bytes: Uint8Array } | undefined
      const rest = (from: number, length: number) => {
        forged ??= { from, bytes: answer(from, length) }
        return forged.bytes.subarray(from - forged.from)
      }
      each(honest, one => one.forgeRanges(rest))
    },
    refuseWrites: () => each(honest, one => one.refuseWrites()),
    breakBackend: () => each(proxies, proxy => proxy.setRule(() => ({ drop: true }))),
    stall(): Stall {
      const reached = Promise.withResolvers<void>()
      const rules = proxies.map(proxy => proxy.rule)
      each(proxies, proxy =>
        proxy.setRule(() => {
          reached.resolve()
          return { hang: true }
        }),
      )
      return {
        reached: reached.promise,
        release() {
          for (const [i, proxy] of proxies.entries()) proxy.setRule(rules[i])
        },
      }
    },
    holdBack: () => honest[0]!.holdBack(),
    stop: async () => void (await Promise.all(proxies.map(proxy => proxy.stop()))),
  }
}

function each<T>(all: readonly T[], act: (one: T) => unknown): void {
  for (const one of all) void act(one)
}
