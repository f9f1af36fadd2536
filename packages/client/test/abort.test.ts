import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Disturber, seededBytes } from '@remote-log/conformance'
import { MemoryContentStore, MemoryNameSystem } from '@remote-log/core'
import type { RemoteLog } from '../src/index.ts'
import { all, bulky, memory, OWNER, reopened, texts, textsOf, World } from './world.ts'

const names = (count: number) => texts(count).map(({ payload }) => payload)
const COUNT = 40

/** Everything that takes a signal, and whether it needs the network. */
const OPERATIONS: Record<string, (log: RemoteLog, signal: AbortSignal) => Promise<unknown>> = {
  publish: (log, signal) => log.publish({ signal }),
  sync: (log, signal) => log.sync({ signal }),
  refresh: (log, signal) => log.refresh({ signal }),
  read: (log, signal) => all(log.read({ signal })),
  'read in reverse': (log, signal) => all(log.read({ signal, reverse: true })),
  entry: (log, signal) => log.entry(7, { signal }),
  at: (log, signal) => log.at(5, { signal }),
  verify: (log, signal) => log.verify({ signal }),
  bytes: async (log, signal) => (await log.entry(COUNT - 1)).bytes({ signal }),
}

/** A device with half of a log published by another, and half unsent, whose network obeys the disturber. */
async function device(disturber: Disturber) {
  const world = new World()
  const other = await world.writer()
  await other.appendMany(bulky(COUNT - 1))
  await other.append(seededBytes('large', 1_500_000))
  await other.publish()
  const local = memory()
  const log = await world.writer({
    store: new MemoryContentStore({ network: world.network, onCall: disturber.onCall }),
    names: new MemoryNameSystem({ chain: world.chain, owner: OWNER, onCall: disturber.onCall }),
    local: reopened(local),
  })
  return { world, log, local }
}

for (const [name, operation] of Object.entries(OPERATIONS)) {
  test(`${name}: a signal that had fired ends it with ABORTED before anything is asked`, async () => {
    const disturber = new Disturber()
    const { log } = await device(disturber)
    if (name === 'bytes') await log.sync()
    if (name === 'publish') await log.append('x')
    let asked = name === 'bytes'
    const stall = disturber.stall()
    void stall.reached.then(() => {
      asked = true
    })
    if (name === 'bytes') disturber.mend()
    const outcome = operation(log, AbortSignal.abort('my reason'))
    await assert.rejects(outcome, { code: 'ABORTED', cause: 'my reason' })
    await new Promise(resolve => setImmediate(resolve))
    assert.equal(asked, name === 'bytes')
    await stall.release()
  })

  test(`${name}: aborted at any moment, it ends with ABORTED, loses nothing and holds up nothing`, async () => {
    for (let after = 0, finished = false; !finished; after = Math.ceil(after * 1.6) + 1) {
      const stop = new AbortController()
      let calls = Number.NEGATIVE_INFINITY
      const disturber = new Disturber()
      const { onCall } = disturber
      Object.assign(disturber, {
        onCall: (call: string) => {
          if (calls++ === after) {
            queueMicrotask(() => stop.abort('my reason'))
            return new Promise(() => {})
          }
          return onCall(call)
        },
      })
      const { world, log, local } = await device(disturber)
      if (name === 'publish') await log.appendMany(bulky(5, COUNT))
      if (name === 'bytes') await log.refresh()
      calls = 0
      finished = await operation(log, stop.signal).then(
        () => true,
        error => {
          assert.deepEqual([error.code, error.cause], ['ABORTED', 'my reason'], String(error))
          return false
        },
      )
      calls = Number.NEGATIVE_INFINITY
      const unsent = log.status().unsent
      await log.append('after')
      await log.publish()
      const expected = [
        ...names(COUNT - 1),
        'large',
        ...(name === 'publish' ? texts(5, COUNT).map(({ payload }) => payload) : []),
        'after',
      ]
      const bob = await world.reader()
      const seen = (await all(bob.read())).map(async entry =>
        entry.length > 1e6 ? 'large' : (await entry.text()).replace(/\0+$/, ''),
      )
      assert.deepEqual(
        await Promise.all(seen),
        expected,
        `${name} aborted at call ${after}, ${unsent} unsent`,
      )
      assert.ok((await log.sync()).complete)
      const again = await world.writer({ local: reopened(local) })
      assert.equal((await all(again.read())).length, expected.length)
    }
  })
}

test('reading from this device alone ends with the signal too', async () => {
  const world = new World()
  const alice = await world.writer()
  await alice.appendMany(bulky(10))
  await alice.publish()
  await alice.appendMany(texts(10, 10))
  for (const [reverse, last] of [
    [false, 4],
    [false, 14],
    [true, 14],
    [true, 4],
  ] as const) {
    const stop = new AbortController()
    const read = async () => {
      for await (const { seq } of alice.read({ signal: stop.signal, reverse })) {
        assert.ok(reverse ? seq >= last - 3 : seq <= last + 3)
        if (seq === last) stop.abort()
      }
    }
    await assert.rejects(read(), { code: 'ABORTED' })
  }
  const signal = AbortSignal.abort()
  await assert.rejects(alice.entry(3, { signal }), { code: 'ABORTED' })
  await assert.rejects(alice.append('x', { signal }), { code: 'ABORTED' })
  await assert.rejects(alice.appendMany([{ payload: 'x' }], { signal }), { code: 'ABORTED' })
  assert.equal(alice.status().unsent, 10)
})

test('an operation that waits for another ends with its signal, and the other goes on', async () => {
  const world = new World()
  const disturber = new Disturber()
  const store = new MemoryContentStore({ network: world.network, onCall: disturber.onCall })
  const alice = await world.writer({ store })
  await alice.append('x')
  const stall = disturber.stall()
  const publishing = alice.publish()
  await stall.reached
  for (const wait of [
    (signal: AbortSignal) => alice.sync({ signal }),
    (signal: AbortSignal) => alice.forget({ signal }),
    (signal: AbortSignal) => alice.entry(5, { signal }),
  ]) {
    const stop = new AbortController()
    const waiting = wait(stop.signal)
    stop.abort('enough')
    await assert.rejects(waiting, { code: 'ABORTED', cause: 'enough' })
  }
  disturber.mend()
  await stall.release()
  assert.equal((await publishing).published, 1)
  assert.deepEqual(await textsOf(alice.read()), ['x'])
})
