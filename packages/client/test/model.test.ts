import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LocalDatabase, RemoteLog } from '../src/index.ts'
import { type Death, DyingProcess } from './dying.ts'
import { all, memory, reopened, World } from './world.ts'

/** What happens to a publish, a sync or an append: nothing, a fault that passes, or the end of the process. */
type Mishap = { readonly kind: 'none' } | (Death & { readonly kind: 'crash' | 'lost receipt' })

type Step =
  | {
      readonly do: 'append'
      readonly device: 0 | 1
      readonly sizes: readonly number[]
      readonly mishap: Mishap
    }
  | { readonly do: 'publish' | 'sync'; readonly device: 0 | 1; readonly mishap: Mishap }
  | { readonly do: 'reopen'; readonly device: 0 | 1; readonly linked: boolean; readonly inlineLimit: number }
  | { readonly do: 'follow' }

const device = fc.constantFrom(0 as const, 1 as const)
const death = (kind: 'crash' | 'lost receipt') =>
  fc.record({
    kind: fc.constant(kind),
    at: fc.integer({ min: 0, max: kind === 'crash' ? 25 : 0 }),
    moment: fc.constantFrom('before' as const, 'after' as const),
  })
const mishap = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ kind: 'none' as const }) },
  { weight: 2, arbitrary: death('crash') },
  { weight: 1, arbitrary: death('lost receipt') },
)
const size = fc.oneof(
  fc.integer({ min: 12, max: 400 }),
  fc.integer({ min: 1000, max: 3840 }),
  fc.constant(5000),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      device,
      sizes: fc.array(size, { minLength: 1, maxLength: 6 }),
      mishap,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('publish' as const, 'sync' as const), device, mishap }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('reopen' as const),
      device,
      linked: fc.boolean(),
      inlineLimit: fc.constantFrom(0, 300, 3840),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('follow' as const) }) },
)

/** One writing device, its process, and what it was promised. */
class Device {
  readonly local: LocalDatabase = memory()
  readonly world: World
  readonly name: string
  /** Payload names in the order of their appends; of those that were not acknowledged, nobody knows. */
  readonly acknowledged: string[] = []
  readonly attempted: string[] = []
  log: RemoteLog
  parts: { linked: boolean; inlineLimit: number } = { linked: false, inlineLimit: 3840 }

  constructor(world: World, name: string) {
    this.world = world
    this.name = name
    this.log = undefined as never
  }

  async start(process?: DyingProcess): Promise<void> {
    const sees: DyingProcess['sees'] = target => process?.sees(target) ?? target
    this.log = await this.world.writer({
      local: sees(reopened(this.local)),
      store: sees(this.world.otherNode()),
      names: sees(this.world.names),
      ...this.parts,
    })
    process?.arm()
  }

  /** Runs the work in a process that meets the mishap. */
  async run(mishap: Mishap, work: () => Promise<unknown>): Promise<void> {
    const fate = mishap.kind === 'none' ? { at: -1, moment: 'before' as const } : mishap
    const process = new DyingProcess(fate, mishap.kind === 'lost receipt' ? 'publish' : undefined)
    await this.start(process)
    try {
      await work()
      assert.ok(!process.dead || mishap.kind !== 'none')
    } catch (error) {
      if (mishap.kind === 'none' || !process.dead) throw error
    }
    if (mishap.kind !== 'none') await this.start()
  }

  async append(sizes: readonly number[], mishap: Mishap): Promise<void> {
    const names = sizes.map((_, i) => `${this.name}${this.attempted.length + i};`)
    this.attempted.push(...names)
    await this.run(mishap, async () => {
      const appends = names.map(async (name, i) => {
        const payload = new Uint8Array(sizes[i]!)
        new TextEncoder().encodeInto(name, payload)
        await this.log.append(payload)
        this.acknowledged.push(name)
      })
      const outcomes = await Promise.allSettled(appends)
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    })
  }
}

async function namesIn(log: RemoteLog, publishedOnly = false): Promise<string[]> {
  const entries = await all(log.read({ publishedOnly }))
  return Promise.all(
    entries.map(async (entry, seq) => {
      assert.equal(entry.seq, seq)
      const text = new TextDecoder().decode(await entry.bytes())
      return text.slice(0, text.indexOf(';') + 1)
    }),
  )
}

test('two writers and a reader, with crashes and faults, against a plain model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30, size: 'max' }), async steps => {
      const world = new World()
      const devices = [new Device(world, 'a'), new Device(world, 'b')] as const
      for (const each of devices) await each.start()
      const bob = await world.reader()
      let published: string[] = []

      const check = async () => {
        const before = published
        published = await namesIn(await world.reader())
        assert.deepEqual(published.slice(0, before.length), before, 'what was published stays')
        assert.equal(new Set(published).size, published.length, 'nothing is published twice')
        for (const { name, acknowledged, attempted, log } of devices) {
          const there = published.filter(entry => entry.startsWith(name))
          const waiting = (await namesIn(log)).filter(
            entry => entry.startsWith(name) && !there.includes(entry),
          )
          const mine = [...there, ...waiting]
          const allowed = new Set(acknowledged)
          assert.deepEqual(
            mine.filter(entry => allowed.has(entry)),
            acknowledged,
            'each acknowledged entry is there once, in order',
          )
          assert.deepEqual(
            mine,
            attempted.filter(entry => mine.includes(entry)),
          )
        }
      }

      for (const each of steps) {
        if (each.do === 'follow') {
          assert.ok((await bob.sync()).complete)
          assert.deepEqual(await namesIn(bob), await namesIn(await world.reader()))
          continue
        }
        const actor = devices[each.device]
        if (each.do === 'append') await actor.append(each.sizes, each.mishap)
        if (each.do === 'publish') await actor.run(each.mishap, () => actor.log.publish())
        if (each.do === 'sync') await actor.run(each.mishap, () => actor.log.sync())
        if (each.do === 'reopen') {
          await actor.log.close()
          await actor.local.open()
          actor.parts = { linked: each.linked, inlineLimit: each.inlineLimit }
          await actor.start()
        }
        await check()
        const copy = await namesIn(bob, true)
        assert.deepEqual(
          copy,
          published.slice(0, copy.length),
          "the reader's copy is a first part of the log",
        )
      }
      for (const { log } of devices) await log.publish()
      await check()
      for (const { log } of devices) assert.equal(log.status().unsent, 0)
      assert.equal((await bob.verify()).entries, published.length)
    }),
    { seed: 20_260_102, numRuns: 40 },
  )
})
