import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HostileNameSystem } from '@remote-log/conformance'
import {
  CorruptError,
  MemoryContentStore,
  MemoryNameSystem,
  NotFoundError,
  RemoteLogError,
  UnavailableError,
} from '@remote-log/core'
import { bulky, hooked, LOG, memory, OWNER, reopened, texts, textsOf, World } from './world.ts'

const names = (count: number, first = 0) => texts(count, first).map(({ payload }) => payload)

/** A log of several pages whose writer lost its device. */
async function lost(): Promise<World> {
  const world = new World()
  const alice = await world.writer()
  for (const count of [4, 9, 2]) {
    await alice.appendMany(bulky(count, alice.status().published))
    await alice.publish()
  }
  return world
}

const published = async (world: World) => textsOf((await world.reader()).read())

test('a device with nothing but the key goes on behind what it published before', async () => {
  const world = await lost()
  const restored = await world.writer()
  const { complete, entries, fresh } = await restored.sync()
  assert.deepEqual([complete, entries, fresh], [true, 15, 15])
  await restored.appendMany(bulky(3, 15))
  const { published: count, conflicts } = await restored.publish()
  assert.deepEqual([count, conflicts], [18, 0])
  assert.deepEqual(await published(world), names(18))
})

test('entries that it takes before it has read anything stand behind the history, too', async () => {
  const world = await lost()
  const restored = await world.writer()
  await restored.appendMany(bulky(3, 15))
  assert.equal((await restored.publish()).entries, 3)
  assert.deepEqual(await published(world), names(18))
})

for (const [what, fault] of [
  ['no answer', () => new UnavailableError('no answer')],
  ['it does not exist there', () => new NotFoundError('404')],
  ['wrong bytes', () => new CorruptError('another chunk')],
] as const) {
  test(`whatever call of its first publish meets “${what}”, the head stays, or extends what stood`, async () => {
    let refused = 0
    for (let at = 0; ; at++) {
      const world = await lost()
      const before = world.chain.headAt(LOG).head
      let calls = 0
      let met = false
      const failing = () => {
        if (calls++ !== at) return
        met = true
        throw fault()
      }
      const restored = await world.writer({
        store: new MemoryContentStore({ network: world.network, onCall: async () => failing() }),
        names: hooked(world.names, () => failing()),
      })
      await restored.append('entry 15')
      const error = await restored.publish().then(
        () => undefined,
        (error: unknown) => error,
      )
      if (error !== undefined) {
        assert.ok(error instanceof RemoteLogError && error.code === fault().code, String(error))
        refused++
        // Until the head moves nothing was half done; and the next try finishes.
        if (calls <= at + 1) assert.equal(world.chain.headAt(LOG).head, before)
        await restored.publish()
      }
      assert.deepEqual(await published(world), names(16))
      assert.equal(restored.status().unsent, 0)
      if (!met) break
    }
    assert.ok(refused >= 5, `${refused} calls were refused`)
  })
}

test('a chain node that denies the head makes no second beginning: the registry refuses', async () => {
  const world = await lost()
  const hostile = new HostileNameSystem(world.names, 'no head')
  const restored = await world.writer({ names: hostile })
  await restored.append('entry 15')
  const before = world.chain.headAt(LOG).head
  await assert.rejects(restored.publish(), { code: 'CONFLICT' })
  assert.equal(world.chain.headAt(LOG).head, before)
  hostile.attack = undefined
  await restored.publish()
  assert.deepEqual(await published(world), names(16))
})

test('a second head that comes while the restored device reads or uploads goes before its entries', async () => {
  for (let at = 0; ; at++) {
    const world = await lost()
    const other = await world.writer({
      store: world.otherNode(),
      names: new MemoryNameSystem({ chain: world.chain, owner: OWNER }),
    })
    await other.append('of the other')
    let calls = 0
    let came = false
    const meanwhile = async () => {
      if (calls++ !== at) return
      came = true
      await other.publish()
    }
    const restored = await world.writer({
      store: new MemoryContentStore({ network: world.network, onCall: meanwhile }),
      names: hooked(world.names, meanwhile),
    })
    await restored.append('of the restored')
    await restored.publish()
    if (!came) break
    const all = await published(world)
    assert.deepEqual(all.slice(0, 15), names(15))
    assert.deepEqual(all.slice(15).toSorted(), ['of the other', 'of the restored'])
  }
})

for (const [what, first] of [
  ['behind an earlier head', 3],
  ['of a log that has none now', 0],
] as const) {
  test(`a head that a reorganisation dropped is brought back once, whatever its sending meets: ${what}`, async () => {
    for (const mishap of [
      'none',
      'no answer',
      'lost receipt',
      'comes back by itself',
      'another head',
    ] as const) {
      const world = new World()
      let hook: (() => void | Promise<void>) | undefined
      const names = hooked(world.names, operation => (operation === 'publish' ? hook?.() : undefined))
      const alice = await world.writer({ names })
      if (first > 0) {
        await alice.appendMany(bulky(first))
        await alice.publish()
      }
      await alice.appendMany(bulky(5, first))
      const { head } = await alice.publish()
      const before = world.chain.headAt(LOG).block
      world.chain.reorganise(1, 2)
      const other = await world.writer()
      await other.append('of another device')
      hook = async () => {
        hook = undefined
        if (mishap === 'no answer') throw new UnavailableError('no answer')
        if (mishap === 'comes back by itself') world.chain.mine(LOG, head)
        if (mishap === 'another head') await other.publish()
        if (mishap === 'lost receipt') {
          world.chain.mine(LOG, head)
          throw new UnavailableError('the receipt was lost')
        }
      }
      if (mishap === 'no answer' || mishap === 'lost receipt')
        await assert.rejects(alice.publish(), { code: 'UNAVAILABLE' })
      if (mishap === 'another head') {
        await assert.rejects(alice.publish(), { code: 'REORG' })
        assert.equal(alice.status().head, head, 'the copy stays')
        continue
      }
      assert.equal((await alice.publish()).head, head)
      assert.equal(world.chain.headAt(LOG).head, head)
      assert.ok(alice.status().block!.number > before.number)
      assert.deepEqual(
        await published(world),
        texts(first + 5).map(({ payload }) => payload),
      )
      assert.equal((await alice.publish()).publication, undefined)
    }
  })
}

test('what other devices published before or behind it is theirs to bring back, also after a restart', async () => {
  const world = new World()
  const local = memory()
  const alice = await world.writer({ local: reopened(local) })
  const other = await world.writer()
  await alice.append('entry 0')
  await alice.publish()
  await other.append('entry 1')
  await other.publish()
  await alice.append('entry 2')
  await alice.publish()
  await alice.append('entry 3')
  const { head } = await alice.publish()
  await other.sync()
  world.chain.reorganise(1, 2)
  const restarted = await world.writer({ local: reopened(local) })
  await assert.rejects(other.publish(), { code: 'REORG' })
  assert.equal((await restarted.publish()).head, head)
  assert.equal((await other.publish()).head, head)
  world.chain.reorganise(5, 6)
  assert.deepEqual(await published(world), names(1))
  await assert.rejects(restarted.publish(), { code: 'REORG' })
  await assert.rejects(other.publish(), { code: 'REORG' })
})
