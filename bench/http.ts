import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fetchTransport } from '../packages/swarm/src/transport/fetch-transport.ts'
import { nodeTransport } from '../packages/swarm/src/transport/node-transport.ts'
import type { Transport } from '../packages/swarm/src/transport/transport.ts'
import type { DevnetOperations } from './peers/devnet.ts'
import { startPeer } from './process/peer.ts'
import { middle } from './report/middle.ts'
import { type Figure, judge, timesAnchor } from './report/row.ts'

const FILE_BYTES = 16 * 2 ** 20
const RANGE_BYTES = 2 * 2 ** 20
/** Each way reads the file so often, in turn; the first times are not counted. */
const ROUNDS = 25
const WARM_UP = 5

/**
 * Megabytes of a file that come from the embedded node by ranges, as a sync asks for them, in a second of this process's
 * CPU: by Node's own HTTP client and by its `fetch`. Nothing is verified.
 */
export async function httpFigure(): Promise<Figure> {
  const folder = await mkdtemp(join(tmpdir(), 'remote-log-bench-'))
  const devnet = startPeer<DevnetOperations>(new URL('./peers/devnet.ts', import.meta.url))
  try {
    const { beeUrl, batch } = await devnet.do.start(folder)
    const root = await upload(beeUrl, batch)
    const url = new URL(`${beeUrl}/bytes/${root}`)
    const ways = [nodeTransport()!, fetchTransport(fetch)] as const
    const ms: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, way] of ways.entries()) {
        const spent = await cpuMs(() => readAll(way, url))
        if (round >= WARM_UP) ms[i]!.push(spent)
      }
    }
    const [ours, theirs] = ms.map(all => FILE_BYTES / 1e3 / middle(all, ms => ms))
    return {
      figure: `a file of ${FILE_BYTES / 2 ** 20} MiB by ranges of 2 MiB, unverified`,
      unit: 'MB per CPU second',
      better: 'higher',
      ours: ours!,
      anchor: { name: 'Node’s fetch', value: theirs! },
      bar: timesAnchor(1),
    }
  } finally {
    await devnet.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function upload(beeUrl: string, batch: string): Promise<string> {
  const body = new Uint8Array(FILE_BYTES).map((_, i) => (i * 31 + (i >> 12)) & 255)
  const headers = { 'swarm-postage-batch-id': batch, 'content-type': 'application/octet-stream' }
  const response = await fetch(`${beeUrl}/bytes`, { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`the node took no file: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { reference: string }).reference
}

async function readAll(way: Transport, url: URL): Promise<void> {
  const froms = Array.from({ length: FILE_BYTES / RANGE_BYTES }, (_, i) => i * RANGE_BYTES)
  await Promise.all(froms.map(from => readRange(way, url, from)))
}

async function readRange(way: Transport, url: URL, from: number): Promise<void> {
  const headers = { range: `bytes=${from}-${from + RANGE_BYTES - 1}` }
  const { signal } = new AbortController()
  const { status, body } = await way.send(url, { method: 'GET', headers, body: undefined, signal })
  let bytes = 0
  for await (const piece of body) bytes += piece.length
  if (status !== 206 || bytes !== RANGE_BYTES) throw new Error(`${status} with ${bytes} bytes`)
}

async function cpuMs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

if (import.meta.main) {
  const { figure, ours, unit, anchorName, anchor, ratio, bar } = judge(await httpFigure())
  console.log(`${figure}: ${ours} ${unit}, ${anchorName}: ${anchor}; ratio ${ratio} (${bar})`)
}
