import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { defaultMessageId, type LogId, topicOf } from '@remote-log/core'
import { type Devnet, type FaultProxy, startDevnet, startFaultProxy } from '@remote-log/devnet'
import { connect } from '../src/index.ts'
import { appended, type Killed, runWriter, type WriterOrders } from './killed-writer.ts'

/** `KILLED_SEEDS=100` runs a hundred, each killed twice. */
const MANY = process.env.KILLED_SEEDS
const SEEDS = Number(MANY ?? 6)
const ENTRIES = 600
/** Where a writer is killed: behind a line that it prints, at a request to the node or to the chain. */
const PLACES = ['line', 'bee', 'rpc'] as const
/** So many of each come in any undisturbed run. */
const IN_A_RUN = { line: 30, bee: 30, rpc: 24 }

describe('a writer that is killed while it appends and publishes, over a Bee node and a chain', () => {
  let devnet: Devnet
  let folder: string
  let proxies: { readonly bee: FaultProxy; readonly rpc: FaultProxy }
  before(async () => {
    devnet = await startDevnet()
    folder = await mkdtemp(join(tmpdir(), 'remote-log-killed-'))
    proxies = {
      bee: await startFaultProxy({ target: devnet.beeUrl }),
      rpc: await startFaultProxy({ target: devnet.rpcUrl }),
    }
  })
  after(async () => {
    await Promise.all([proxies.bee.stop(), proxies.rpc.stop()])
    await devnet.stop()
    await rm(folder, { recursive: true })
  })

  /** Runs a writer and kills it at the n-th of a place: a request then arrives unanswered, or does not arrive. */
  async function killed(orders: WriterOrders, { place, at }: Kill): Promise<Killed> {
    if (place === 'line') return runWriter(orders, at)
    let requests = 0
    const run = await runWriter(orders, undefined, kill =>
      proxies[place].setRule(() => {
        if (++requests !== at) return undefined
        kill()
        return at % 3 === 0 ? { drop: true } : { cutAfter: 0 }
      }),
    )
    proxies[place].setRule(undefined)
    return run
  }

  for (let seed = 0; seed < SEEDS; seed++) {
    test(`seed ${seed}: every acknowledged entry is published once, in order, and each chunk paid once`, async () => {
      const batch = await devnet.bee.grantBatch({ depth: 20 })
      const [{ address: owner, privateKey }] = devnet.accounts as [Devnet['accounts'][number]]
      const { chainId, registry } = devnet
      const [bee, rpc] = [proxies.bee.url, proxies.rpc.url]
      const log: LogId = { chainId, registry, owner, topic: topicOf(`killed ${seed}`) }
      const orders: WriterOrders = {
        folder: join(folder, String(seed)),
        ...{ log, bee, rpc, batch, privateKey },
        ...{ entries: ENTRIES, together: 50, publishEvery: 550 },
      }
      let acknowledged = 0
      for (const kill of killsOf(seed)) {
        const run = await killed(orders, kill)
        assert.ok(acknowledged > 0 || !run.finished, `${kill.place} ${kill.at} comes in a run`)
        assert.ok(run.found >= acknowledged, `${run.found} of ${acknowledged} acknowledged entries are there`)
        acknowledged = Math.max(acknowledged, run.acknowledged)
      }
      const last = await runWriter(orders)
      assert.ok(last.finished && last.found >= acknowledged)
      const bob = await connect({ log, bee, rpc })
      assert.ok((await bob.sync()).complete)
      const ids: string[] = []
      for await (const entry of bob.read()) ids.push(entry.id)
      await bob.close()
      assert.deepEqual(ids, IDS)
      const { issued, occupants } = await slotsOf(devnet, batch)
      assert.equal(new Set(occupants).size, issued, 'no chunk has two slots')
      assert.equal(occupants.length, issued, 'whatever was paid for is in the network')
    })
  }
})

const IDS = Array.from({ length: ENTRIES }, (_, n) => defaultMessageId(appended(n).payload as Uint8Array))

interface Kill {
  readonly place: (typeof PLACES)[number]
  readonly at: number
}

/** Where the first run is killed, and of many seeds the second one as well. */
function killsOf(seed: number): Kill[] {
  const hash = createHash('sha256').update(`kills ${seed}`).digest()
  const kill = (place: Kill['place'], random: number) => ({ place, at: 1 + (random % IN_A_RUN[place]) })
  const first = kill(PLACES[seed % 3]!, hash.readUInt32BE(0))
  return MANY === undefined ? [first] : [first, kill(PLACES[hash[8]! % 3]!, hash.readUInt32BE(4))]
}

/** Slots that the node gave out, and the chunks that are in them in the network. */
async function slotsOf({ bee }: Devnet, batch: string): Promise<{ issued: number; occupants: string[] }> {
  const answer = await fetch(`${bee.url}/stamps/${batch}/buckets`)
  const { buckets } = (await answer.json()) as { buckets: { collisions: number }[] }
  const issued = buckets.reduce((sum, { collisions }) => sum + collisions, 0)
  const occupants: string[] = []
  const prefix = Buffer.concat([Buffer.from('s'), Buffer.from(batch, 'hex')])
  for await (const [, value] of bee.network.store.entries(prefix)) {
    occupants.push(Buffer.from(value.subarray(8, 40)).toString('hex'))
  }
  return { issued, occupants }
}
