import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededBytes } from '@remote-log/conformance'
import type { LocalDatabase, LogParts, RemoteLog } from '../src/index.ts'
import { type Death, DyingProcess } from './dying.ts'
import { all, bulky, memory, reopened, texts, World } from './world.ts'

/** What a device did before the publish in which it dies. */
interface Scene {
  readonly name: string
  readonly parts?: Partial<LogParts> | undefined
  readonly before: (world: World, local: LocalDatabase) => Promise<void>
}

const withPublished = async (world: World, local: LocalDatabase, count: number) => {
  const alice = await world.writer({ local: reopened(local) })
  await alice.appendMany(bulky(count))
  await alice.publish()
}

const SCENES: readonly Scene[] = [
  { name: 'the first publication', before: async () => {} },
  { name: 'behind own entries', before: (world, local) => withPublished(world, local, 4) },
  {
    name: "behind another device's entries",
    before: async (world, local) => {
      await withPublished(world, local, 4)
      const other = await world.writer()
      await other.appendMany(bulky(7, 100))
      await other.publish()
    },
  },
  {
    name: 'one entry a page',
    parts: { linked: true },
    before: (world, local) => withPublished(world, local, 2),
  },
]

/** Entries that fill pages, one by reference. */
async function appendSome(alice: RemoteLog): Promise<void> {
  await alice.appendMany([
    ...bulky(5, 1000),
    { payload: seededBytes('by reference', 9000) },
    ...texts(2, 1006),
  ])
}

async function idsOf(log: RemoteLog): Promise<string[]> {
  return (await all(log.read())).map(({ id }) => id)
}

for (const { name, parts, before } of SCENES) {
  for (const moment of ['before', 'after'] as const) {
    test(`killed ${moment} every call of publish, ${name}: the next run publishes each entry exactly once`, async () => {
      let finished = false
      for (let at = 0; !finished; at++) {
        finished = await diesAt({ at, moment }, { parts, before })
        assert.ok(at < 200)
      }
    })
  }
}

async function diesAt(death: Death, { parts, before }: Omit<Scene, 'name'>): Promise<boolean> {
  const world = new World()
  const local = memory()
  await before(world, local)
  const first = await world.writer({ local: reopened(local), ...parts })
  await appendSome(first)
  const mine = (await all(first.read())).filter(entry => !entry.published).map(({ id }) => id)
  const published = await idsOf(await world.reader())
  const process = new DyingProcess(death)
  const doomed = await world.writer({
    store: process.sees(world.otherNode()),
    names: process.sees(world.names),
    local: process.sees(reopened(local)),
    ...parts,
  })
  process.arm()
  const survived = await doomed.publish().then(
    () => true,
    () => false,
  )
  const known = await idsOf(await world.reader())
  assert.ok(
    [published.length, published.length + mine.length].includes(known.length),
    'a reader sees all of it or nothing',
  )
  // The mode of the pages may have been changed by the time the device is started again.
  const again = await world.writer({
    store: world.otherNode(),
    local: reopened(local),
    linked: !parts?.linked,
  })
  assert.deepEqual(await idsOf(again), survived ? [...published, ...mine] : await idsOf(again))
  await again.append('one more')
  const report = await again.publish()
  assert.deepEqual([again.status().unsent, again.status().publishing], [0, false])
  assert.equal(report.published, published.length + mine.length + 1)
  const bob = await world.reader()
  assert.ok((await bob.sync()).complete)
  const ids = await idsOf(bob)
  assert.deepEqual(ids.slice(0, -1), [...published, ...mine], `killed ${death.moment} call ${death.at}`)
  assert.deepEqual(await idsOf(again), ids)
  await bob.verify()
  return survived && !process.dead
}

test('killed at every call of append: the entry is there whole or not at all, and later ones follow', async () => {
  for (const moment of ['before', 'after'] as const) {
    let finished = false
    for (let at = 0; !finished; at++) {
      const world = new World()
      const local = memory()
      const process = new DyingProcess({ at, moment })
      const doomed = await world.writer({ local: process.sees(reopened(local)) })
      process.arm()
      const payload = seededBytes('long', 1_100_000)
      const survived = await doomed.append(payload).then(
        () => true,
        () => false,
      )
      const again = await world.writer({ local: reopened(local) })
      const entries = await all(again.read())
      if (survived) assert.equal(entries.length, 1)
      for (const entry of entries) assert.deepEqual(await entry.bytes(), payload)
      assert.equal((await again.append('next')).seq, entries.length)
      await again.publish()
      assert.equal((await world.reader().then(bob => bob.verify())).entries, entries.length + 1)
      finished = survived && !process.dead
    }
  }
})
