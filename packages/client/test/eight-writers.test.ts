import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { seededBytes } from '@remote-log/conformance'
import { type LogId, type Publication, topicOf, UnavailableError } from '@remote-log/core'
import { type Devnet, startDevnet } from '@remote-log/devnet'
import { RegistryNameSystem, signerOf } from '@remote-log/ethereum'
import { SwarmStore } from '@remote-log/swarm'
import { type LocalDatabase, RemoteLog } from '../src/index.ts'
import { DyingProcess } from './dying.ts'
import { memory, reopened, textsOf } from './world.ts'

const WRITERS = 8
const ROUNDS = 2
/** More seeds, or others: `WRITERS_SEEDS=5,6,7`. */
const SEEDS = (process.env.WRITERS_SEEDS ?? '20261126').split(',')

/** Numbers that follow from a seed. */
function dice(seed: string): (sides: number) => number {
  const bytes = seededBytes(seed, 2 ** 14)
  let at = 0
  return sides => new DataView(bytes.buffer).getUint16(2 * at++) % sides
}

type Fate =
  | { readonly kind: 'well' | 'loses a receipt' }
  | { readonly kind: 'dies'; readonly at: number; readonly moment: 'before' | 'after' }

/** Whatever the dice say, in the first round one dies and one that publishes loses the receipt. */
const CERTAIN: readonly { readonly fate: Fate; readonly acts: number }[] = [
  { fate: { kind: 'dies', at: 0, moment: 'after' }, acts: 2 },
  { fate: { kind: 'loses a receipt' }, acts: 2 },
]

function fateOf(roll: (sides: number) => number): Fate {
  const moment = roll(2) === 0 ? 'before' : 'after'
  const die = roll(10)
  if (die < 2) return { kind: 'dies', at: roll(12), moment }
  return { kind: die < 5 ? 'loses a receipt' : 'well' }
}

type Open = (writer: Writer, local: LocalDatabase, sees: DyingProcess['sees']) => Promise<RemoteLog>

/** A device with the key of all of them and a local copy of its own. */
class Writer {
  readonly name: string
  readonly local: LocalDatabase = memory()
  readonly acknowledged: string[] = []
  readonly attempted: string[] = []
  conflicts = 0
  deaths = 0
  lostReceipts = 0
  losesReceipt = false
  log: RemoteLog
  readonly #open: Open

  constructor(name: string, open: Open) {
    this.name = name
    this.#open = open
    this.log = undefined as never
  }

  async start(process?: DyingProcess): Promise<void> {
    this.log = await this.#open(this, reopened(this.local), target => process?.sees(target) ?? target)
    process?.arm()
  }

  async run(fate: Fate, work: () => Promise<void>): Promise<void> {
    this.losesReceipt = fate.kind === 'loses a receipt'
    if (fate.kind !== 'dies') return await work()
    const process = new DyingProcess(fate)
    await this.start(process)
    await work().catch(error => {
      if (!process.dead) throw error
    })
    if (process.dead) this.deaths++
    await this.start()
  }

  /** The registry took the head; whether the device learns of it. */
  receipt(): void {
    if (!this.losesReceipt) return
    this.losesReceipt = false
    this.lostReceipts++
    throw new UnavailableError('the receipt was lost')
  }

  async append(count: number, bytes: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const text = `${this.name}${this.attempted.length};`
      this.attempted.push(text)
      await this.log.append(text.padEnd(bytes, '.'))
      this.acknowledged.push(text)
    }
  }

  async publish(): Promise<void> {
    const { conflicts } = await this.log.publish()
    this.conflicts += conflicts
  }
}

/** The registry, whose answers may be lost. */
class Receipts extends RegistryNameSystem {
  readonly #writer: Writer

  constructor(options: ConstructorParameters<typeof RegistryNameSystem>[0], writer: Writer) {
    super(options)
    this.#writer = writer
  }

  override async publish(...args: Parameters<RegistryNameSystem['publish']>): Promise<Publication> {
    const publication = await super.publish(...args)
    this.#writer.receipt()
    return publication
  }
}

describe('eight writers on one log, over a Bee node and a chain', () => {
  let devnet: Devnet

  before(async () => {
    devnet = await startDevnet()
  })
  after(() => devnet?.stop())

  for (const seed of SEEDS) {
    test(`no entry is lost or doubled, each writer’s stay in order, all copies become one (seed ${seed})`, async () => {
      const roll = dice(seed)
      const { chainId, registry, batch, beeUrl, rpcUrl, accounts } = devnet
      const { address: owner, privateKey } = accounts[0]!
      const id: LogId = { chainId, registry, owner, topic: topicOf(`eight writers ${seed}`) }
      const open: Open = (writer, local, sees) =>
        RemoteLog.open({
          id,
          writable: true,
          local: sees(local),
          store: sees(new SwarmStore({ url: beeUrl, batch })),
          names: sees(
            new Receipts({ provider: rpcUrl, registry, chainId, signer: signerOf(privateKey) }, writer),
          ),
        })
      const writers = Array.from({ length: WRITERS }, (_, n) => new Writer('abcdefgh'[n]!, open))
      for (const writer of writers) await writer.start()

      for (let round = 0; round < ROUNDS; round++) {
        const turns = writers.map((writer, n) => ({
          writer,
          count: 1 + roll(5),
          bytes: roll(3) === 0 ? 1400 : 60,
          acts: roll(8),
          fate: fateOf(roll),
          ...(round === 0 ? CERTAIN[n] : undefined),
        }))
        const outcomes = await Promise.allSettled(
          turns.map(({ writer, count, bytes, acts, fate }) =>
            writer.run(fate, async () => {
              await writer.append(count, bytes)
              if (acts === 0) await writer.log.sync()
              if (acts > 1) await writer.publish()
              if (acts === 7) await writer.append(1, bytes)
            }),
          ),
        )
        // On a machine that is busy with other work an answer may be late: that is no answer, and no harm.
        for (const outcome of outcomes)
          if (outcome.status === 'rejected')
            assert.equal(outcome.reason.code, 'UNAVAILABLE', String(outcome.reason))
      }
      // Whatever was cut is finished, by all of them at once.
      await Promise.allSettled(writers.map(writer => writer.publish()))
      for (const writer of writers) await writer.publish()

      const reader = await RemoteLog.open({
        id,
        local: memory(),
        store: new SwarmStore({ url: beeUrl, batch }),
        names: new RegistryNameSystem({ provider: rpcUrl, registry, chainId }),
      })
      const published = (await textsOf(reader.read())).map(text => text.slice(0, text.indexOf(';') + 1))
      assert.equal(new Set(published).size, published.length, 'none is doubled')
      for (const { name, acknowledged, attempted } of writers) {
        const own = published.filter(text => text.startsWith(name))
        const known = new Set(acknowledged)
        assert.deepEqual(
          own.filter(text => known.has(text)),
          acknowledged,
          'none is lost, all in order',
        )
        assert.deepEqual(
          own,
          attempted.filter(text => own.includes(text)),
          'what was not acknowledged is in its place',
        )
      }
      assert.ok((await reader.verify()).entries === published.length)
      for (const { log } of writers) {
        const { complete, head } = await log.sync()
        assert.deepEqual([complete, head, log.status().unsent], [true, reader.status().head, 0])
        const copy = (await textsOf(log.read())).map(text => text.slice(0, text.indexOf(';') + 1))
        assert.deepEqual(copy, published)
      }
      const total = (what: 'conflicts' | 'deaths' | 'lostReceipts') =>
        writers.reduce((sum, writer) => sum + writer[what], 0)
      for (const what of ['conflicts', 'deaths', 'lostReceipts'] as const) assert.ok(total(what) > 0, what)
    })
  }
})
