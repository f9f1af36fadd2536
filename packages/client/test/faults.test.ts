import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Disturber, HostileNameSystem, seededBytes } from '@remote-log/conformance'
import {
  ConflictError,
  MemoryContentStore,
  MemoryNameSystem,
  type NameSystem,
  RefusedError,
  UnavailableError,
} from '@remote-log/core'
import { all, bulky, hooked, memory, reopened, texts, textsOf, World } from './world.ts'

const names = (count: number, first = 0) => texts(count, first).map(({ payload }) => payload)

/** A device whose name system can be made hostile. */
async function withHostileNames(world: World, local = memory()) {
  const hostile = new HostileNameSystem(world.names)
  return { hostile, local, log: await world.writer({ names: hostile, local: reopened(local) }) }
}

test('a lost receipt: the next publish finds the head that it sent, and sends nothing again', async () => {
  const world = new World()
  const { hostile, log } = await withHostileNames(world)
  await log.appendMany(bulky(5))
  hostile.attack = 'lost receipt'
  await assert.rejects(log.publish(), { code: 'UNAVAILABLE' })
  assert.deepEqual([log.status().publishing, log.status().unsent], [true, 5])
  hostile.attack = undefined
  const report = await log.publish()
  assert.deepEqual(
    [report.entries, report.published, report.publication, report.chunks],
    [5, 5, undefined, 0],
  )
  assert.deepEqual([log.status().publishing, log.status().unsent], [false, 0])
  assert.deepEqual(await textsOf((await world.reader()).read()), names(5))
})

test('a lost receipt, seen by sync, refresh, entry or a restart just as well', async () => {
  for (const look of ['sync', 'refresh', 'entry', 'restart'] as const) {
    const world = new World()
    const { hostile, local, log } = await withHostileNames(world)
    await log.appendMany(bulky(5))
    hostile.attack = 'lost receipt'
    await assert.rejects(log.publish(), { code: 'UNAVAILABLE' })
    hostile.attack = undefined
    if (look === 'sync') assert.ok((await log.sync()).complete)
    if (look === 'refresh') assert.equal((await log.refresh()).value.published, 5)
    if (look === 'entry') await assert.rejects(log.entry(5), { code: 'NOT_FOUND' })
    const after = look === 'restart' ? await world.writer({ local: reopened(local) }) : log
    await after.append('entry 5')
    await after.publish()
    assert.deepEqual(await textsOf((await world.reader()).read()), names(6), look)
  }
})

test('a lost receipt, and another device published behind it: nothing is published twice', async () => {
  for (const count of [1, 9]) {
    const world = new World()
    const { hostile, log } = await withHostileNames(world)
    await log.appendMany(bulky(5))
    hostile.attack = 'lost receipt'
    await assert.rejects(log.publish(), { code: 'UNAVAILABLE' })
    const other = await world.writer()
    await other.appendMany(bulky(count, 5))
    await other.publish()
    hostile.attack = undefined
    await log.append(`entry ${5 + count}`)
    const report = await log.publish()
    assert.deepEqual([report.entries, report.published], [6, 6 + count])
    assert.deepEqual(await textsOf((await world.reader()).read()), names(6 + count))
    await log.sync()
    assert.deepEqual(await textsOf(log.read()), names(6 + count))
  }
})

test('several attempts without an answer: the one that arrived is found, the rest is published behind it', async () => {
  for (const arrives of [0, 1, 2]) {
    const world = new World()
    let attempt = 0
    const lossy: NameSystem = new Proxy(world.names, {
      get: (object, name) => {
        const value: unknown = Reflect.get(object, name)
        if (typeof value !== 'function') return value
        if (name !== 'publish' || attempt > 2) return value.bind(object)
        return async (...args: unknown[]) => {
          if (attempt++ === arrives) setTimeout(() => Reflect.apply(value, object, args), 0)
          throw new UnavailableError('no answer')
        }
      },
    })
    const log = await world.writer({ names: lossy })
    for (let i = 0; i < 3; i++) {
      await log.appendMany(bulky(2, 2 * i))
      // The head of an earlier attempt may have arrived by now: then this one builds on it.
      await log.publish().catch(error => assert.ok(error instanceof UnavailableError))
    }
    await new Promise(resolve => setTimeout(resolve, 1))
    await log.append('entry 6')
    await log.publish()
    assert.deepEqual(await textsOf((await world.reader()).read()), names(7), `attempt ${arrives} arrives`)
  }
})

test('a conflict: entries are put behind the ones of the other device, with their ids', async () => {
  const world = new World()
  const local = memory()
  const alice = await world.writer({ local })
  await alice.append('shared')
  await alice.publish()
  const other = await world.writer()
  await other.sync()
  const mine = await alice.append('mine')
  // The other device moves the head while this one uploads.
  const busy = new MemoryContentStore({
    network: world.network,
    onCall: async operation => {
      if (operation === 'confirm') {
        await other.append(`theirs ${other.status().published}`)
        if (other.status().published < 4) await other.publish()
      }
    },
  })
  const late = await world.writer({ store: busy, local: reopened(local) })
  const report = await late.publish()
  assert.deepEqual([report.conflicts, report.entries, report.published], [3, 1, 5])
  const bob = await world.reader()
  const entries = await all(bob.read())
  assert.deepEqual(await textsOf(bob.read()), ['shared', 'theirs 1', 'theirs 2', 'theirs 3', 'mine'])
  assert.equal(entries[4]?.id, mine.id)
})

test('onConflict fail also minds a head that came before the call, once', async () => {
  const world = new World()
  const [alice, other] = [await world.writer(), await world.writer()]
  await alice.append('first')
  await alice.publish()
  await other.append('other')
  const { head } = await other.publish()
  await alice.append('second')
  await assert.rejects(alice.publish({ onConflict: 'fail' }), { code: 'CONFLICT' })
  assert.equal((await alice.head()).head, head)
  await alice.publish({ onConflict: 'fail' })
  assert.deepEqual(await textsOf(alice.read()), ['first', 'other', 'second'])
  await other.append('third')
  await other.publish()
  assert.equal(
    (await alice.publish({ onConflict: 'fail' })).published,
    4,
    'nothing to publish, nothing to mind',
  )
})

test('a conflict with onConflict fail throws CONFLICT with the head that stands, and loses nothing', async () => {
  const world = new World()
  const sneaky: NameSystem = hooked(world.names, async operation => {
    if (operation !== 'publish' || other.status().unsent === 0) return
    await other.publish()
  })
  const other = await world.writer()
  const alice = await world.writer({ names: sneaky })
  await other.append('theirs')
  await alice.append('mine')
  await assert.rejects(alice.publish({ onConflict: 'fail' }), error => {
    assert.ok(error instanceof ConflictError)
    assert.equal(error.details.current, other.status().head)
    return true
  })
  assert.equal(alice.status().unsent, 1)
  await alice.publish({ onConflict: 'fail' })
  assert.deepEqual(await textsOf((await world.reader()).read()), ['theirs', 'mine'])
})

test('a conflict that is the own head, sent twice, is no conflict', async () => {
  const world = new World()
  const doubled: NameSystem = new Proxy(world.names, {
    get: (object, name) => {
      const value: unknown = Reflect.get(object, name)
      if (typeof value !== 'function') return value
      if (name !== 'publish') return value.bind(object)
      return async (...args: unknown[]) => {
        await Reflect.apply(value, object, args)
        return await (Reflect.apply(value, object, args) as Promise<unknown>)
      }
    },
  })
  const alice = await world.writer({ names: doubled })
  await alice.append('once')
  const report = await alice.publish({ onConflict: 'fail' })
  assert.deepEqual([report.entries, report.published], [1, 1])
  assert.deepEqual(await textsOf((await world.reader()).read()), ['once'])
})

test('an upload that fails stops, moves no head, and succeeds when the store is there again', async () => {
  const world = new World()
  const disturber = new Disturber()
  const store = new MemoryContentStore({ network: world.network, onCall: disturber.onCall })
  const alice = await world.writer({ store })
  await alice.appendMany([...bulky(200), { payload: seededBytes('large', 600_000) }])
  for (const error of [
    new UnavailableError('the network is gone'),
    new RefusedError('the batch is full', { reason: 'batch-full' }),
  ]) {
    for (const operation of ['beginUpload', 'put', 'confirm']) {
      disturber.fail(error, [operation])
      await assert.rejects(alice.publish(), got => got === error, operation)
      assert.equal(alice.status().unsent, 201)
      assert.equal((await world.names.head(alice.id)).head, undefined)
    }
  }
  disturber.mend()
  assert.equal((await alice.publish()).entries, 201)
  assert.equal((await (await world.reader()).verify()).entries, 201)
})

test('a store that forgot the upload of a publish that was cut gets a new one', async () => {
  const world = new World()
  const local = memory()
  const disturber = new Disturber()
  const store = new MemoryContentStore({ network: world.network, onCall: disturber.onCall })
  const alice = await world.writer({ store, local: reopened(local) })
  await alice.append('x')
  disturber.fail(undefined, ['confirm'])
  await assert.rejects(alice.publish(), { code: 'UNAVAILABLE' })
  const again = await world.writer({ store: world.otherNode(), local: reopened(local) })
  assert.equal((await again.publish()).published, 1)
})

test('a full disk: append rejects, nothing is lost or gapped, later appends work', async () => {
  const world = new World()
  const local = memory()
  let full = false
  const disk = hooked(local, operation => {
    if (full && operation === 'batch') throw Object.assign(new Error('ENOSPC'), { code: 'LEVEL_IO_ERROR' })
  })
  const alice = await world.writer({ local: disk })
  await alice.append('entry 0')
  full = true
  const rejected = [alice.append('lost 1'), alice.append('lost 2'), alice.append(seededBytes('long', 9000))]
  for (const append of rejected) await assert.rejects(append, { code: 'UNAVAILABLE' })
  await assert.rejects(alice.appendMany(texts(3, 100)), { code: 'UNAVAILABLE' })
  await assert.rejects(alice.publish(), { code: 'UNAVAILABLE' })
  full = false
  assert.equal((await alice.append('entry 1')).seq, 1)
  full = true
  await assert.rejects(alice.append('lost 3'), { code: 'UNAVAILABLE' })
  full = false
  const later = await Promise.all([alice.append('entry 2'), alice.append('entry 3')])
  assert.deepEqual(
    later.map(({ seq }) => seq),
    [2, 3],
  )
  await alice.publish()
  assert.deepEqual(await textsOf((await world.reader()).read()), names(4))
  await alice.append('entry 4')
  await alice.publish()
  const again = await world.writer({ local: reopened(local) })
  assert.deepEqual(await textsOf(again.read()), names(5))
})

test('a disk that fills up at any write of publish: publish rejects, and the next one settles it', async () => {
  for (let at = 0, failed = true; failed; at++) {
    const world = new World()
    let writes = Number.NEGATIVE_INFINITY
    const disk = hooked(memory(), operation => {
      if (operation === 'batch' && writes++ === at) throw new Error('ENOSPC')
    })
    const alice = await world.writer({ local: disk })
    await alice.appendMany(bulky(5))
    writes = 0
    failed = await alice.publish().then(
      () => false,
      error => {
        assert.equal(error.code, 'UNAVAILABLE')
        return true
      },
    )
    writes = Number.NEGATIVE_INFINITY
    await alice.append('entry 5')
    await alice.publish()
    assert.deepEqual(await textsOf((await world.reader()).read()), names(6), `write ${at}`)
    assert.deepEqual(await textsOf(alice.read()), names(6))
  }
})

test('a disk that fills up during sync: what is listed as kept is there, and the next sync completes', async () => {
  const world = new World()
  const alice = await world.writer({ linked: true })
  await alice.appendMany(texts(600))
  await alice.publish()
  let full = false
  let writes = 0
  const disk = hooked(memory(), operation => {
    if (full && operation === 'batch' && ++writes === 4) throw new Error('ENOSPC')
  })
  const bob = await world.reader({ local: disk })
  full = true
  await assert.rejects(bob.sync(), { code: 'UNAVAILABLE' })
  const { keptPages } = bob.status()
  assert.ok(keptPages > 0 && keptPages < 600)
  assert.deepEqual(await textsOf(bob.read()), names(600))
  const statement = await bob.sync()
  assert.ok(statement.complete)
  assert.deepEqual(await textsOf(bob.read()), names(600))
})

test('a name system of another owner refuses, and nothing is lost', async () => {
  const world = new World()
  const alice = await world.writer({ names: new MemoryNameSystem({ chain: world.chain }) })
  await alice.append('x')
  await assert.rejects(alice.publish(), { code: 'READ_ONLY' })
  assert.equal(alice.status().unsent, 1)
  const reader = await world.reader()
  await assert.rejects(reader.append('x'), { code: 'READ_ONLY' })
  await assert.rejects(reader.append(seededBytes('long', 9000)), { code: 'READ_ONLY' })
  await assert.rejects(reader.publish(), { code: 'READ_ONLY' })
})
