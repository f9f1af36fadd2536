import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { Disturber } from '@remote-log/conformance'
import { MemoryContentStore, MemoryNameSystem, type RemoteLogError } from '@remote-log/core'
import { bulky, LOG, texts, World } from './world.ts'

test('watch gives entries as they are published, also several pages at once, and ends with its signal', async () => {
  const world = new World()
  const alice = await world.writer()
  await alice.appendMany(texts(2))
  await alice.publish()
  const bob = await world.reader()
  const stop = new AbortController()
  const seen: number[] = []
  const watched = bob.watch({ intervalMs: 0, signal: stop.signal })[Symbol.asyncIterator]()
  const next = watched.next()
  await alice.appendMany(bulky(1, 2))
  for (let published = 2; published < 14; published += 4) {
    await alice.appendMany(bulky(4, published + 1))
    await alice.publish()
  }
  seen.push((await next).value!.seq)
  while (seen.at(-1)! < 14) seen.push((await watched.next()).value!.seq)
  assert.deepEqual(
    seen,
    Array.from({ length: 15 - seen[0]! }, (_, i) => seen[0]! + i),
  )
  assert.ok(seen[0]! >= 2)
  const end = watched.next()
  stop.abort()
  assert.deepEqual(await end, { done: true, value: undefined })
})

test('watch from a seq begins with what is there, and leaves out what is only on this device', async () => {
  const world = new World()
  const alice = await world.writer()
  await alice.appendMany(texts(3))
  await alice.publish()
  await alice.append('unsent')
  const seen: string[] = []
  const stop = new AbortController()
  for await (const entry of alice.watch({ from: 1, intervalMs: 0, signal: stop.signal })) {
    seen.push(await entry.text())
    if (seen.length === 2) await alice.publish()
    if (seen.length === 3) stop.abort()
  }
  assert.deepEqual(seen, ['entry 1', 'entry 2', 'unsent'])
})

test('watch bears what passes and tells of it; what does not pass ends it', async () => {
  const world = new World()
  const disturber = new Disturber()
  const alice = await world.writer()
  await alice.append('entry 0')
  const { head } = await alice.publish()
  const bob = await world.open({
    store: new MemoryContentStore({ network: world.network, onCall: disturber.onCall }),
    names: new MemoryNameSystem({ chain: world.chain, onCall: disturber.onCall }),
  })
  const troubles: RemoteLogError[] = []
  const onTrouble = (error: RemoteLogError) => {
    troubles.push(error)
    if (troubles.length === 3) disturber.mend()
  }
  disturber.fail()
  const watched = bob.watch({ from: 0, intervalMs: 0, onTrouble })[Symbol.asyncIterator]()
  assert.equal((await watched.next()).value?.seq, 0)
  assert.deepEqual(
    troubles.map(({ code }) => code),
    ['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE'],
  )
  await alice.append('entry 1')
  await alice.publish()
  assert.equal((await watched.next()).value?.seq, 1)
  world.chain.mine(LOG, head)
  await assert.rejects(watched.next(), { code: 'ROLLBACK' })
})

test('a watch that is left early, or whose signal had fired, leaves no listener and no timer', async () => {
  const world = new World()
  const alice = await world.writer()
  await alice.appendMany(texts(3))
  await alice.publish()
  const stop = new AbortController()
  const bob = await world.reader()
  const { signal } = stop
  for (let i = 0; i < 20; i++) {
    for await (const entry of bob.watch({ from: 0, intervalMs: 0, signal })) if (entry.seq === 2) break
    await bob.sync({ signal })
    await alice.append(`more ${i}`, { signal })
    await alice.publish({ signal })
    await bob.verify({ signal })
  }
  assert.equal(getEventListeners(signal, 'abort').length, 0)
  stop.abort()
  assert.deepEqual(await Array.fromAsync(bob.watch({ signal, from: 0 })), [])
})
