import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type RemoteLog, signerOf } from '@remote-log/client'
import { defaultMessageId, type LogId, topicOf, UnavailableError } from '@remote-log/core'
import {
  type Devnet,
  type Fault,
  type FaultProxy,
  type FaultRequest,
  startDevnet,
  startFaultProxy,
} from '@remote-log/devnet'
import { ClassicLevel } from 'classic-level'
import { build } from 'esbuild'
import { type Kill, planOf } from './kill.ts'
import { Watched } from './watched.ts'
import { again, appended, type Run, runWriter, type WriterOrders } from './writer.ts'

export const ENTRIES = 150
const IDS = Array.from({ length: ENTRIES }, (_, n) => defaultMessageId(appended(n).payload as Uint8Array))

const POST_JSON = { method: 'POST', headers: { 'content-type': 'application/json' } }

/** What became of one writer. */
export interface Outcome extends Kill {
  /** What its last line was about; `finished` where it was not killed. */
  readonly phase: string
  /** Entries that were acknowledged, and entries that a reader found when it was dead. */
  readonly acknowledged: number
  readonly published: number
}

/** A network, a chain and a folder, in which writers are killed. */
export class KillField {
  readonly #devnet: Devnet
  readonly #folder: string
  readonly #program: string
  readonly #proxies: { readonly bee: FaultProxy; readonly rpc: FaultProxy }

  private constructor(
    devnet: Devnet,
    folder: string,
    program: string,
    proxies: { bee: FaultProxy; rpc: FaultProxy },
  ) {
    this.#devnet = devnet
    this.#folder = folder
    this.#program = program
    this.#proxies = proxies
  }

  static async start(): Promise<KillField> {
    const folder = await mkdtemp(join(tmpdir(), 'remote-log-kills-'))
    // Where it finds classic-level, which has native code.
    const program = join(import.meta.dirname, '../../cache', `writing-process-${process.pid}.mjs`)
    const devnet = await startDevnet()
    await bundle(program)
    const [bee, rpc] = await Promise.all(
      [devnet.beeUrl, devnet.rpcUrl].map(target => startFaultProxy({ target, readBodies: true })),
    )
    return new KillField(devnet, folder, program, { bee: bee!, rpc: rpc! })
  }

  async stop(): Promise<void> {
    await Promise.all([this.#proxies.bee.stop(), this.#proxies.rpc.stop()])
    await this.#devnet.stop()
    await Promise.all([rm(this.#folder, { recursive: true }), rm(this.#program)])
  }

  /**
   * One log whose writer is killed as the seed says. After each kill a reader finds a first part of the log, and the folder
   * has whatever was acknowledged; at the end the log is whole, and nothing was paid for twice ({@link Watched}).
   * @param times how often it is killed, up to three times; without it as the seed says
   */
  async run(seed: number, times?: number): Promise<Outcome[]> {
    const { kills, usual, together, publishEvery } = planOf(seed)
    const { chainId, registry, accounts } = this.#devnet
    const [{ address: owner, privateKey }] = accounts as [Devnet['accounts'][number]]
    const batch = await this.#devnet.bee.grantBatch({ depth: 20 })
    const log: LogId = { chainId, registry, owner, topic: topicOf(`killed ${seed}`) }
    const where = { log, bee: this.#proxies.bee.url, rpc: this.#proxies.rpc.url, batch }
    const folder = join(this.#folder, String(seed))
    const orders = { ...where, folder, privateKey, entries: ENTRIES, together, publishEvery }
    const outcomes: Outcome[] = []
    const watched = new Watched(this.#devnet, batch)
    let acknowledged = 0
    for (const kill of kills.slice(0, times ?? usual)) {
      const run = await this.#killed(orders, kill, watched)
      assert.ok(
        run.phase === 'start' || run.found >= acknowledged,
        `${run.found} of ${acknowledged} were there`,
      )
      acknowledged = Math.max(acknowledged, run.acknowledged)
      const published = await this.#publishedOf(where)
      assert.ok(
        published >= run.published,
        `a head with ${run.published} entries was reported, ${published} are there`,
      )
      outcomes.push({ ...kill, phase: run.finished ? 'finished' : run.phase, acknowledged, published })
    }
    watched.begin()
    const local = new ClassicLevel<string, Uint8Array>(folder, { valueEncoding: 'view' })
    const device = await connect({ ...where, signer: signerOf(privateKey), local })
    try {
      const there = await idsOf(device)
      assert.ok(
        there.length >= acknowledged,
        `${there.length} of ${acknowledged} acknowledged entries are there`,
      )
      assert.deepEqual(there, IDS.slice(0, there.length))
      await device.appendMany(IDS.slice(there.length).map((_, i) => appended(there.length + i)))
      await again(() => device.publish())
    } finally {
      await device.close()
    }
    assert.equal(await this.#publishedOf(where), ENTRIES)
    await watched.verify()
    await rm(folder, { recursive: true })
    return outcomes
  }

  async #killed(orders: WriterOrders, { place, at, arrives }: Kill, watched: Watched): Promise<Run> {
    let timer: NodeJS.Timeout | undefined
    let requests = 0
    const fault = (kill: () => void, request: FaultRequest): Fault | undefined => {
      if (++requests !== at) return undefined
      if (place === 'send' && arrives) {
        // Killed once the chain has it: nothing is left to chance.
        void fetch(this.#devnet.rpcUrl, { ...POST_JSON, body: String(request.body) }).then(kill)
        return { hang: true }
      }
      kill()
      return arrives ? { cutAfter: 0 } : { drop: true }
    }
    const { bee, rpc } = this.#proxies
    watched.begin()
    const run = await runWriter(this.#program, orders, (line, kill) => {
      if (place === 'line' && line === at) kill()
      if (line > 1) return
      if (place === 'time') timer = setTimeout(kill, at)
      bee.setRule(request => {
        watched.bee(request)
        return place === 'bee' ? fault(kill, request) : undefined
      })
      rpc.setRule(request => {
        const isHead = watched.rpc(request)
        return place === 'rpc' || (place === 'send' && isHead) ? fault(kill, request) : undefined
      })
    })
    clearTimeout(timer)
    this.#watch(watched)
    return run
  }

  /** From now on no writer is killed. */
  #watch(watched: Watched): void {
    this.#proxies.bee.setRule(request => void watched.bee(request))
    this.#proxies.rpc.setRule(request => void watched.rpc(request))
  }

  /** How many entries a reader without any copy finds: those of a first part of the log, whole and in order. */
  async #publishedOf(where: Pick<WriterOrders, 'log' | 'bee' | 'rpc'>): Promise<number> {
    const bob = await connect({ log: where.log, bee: where.bee, rpc: where.rpc })
    try {
      await again(() => wholly(bob))
      const ids = await idsOf(bob)
      assert.deepEqual(ids, IDS.slice(0, ids.length))
      return ids.length
    } finally {
      await bob.close()
    }
  }
}

async function wholly(log: RemoteLog): Promise<void> {
  const { complete, missing } = await log.sync()
  if (complete) return
  const [first] = missing
  if (first?.reason !== 'UNAVAILABLE') assert.fail(`missing: ${JSON.stringify(missing)}`)
  throw new UnavailableError('not all of it came', {})
}

async function idsOf(log: RemoteLog): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of log.read()) ids.push(id)
  return ids
}

/** One file starts in a fifth of the time that a few hundred modules take. */
async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, 'writing-process.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['classic-level'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
    },
    logLevel: 'error',
  })
}
