import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { defaultMessageId, type LogId, topicOf } from '@remote-log/core'
import {
  type Devnet,
  type Fault,
  type FaultProxy,
  type FaultRequest,
  startDevnet,
  startFaultProxy,
} from '@remote-log/devnet'
import { connect } from '../src/index.ts'
import { appended, type Killed, runWriter, type WriterOrders } from './killed-writer.ts'

/** `KILLED_SEEDS=100` runs a hundred, each killed twice. */
const MANY = process.env.KILLED_SEEDS
const SEEDS = Number(MANY ?? 6)
const ENTRIES = 600
/**
 * Where a writer is killed: behind a line that it prints, at a request to the node, at a head that it sends to the chain,
 * at any request to the chain.
 */
const PLACES = ['line', 'bee', 'send', 'rpc'] as const
/** So many of each come in any undisturbed run. */
const IN_A_RUN = { line: 30, bee: 30, send: 2, rpc: 24 }

describe('a writer that is killed while it appends and publishes, over a Bee node and a chain', () => {
  let devnet: Devnet
  let folder: string
  let proxies: { readonly bee: FaultProxy; readonly rpc: FaultProxy }
  before(async () => {
    devnet = await startDevnet()
    folder = await mkdtemp(join(tmpdir(), 'remote-log-killed-'))
    proxies = {
      bee: await startFaultProxy({ target: devnet.beeUrl }),
      rpc: await startFaultProxy({ target: devnet.rpcUrl, readBodies: true }),
    }
  })
  after(async () => {
    await Promise.all([proxies.bee.stop(), proxies.rpc.stop()])
    await devnet.stop()
    await rm(folder, { recursive: true })
  })

  /** Runs a writer and kills it at the n-th of a place, if at any: a request arrives unanswered, or does not arrive. */
  async function run(orders: WriterOrders, watched: Watched, kill?: Kill): Promise<Killed> {
    let requests = 0
    const at = (place: Kill['place'], stop: () => void, request: FaultRequest): Fault | undefined => {
      if (place !== kill?.place || ++requests !== kill.at) return undefined
      if (place === 'send' && kill.arrives) {
        // Killed once the chain has it: nothing is left to chance.
        void fetch(devnet.rpcUrl, { ...POST_JSON, body: String(request.body) }).then(stop)
        return { hang: true }
      }
      stop()
      return kill.arrives ? { cutAfter: 0 } : { drop: true }
    }
    const arm = (stop: () => void) => {
      proxies.bee.setRule(request => {
        watched.bee(request)
        return at('bee', stop, request)
      })
      proxies.rpc.setRule(request => {
        if (request.body?.includes('eth_sendRawTransaction')) {
          watched.send()
          return at('send', stop, request) ?? at('rpc', stop, request)
        }
        return at('rpc', stop, request)
      })
    }
    watched.begin()
    return runWriter(orders, kill?.place === 'line' ? kill.at : undefined, arm)
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
      const watched = new Watched(devnet, batch)
      let acknowledged = 0
      for (const kill of killsOf(seed)) {
        const { finished, found, ...ran } = await run(orders, watched, kill)
        assert.ok(acknowledged > 0 || !finished, `${kill.place} ${kill.at} comes in a run`)
        assert.ok(found >= acknowledged, `${found} of ${acknowledged} acknowledged entries are there`)
        acknowledged = Math.max(acknowledged, ran.acknowledged)
      }
      const last = await run(orders, watched)
      assert.ok(last.finished && last.found >= acknowledged)
      await watched.verify()
      for (const proxy of [proxies.bee, proxies.rpc]) proxy.setRule(undefined)
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
  /** Whether the request at which it is killed has its effect. */
  readonly arrives: boolean
}

const POST_JSON = { method: 'POST', headers: { 'content-type': 'application/json' } }

/**
 * What must hold at each request of a writer, whenever it was killed before: the network has all of an upload before a
 * head is sent, and an upload that broke off is taken up again under its own tag.
 */
class Watched {
  readonly #devnet: Devnet
  readonly #batch: string
  readonly #checks: Promise<void>[] = []
  /** Uploads that were begun although one had broken off. */
  #anew = 0
  /** Whether chunks went up since the last head was sent. */
  #uploading = false
  /** Whether the writer that runs has asked for no tag yet. */
  #fresh = false

  constructor(devnet: Devnet, batch: string) {
    this.#devnet = devnet
    this.#batch = batch
  }

  /** A writer is started. */
  begin(): void {
    this.#fresh = true
  }

  /** The node pushes nothing while chunks come, and goes on when somebody asks how far it is. */
  bee({ method, path }: FaultRequest): void {
    if (method === 'POST' && (path === '/chunks' || path === '/bytes')) {
      this.#uploading = true
      this.#devnet.bee.pauseSync()
    }
    if (!path.startsWith('/tags')) return
    if (this.#fresh && this.#uploading && method !== 'GET') this.#anew++
    this.#fresh = false
    if (method === 'GET') this.#devnet.bee.resumeSync()
  }

  /** A head is on its way to the chain. */
  send(): void {
    this.#uploading = false
    const check = async () => {
      const { issued, occupants } = await slotsOf(this.#devnet, this.#batch)
      assert.equal(occupants.length, issued, 'the network has every chunk before a head is sent')
    }
    this.#checks.push(check())
  }

  async verify(): Promise<void> {
    this.#devnet.bee.resumeSync()
    await Promise.all(this.#checks)
    assert.equal(this.#anew, 0, 'an upload that broke off is taken up again')
  }
}

/** Where the first run is killed, and of many seeds the second one as well. */
function killsOf(seed: number): Kill[] {
  const hash = createHash('sha256').update(`kills ${seed}`).digest()
  const kill = (place: Kill['place'], random: number): Kill => ({
    place,
    at: 1 + (random % IN_A_RUN[place]),
    arrives: random % 3 !== 0,
  })
  const first = kill(PLACES[seed % 4]!, hash.readUInt32BE(0))
  return MANY === undefined ? [first] : [first, kill(PLACES[hash[8]! % 4]!, hash.readUInt32BE(4))]
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
