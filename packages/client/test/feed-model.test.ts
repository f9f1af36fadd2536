import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LocalDatabase, RemoteLog } from '../src/index.ts'
import { FeedWorld, type MemorySingleOwners } from './feed-world.ts'
import { memory, reopened, textsOf } from './world.ts'

type Step =
  | { readonly do: 'append' | 'publish' | 'anchor' | 'restart'; readonly device: 0 | 1 | 2 }
  | { readonly do: 'look' }
  | { readonly do: 'mood'; readonly mood: MemorySingleOwners['mood'] }

const device = fc.constantFrom(0 as const, 1 as const, 2 as const)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('append' as const), device }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('publish' as const, 'anchor' as const, 'restart' as const),
      device,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('look' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('mood' as const),
      mood: fc.constantFrom('honest' as const, 'stale' as const, 'silent' as const, 'deaf' as const),
    }),
  },
)

/** A device of the owner: the first two with a feed, the third without. */
class Device {
  readonly local: LocalDatabase = memory()
  readonly appended: string[] = []
  readonly net: FeedWorld
  readonly number: number
  log: RemoteLog = undefined as never

  constructor(net: FeedWorld, number: number) {
    this.net = net
    this.number = number
  }

  /** A new process over the same disk. */
  async start(): Promise<void> {
    const local = reopened(this.local)
    this.log =
      this.number < 2 ? await this.net.writer(local, { anchor: { every: 4 } }) : await this.net.plain(local)
  }
}

test('the feed never contradicts the chain and never falls behind it, and nothing is lost or there twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }), async steps => {
      const net = new FeedWorld()
      const devices = [0, 1, 2].map(number => new Device(net, number))
      for (const each of devices) await each.start()
      const bob = await net.reader()
      let trusted: string[] = []
      for (const each of steps) {
        if (each.do === 'mood') {
          if (each.mood === 'stale') net.owners.freeze()
          net.owners.mood = each.mood
        } else if (each.do === 'look') {
          const { entries, feedTrouble } = await bob.sync()
          const anchored = await textsOf(bob.read())
          const shown = await textsOf(bob.read({ provisional: true }))
          const plain = await net.reader()
          await plain.sync()
          assert.deepEqual(
            anchored,
            await textsOf(plain.read()),
            'anchored is what the chain says, whatever the feed does',
          )
          assert.equal(anchored.length, entries)
          assert.deepEqual(anchored.slice(0, trusted.length), trusted, 'what was anchored stays')
          assert.deepEqual(shown.slice(0, anchored.length), anchored, 'ahead of the chain, on top of it')
          assert.equal(new Set(shown).size, shown.length)
          assert.ok(feedTrouble === undefined || feedTrouble.code === 'UNAVAILABLE', feedTrouble?.message)
          trusted = anchored
        } else {
          const actor = devices[each.device]!
          if (each.do === 'restart') await actor.start()
          if (each.do === 'append') {
            const text = `${each.device}:${actor.appended.length}`
            await actor.log.append(text)
            actor.appended.push(text)
          }
          if (each.do === 'publish' || each.do === 'anchor') {
            await actor.log[each.do]().catch((error: { code?: string }) => {
              if (error.code !== 'UNAVAILABLE' || net.owners.mood !== 'deaf') throw error
            })
          }
        }
      }
      net.owners.mood = 'honest'
      for (const { log } of devices) await log.anchor()
      const { provisional, feedTrouble } = await bob.sync()
      assert.deepEqual([provisional, feedTrouble], [undefined, undefined])
      const all = await textsOf(bob.read())
      assert.equal(
        all.length,
        devices.reduce((sum, { appended }) => sum + appended.length, 0),
      )
      for (const { appended, number } of devices) {
        assert.deepEqual(
          all.filter(text => text.startsWith(`${number}:`)),
          appended,
        )
      }
    }),
    { seed: 20_260_105, numRuns: 60 },
  )
})
