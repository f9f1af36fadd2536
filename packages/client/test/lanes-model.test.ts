import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logHash, MemoryContentStore, type Reference, UnavailableError } from '@remote-log/core'
import fc from 'fast-check'
import type { Lanes, RemoteLog } from '../src/index.ts'
import { LaneWorld, laneId, textsOfLanes } from './lane-world.ts'
import { START } from './world.ts'

const DEVICES = 4

type Step =
  | { readonly do: 'append'; readonly device: number; readonly at: readonly number[]; readonly bytes: number }
  | { readonly do: 'publish' | 'add'; readonly device: number }
  | { readonly do: 'revoke'; readonly device: number; readonly back: number }
  | { readonly do: 'sync'; readonly reader: 0 | 1; readonly failing: number }

const device = fc.nat(DEVICES - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      device,
      at: fc.array(fc.nat(6), { minLength: 1, maxLength: 5 }),
      bytes: fc.constantFrom(20, 1300),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('publish' as const), device }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('add' as const), device }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('revoke' as const), device, back: fc.nat(2) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('sync' as const),
      reader: fc.constantFrom(0 as const, 1 as const),
      failing: fc.constantFrom(0, 0, 0, 1, 2, 5),
    }),
  },
)

interface ModelEntry {
  readonly name: string
  readonly timestamp: number
}

/** What one device wrote, and what of it counts, as plainly as it can be said. */
class ModelLane {
  readonly hash: string
  readonly appended: ModelEntry[] = []
  /** Each head that stood, with the number of entries at it. */
  readonly heads: { head: Reference; entries: number }[] = []
  state: 'unlisted' | 'listed' | { cut: number } = 'unlisted'

  constructor(n: number) {
    this.hash = logHash(laneId(n))
  }

  get shown(): number {
    if (this.state === 'unlisted') return 0
    return this.state === 'listed' ? (this.heads.at(-1)?.entries ?? 0) : this.state.cut
  }
}

function mergedNaively(lanes: readonly ModelLane[], shown = (lane: ModelLane) => lane.shown): string[] {
  return lanes
    .flatMap(lane =>
      lane.appended.slice(0, shown(lane)).map(({ name }, seq) => ({
        name,
        hash: lane.hash,
        seq,
        time: Math.max(...lane.appended.slice(0, seq + 1).map(({ timestamp }) => timestamp)),
      })),
    )
    .sort((a, b) => a.time - b.time || (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : a.seq - b.seq))
    .map(({ name }) => name)
}

const namesOf = async (lanes: Lanes, options = {}) =>
  (await textsOfLanes(lanes, options)).map(text => text.slice(0, text.indexOf(';')))

test('devices that write, are revoked and come back, and two readers with faults, against a plain model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }), async steps => {
      const world = new LaneWorld()
      const model = Array.from({ length: DEVICES }, (_, n) => new ModelLane(n))
      const logs: RemoteLog[] = []
      for (let n = 0; n < DEVICES; n++) {
        logs.push(await world.device(n))
        world.add(n)
        model[n]!.state = 'listed'
      }
      let failing = 0
      const flaky = () =>
        new MemoryContentStore({
          network: world.world.network,
          onCall: async () => {
            if (failing > 0 && --failing === 0) throw new UnavailableError('the store is away')
          },
        })
      const readers = [
        await world.reader({ store: flaky() }),
        await world.reader({ store: flaky() }),
      ] as const

      for (const each of steps) {
        if (each.do === 'append') {
          const lane = model[each.device]!
          for (const at of each.at) {
            const name = `${each.device}.${lane.appended.length}`
            const entry = { name, timestamp: START + at }
            const payload = `${name};`.padEnd(each.bytes)
            await logs[each.device]!.append(payload, { timestamp: entry.timestamp })
            lane.appended.push(entry)
          }
        }
        if (each.do === 'publish') {
          const { head, published } = await logs[each.device]!.publish()
          const { heads } = model[each.device]!
          if (head !== undefined && heads.at(-1)?.head !== head) heads.push({ head, entries: published })
        }
        if (each.do === 'add' && model[each.device]!.state !== 'listed') {
          world.add(each.device)
          model[each.device]!.state = 'listed'
        }
        if (each.do === 'revoke' && model[each.device]!.state === 'listed') {
          const cut = model[each.device]!.heads.at(-1 - each.back)
          world.revoke(each.device, cut?.head)
          model[each.device]!.state = { cut: cut?.entries ?? 0 }
        }
        if (each.do === 'sync') {
          const reader = readers[each.reader]
          failing = each.failing
          const statement = await reader.sync()
          const failed = each.failing > 0 && failing === 0
          failing = 0
          const all = mergedNaively(model)
          if (!failed) assert.ok(statement.complete)
          if (statement.complete) {
            assert.equal(statement.entries, all.length)
            assert.deepEqual(await namesOf(reader), all)
            assert.deepEqual(await namesOf(reader, { reverse: true }), all.toReversed())
            for (const time of [START + 2, START + 4]) {
              const [later, earlier] = [
                await namesOf(reader, { since: time }),
                await namesOf(reader, { until: time }),
              ]
              assert.deepEqual([...earlier, ...later], all)
            }
          } else {
            // What can be told is told, in order, and nothing that must not be seen.
            const seen = await namesOf(reader, { onTrouble: () => {} }).catch(error => {
              assert.equal(error.code, 'UNAVAILABLE')
              return [] as string[]
            })
            assert.deepEqual(
              seen,
              all.filter(name => seen.includes(name)),
            )
          }
        }
      }
      for (const reader of readers) {
        assert.ok((await reader.sync()).complete)
        assert.deepEqual(await namesOf(reader), mergedNaively(model))
      }
    }),
    { seed: 20_261_128, numRuns: 12 },
  )
})
