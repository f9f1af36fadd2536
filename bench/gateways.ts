import { makeChunk, type Reference } from '@remote-log/core'
import { type FaultProxy, type FaultRule, startBeeNode, startFaultProxy } from '@remote-log/devnet'
import { GatewayPool, SwarmStore } from '@remote-log/swarm'
import { atMost, type Figure, judge, timesAnchor } from './report/row.ts'

const READS = 600
/** Reads that are under way at a time. */
const AT_ONCE = 4
/** Milliseconds of each answer, and of those that stall. */
const ANSWER_MS = 5
const STALL_MS = 1000
/** One of so many requests to the first gateway stalls. */
const STALLS_EVERY = 20

/**
 * The tail of reads through three gateways of which one stalls in 5 % of its requests, beside reads through that one
 * alone; and what was asked for twice for it.
 */
export async function gatewayFigures(): Promise<Figure[]> {
  const node = await startBeeNode()
  const rules: readonly FaultRule[] = [
    ({ index }) => ({ delayMs: index % STALLS_EVERY === 7 ? STALL_MS : ANSWER_MS }),
    () => ({ delayMs: ANSWER_MS }),
    () => ({ delayMs: ANSWER_MS }),
  ]
  const proxies = await Promise.all(rules.map(rule => startFaultProxy({ target: node.url, rule })))
  try {
    const references = await write(node.url, await node.grantBatch())
    const urls = proxies.map(({ url }) => url)
    const alone = await p99(references, new SwarmStore({ url: urls[0]! }))
    for (const proxy of proxies) proxy.resetStats()
    const pooled = await p99(references, new GatewayPool({ urls }))
    const name = `one of 3 gateways stalls ${STALL_MS} ms in ${100 / STALLS_EVERY} % of requests`
    return [
      {
        figure: `99th percentile of a read, ${name}`,
        unit: 'ms',
        better: 'lower',
        ours: pooled,
        anchor: { name: 'that one alone', value: alone },
        bar: timesAnchor(4),
      },
      {
        figure: `requests made twice, ${name}`,
        unit: '%',
        better: 'lower',
        ours: (100 * (requests(proxies) - READS)) / READS,
        bar: atMost(11),
      },
    ]
  } finally {
    await Promise.all(proxies.map(proxy => proxy.stop()))
    await node.stop()
  }
}

async function write(url: string, batch: string): Promise<readonly Reference[]> {
  const chunks = Array.from({ length: READS }, (_, i) => makeChunk(new TextEncoder().encode(`read ${i}`)))
  const upload = await new SwarmStore({ url, batch }).beginUpload()
  await Promise.all(chunks.map(chunk => upload.put(chunk)))
  await upload.confirm()
  return chunks.map(({ reference }) => reference)
}

/** Milliseconds that 99 of 100 reads take at most. */
async function p99(references: readonly Reference[], store: SwarmStore | GatewayPool): Promise<number> {
  const times: number[] = []
  const queue = references.values()
  const reader = async () => {
    for (const reference of queue) {
      const from = performance.now()
      await store.get(reference)
      times.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, reader))
  return times.sort((a, b) => a - b)[Math.ceil(0.99 * times.length) - 1]!
}

function requests(proxies: readonly FaultProxy[]): number {
  return proxies.reduce((sum, proxy) => sum + proxy.stats().requests, 0)
}

if (import.meta.main) {
  for (const figure of await gatewayFigures()) {
    const { ours, unit, anchorName, anchor, ratio, bar } = judge(figure)
    const beside = anchorName === null ? '' : `, ${anchorName}: ${anchor}; ratio ${ratio}`
    console.log(`${figure.figure}: ${ours} ${unit}${beside} (${bar})`)
  }
}
