import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededBytes } from '@remote-log/conformance'
import { MemoryContentStore } from '@remote-log/core'
import { all, bulky, hooked, LOG, memory, reopened, texts, textsOf, World } from './world.ts'

const names = (count: number, first = 0) => texts(count, first).map(({ payload }) => payload)
const turn = () => new Promise<void>(resolve => setImmediate(resolve))

test('appends that are not waited for keep their order, whatever their size', async () => {
  const world = new World()
  const alice = await world.writer()
  const payloads = Array.from({ length: 60 }, (_, i) =>
    i % 7 === 3 ? seededBytes(`long ${i}`, 4000 + 40_000 * (i % 3)) : new TextEncoder().encode(`entry ${i}`),
  )
  const appends = payloads.map((payload, i) =>
    i % 10 === 9 ? alice.appendMany([{ payload }]).then(([one]) => one) : alice.append(payload),
  )
  const appended = await Promise.all(appends)
  assert.deepEqual(
    appended.map(one => one?.seq),
    payloads.map((_, i) => i),
  )
  await alice.publish()
  const entries = await all((await world.reader()).read())
  for (const [i, entry] of entries.entries()) assert.deepEqual(await entry.bytes(), payloads[i])
})

test('a slow stream holds up nobody, and a failing payload in line holds up nobody for ever', async () => {
  const alice = await new World().writer()
  const gate = Promise.withResolvers<void>()
  const slow = async function* () {
    await gate.promise
    yield new TextEncoder().encode('slow')
  }
  const waiting = alice.append(slow())
  const long = seededBytes('long', 9000)
  const failing = assert.rejects(alice.append(long, { timestamp: Number.NaN }), { code: 'INVALID_ARGUMENT' })
  await Promise.all([
    failing,
    alice.append('first'),
    alice.append(long, { timestamp: 0 }),
    alice.append('third'),
  ])
  gate.resolve()
  assert.equal((await waiting).seq, 3)
  const lengths = (await all(alice.read())).map(({ length }) => length)
  assert.deepEqual(lengths, [5, 9000, 5, 4])
})

test('entries appended at any moment of a publish are published by the next, each once', async () => {
  const world = new World()
  const local = memory()
  let next = 0
  const pending: Promise<unknown>[] = []
  let busy = false
  const appending = (operation: string) => {
    // Not within an append's own write: it would never end.
    if (!busy || (operation === 'batch' && pending.length % 2 === 1)) return
    pending.push(alice.append(`entry ${next++}`))
  }
  const store = new MemoryContentStore({ network: world.network, onCall: appending })
  const alice = await world.writer({
    store,
    names: hooked(world.names, appending),
    local: hooked(reopened(local), appending),
  })
  for (let round = 0; round < 6; round++) {
    await alice.appendMany(bulky(4, next))
    next += 4
    busy = true
    await alice.publish()
    busy = false
    await Promise.all(pending)
  }
  await alice.publish()
  assert.ok(next > 50)
  assert.deepEqual(await textsOf((await world.reader()).read()), names(next))
  const again = await world.writer({ local: reopened(local) })
  assert.deepEqual(await textsOf(again.read()), names(next))
})

test('a publish does not wait for, nor count, an entry whose write is still under way', async () => {
  const world = new World()
  const gate = Promise.withResolvers<void>()
  let held = false
  const disk = hooked(memory(), operation => (held && operation === 'batch' ? gate.promise : undefined))
  const alice = await world.writer({ local: disk })
  held = true
  const appended = alice.append('late')
  const report = await alice.publish()
  assert.deepEqual([report.entries, report.head], [0, undefined])
  gate.resolve()
  await appended
  assert.equal((await alice.publish()).entries, 1)
})

test('a read sees the log as it was when it began, also while it is published behind others', async () => {
  const world = new World()
  const alice = await world.writer()
  await alice.appendMany(bulky(6))
  await alice.publish()
  await alice.appendMany([...texts(3, 6), { payload: seededBytes('staged', 9000) }])
  const other = await world.writer()
  await other.appendMany(texts(2, 100))
  for (const reverse of [false, true]) {
    const seqs: number[] = []
    const seen: string[] = []
    for await (const entry of alice.read({ reverse })) {
      seqs.push(entry.seq)
      seen.push(entry.length === 9000 ? 'staged' : (await entry.text()).replace(/\0+$/, ''))
      if (!reverse && entry.seq === 2) {
        await other.publish()
        await alice.publish()
        await alice.append('not in this read')
      }
    }
    const expected = reverse
      ? [...names(6), ...names(2, 100), ...names(3, 6), 'staged', 'not in this read'].reverse()
      : [...names(9), 'staged']
    assert.deepEqual(seen, expected)
    assert.deepEqual(seqs, reverse ? seqs.map((_, i) => 12 - i) : [...seqs.keys()])
  }
})

test('reads beside every step of a publish see each entry once', async () => {
  const world = new World()
  const reads: Promise<string[]>[] = []
  let busy = false
  const reading = (operation: string) => {
    if (busy && !['iterator', 'get'].includes(operation)) reads.push(textsOf(alice.read()))
  }
  const alice = await world.writer({
    store: new MemoryContentStore({ network: world.network, onCall: reading }),
    names: hooked(world.names, reading),
    local: hooked(memory(), reading),
  })
  await alice.appendMany(bulky(3))
  await alice.publish()
  await alice.appendMany(bulky(5, 3))
  busy = true
  await alice.publish()
  busy = false
  assert.ok(reads.length > 5)
  for (const read of reads) assert.deepEqual(await read, names(8))
})

test('entries that are asked for while a publish runs do not disturb it', async () => {
  const world = new World()
  const asks: Promise<unknown>[] = []
  let busy = false
  const store = new MemoryContentStore({
    network: world.network,
    onCall: operation => {
      if (!busy || operation === 'get') return
      asks.push(
        alice.entry(1000).catch(error => assert.equal(error.code, 'NOT_FOUND')),
        alice.at(9e12),
        alice.sync(),
      )
    },
  })
  const alice = await world.writer({ store })
  for (let round = 0; round < 3; round++) {
    await alice.appendMany(bulky(4, 4 * round))
    busy = true
    await alice.publish()
    busy = false
    await Promise.all(asks)
  }
  assert.ok(asks.length > 10)
  assert.deepEqual(await textsOf((await world.reader()).read()), names(12))
})

test('entries appended while a damaged one is dropped are neither lost nor doubled', async () => {
  const world = new World()
  const local = memory()
  const appends: Promise<unknown>[] = []
  let next = 5
  let busy = false
  const alice = await world.writer({
    local: hooked(local, operation => {
      if (!busy || !['batch', 'get', 'clear'].includes(operation) || appends.length > 20) return undefined
      appends.push(alice.append(`entry ${next++}`))
      return turn()
    }),
  })
  await alice.appendMany(texts(5))
  const record = `${LOG}/unsent/${'1'.padStart(14, '0')}`
  await local.batch([{ type: 'put', key: record, value: new Uint8Array(60) }], {
    keyEncoding: 'utf8',
    valueEncoding: 'view',
  })
  busy = true
  await alice.forget({ dropDamaged: true })
  // Appending appends more, up to a limit.
  for (const append of appends) await append
  busy = false
  assert.ok(appends.length > 2)
  const expected = names(next).filter(name => name !== 'entry 1')
  assert.deepEqual(await textsOf(alice.read()), expected)
  await alice.publish()
  assert.deepEqual(await textsOf((await world.reader()).read()), expected)
})

test('two publishes at once make one after the other', async () => {
  const world = new World()
  const alice = await world.writer()
  await alice.append('entry 0')
  const both = await Promise.all([alice.publish(), alice.publish()])
  assert.deepEqual(
    both.map(({ entries, conflicts }) => [entries, conflicts]),
    [
      [1, 0],
      [0, 0],
    ],
  )
})

test('a consumer that leaves a read early ends what was under way', async () => {
  const world = new World()
  const local = memory()
  const linked = await world.writer({ linked: true, local: reopened(local) })
  await linked.appendMany(texts(300))
  await linked.publish()
  const alice = await world.writer({ local: reopened(local) })
  await alice.append(seededBytes('large', 2_500_000))
  await alice.publish()
  let begun = 0
  let ended = 0
  class Slow extends MemoryContentStore {
    override async get(...args: Parameters<MemoryContentStore['get']>): Promise<Uint8Array> {
      begun++
      try {
        return await super.get(...args)
      } finally {
        ended++
      }
    }
  }
  // Head page, root of the history, three inner chunks, the first page.
  let free = 6
  const store = new Slow({
    network: world.network,
    onCall: async () => {
      if (free-- <= 0) await new Promise(() => {})
    },
  })
  const bob = await world.open({ store, ranges: false })
  for await (const entry of bob.read()) {
    assert.equal(entry.seq, 0)
    break
  }
  assert.ok(begun > 200)
  await turn()
  assert.equal(ended, begun, 'every request that was under way ended')

  free = 1e9
  const large = await bob.entry(300)
  free = 140
  for await (const piece of large.stream()) {
    assert.equal(piece.length, 4096)
    break
  }
  await turn()
  assert.equal(ended, begun)
})
