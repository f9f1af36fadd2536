import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  formatLogId,
  logHash,
  MemoryContentStore,
  MemoryNameSystem,
  parseAddress,
  type Reference,
  RemoteLogError,
  UnavailableError,
} from '@remote-log/core'
import type { Lanes } from '../src/index.ts'
import { LaneWorld, LIST, laneId, textsOfLanes } from './lane-world.ts'
import { hooked, ID, memory, OWNER, START, World } from './world.ts'

/** A world of so many devices that are listed, each with entries `<device>.<number>` a minute apart, published. */
async function worldOf(devices: number, entries = 3): Promise<LaneWorld> {
  const world = new LaneWorld()
  for (let n = 0; n < devices; n++) {
    world.add(n)
    await write(world, n, entries)
  }
  return world
}

/** Appends so many entries to a device's log, and publishes; the head. */
async function write(world: LaneWorld, n: number, count: number): Promise<Reference> {
  const log = await world.device(n)
  const { published, unsent } = log.status()
  for (let i = published + unsent; i < published + unsent + count; i++)
    await log.append(`${n}.${i}`, { timestamp: START + i * 60_000 + n })
  return (await log.publish()).head!
}

async function failure(promise: Promise<unknown>): Promise<RemoteLogError> {
  const error = await promise.then(
    () => assert.fail('nothing was thrown'),
    (error: unknown) => error,
  )
  assert.ok(error instanceof RemoteLogError, String(error))
  return error
}

test('all lanes of a person come by one question, and in one order', async () => {
  const world = await worldOf(5)
  const asked: string[] = []
  const names = new MemoryNameSystem({ chain: world.world.chain, onCall: call => void asked.push(call) })
  const reader = await world.reader({ names })
  const statement = await reader.sync()
  assert.deepEqual([world.asked, asked], [1, []])
  assert.deepEqual([statement.complete, statement.entries, statement.fresh], [true, 15, 15])
  assert.deepEqual(statement.block, world.world.chain.headAt(logHash(LIST)).block)
  assert.deepEqual(
    await textsOfLanes(reader),
    [0, 1, 2].flatMap(i => [0, 1, 2, 3, 4].map(n => `${n}.${i}`)),
  )
  for await (const { lane, entry } of reader.read()) {
    assert.equal((await entry.text())[0], String([0, 1, 2, 3, 4].find(n => laneId(n).topic === lane.topic)))
    assert.deepEqual([entry.published, entry.time], [true, entry.timestamp])
  }
  await write(world, 3, 2)
  const again = await reader.sync()
  assert.deepEqual([again.fresh, again.lanes.filter(({ statement }) => statement?.fresh).length], [2, 1])
})

test('of a revoked lane the entries up to the cut-off are shown and none behind, whoever reads', async () => {
  const world = await worldOf(2)
  const before = await world.reader()
  await before.sync()
  const cutOff = world.headOf(1)!
  await write(world, 1, 2)
  const beyond = await world.reader()
  await beyond.sync()
  world.revoke(1, cutOff)
  const head = await write(world, 1, 2)
  const shown = ['0.0', '1.0', '0.1', '1.1', '0.2', '1.2']
  for (const [reader, withheld] of [
    [before, 0],
    [beyond, 2],
    [await world.reader(), 0],
  ] as const) {
    const { complete, lanes, entries } = await reader.sync()
    assert.deepEqual([complete, entries], [true, 6])
    const { statement, ...lane } = lanes[1]!
    assert.deepEqual(lane, { id: laneId(1), listed: false, cutOff, head, entries: 3, withheld })
    assert.ok(statement?.complete)
    assert.deepEqual(await textsOfLanes(reader), shown)
    assert.deepEqual(await textsOfLanes(reader, { reverse: true }), shown.toReversed())
    assert.deepEqual(await textsOfLanes(reader, { since: START + 120_000 }), ['0.2', '1.2'])
  }
  world.revoke(1, undefined)
  await beyond.sync()
  assert.deepEqual(await textsOfLanes(beyond), ['0.0', '0.1', '0.2'])
  world.add(1)
  const back = await beyond.sync()
  assert.deepEqual([back.complete, back.entries, back.lanes[1]!.withheld], [true, 10, 0])
})

test('a lane that is revoked is not shown further after a crash right behind the list', async () => {
  const world = await worldOf(1)
  const cutOff = world.headOf(0)!
  await write(world, 0, 2)
  const local = memory()
  const crashing = await world.reader({}, local)
  await crashing.sync()
  world.revoke(0, cutOff)
  let writes = 0
  const dying = await world.reader({
    local: hooked(local, operation => {
      if (operation === 'batch' && ++writes > 1) throw new UnavailableError('the process ended')
    }),
  })
  await failure(dying.sync())
  const after = await world.reader({}, local)
  const error = await failure(textsOfLanes(after))
  assert.deepEqual([error.code, error.details.head], ['UNAVAILABLE', cutOff])
  await after.sync()
  assert.deepEqual(await textsOfLanes(after), ['0.0', '0.1', '0.2'])
})

test('a cut-off that is no state of the lane as it was read is REWRITTEN with both heads; the copy stays', async () => {
  const world = await worldOf(2)
  const reader = await world.reader()
  await reader.sync()
  const trustedHead = world.headOf(1)!
  // The thief of the key publishes another past, and that is what the owner takes for the cut-off.
  const elsewhere = new World()
  const forger = await elsewhere.writer({ id: laneId(1), store: world.world.store })
  await forger.append('forged')
  const head = (await forger.publish()).head!
  world.revoke(1, head)
  const { complete, lanes } = await reader.sync()
  assert.equal(complete, false)
  const { error, entries, withheld } = lanes[1]!
  assert.deepEqual([error?.code, entries, withheld], ['REWRITTEN', undefined, 3])
  assert.deepEqual([error?.details.trustedHead, error?.details.head], [trustedHead, head])
  await failure(textsOfLanes(reader))
  const troubles: string[] = []
  const onTrouble = (error: RemoteLogError) => void troubles.push(error.code)
  assert.deepEqual(await textsOfLanes(reader, { onTrouble }), ['0.0', '0.1', '0.2'])
  assert.deepEqual(troubles, ['UNAVAILABLE'])
  world.revoke(1, trustedHead)
  assert.ok((await reader.sync()).complete)
  assert.deepEqual((await textsOfLanes(reader)).toSorted().slice(3), ['1.0', '1.1', '1.2'])
  await reader.forget(laneId(1))
  world.revoke(1, head)
  assert.ok((await reader.sync()).complete)
  assert.ok((await textsOfLanes(reader)).includes('forged'))
})

test('a lane whose history is rewritten stops no other: its copy stays, the statement has both heads', async () => {
  const world = await worldOf(3)
  const reader = await world.reader()
  await reader.sync()
  const trustedHead = world.headOf(1)
  const forger = await new World().writer({ id: laneId(1), store: world.world.store })
  await forger.append('forged')
  const { head } = await forger.publish()
  world.world.chain.mine(logHash(laneId(1)), head)
  await write(world, 2, 1)
  const { complete, lanes, entries } = await reader.sync()
  assert.deepEqual([complete, entries], [false, 10])
  assert.deepEqual(
    lanes.map(({ error }) => error?.code),
    [undefined, 'REWRITTEN', undefined],
  )
  assert.deepEqual([lanes[1]!.error!.details.trustedHead, lanes[1]!.error!.details.head], [trustedHead, head])
  assert.equal((await textsOfLanes(reader)).filter(text => text.startsWith('1.')).length, 3)
})

test('a cut-off that the store does not give leaves the lane out, and says so, until it does', async () => {
  const world = await worldOf(2)
  const cutOff = world.headOf(1)!
  await write(world, 1, 1)
  world.revoke(1, cutOff)
  const { network } = world.world
  const bytes = network.get(cutOff)!
  network.delete(cutOff)
  const reader = await world.reader()
  const { complete, lanes } = await reader.sync()
  assert.deepEqual([complete, lanes[1]!.error?.code, lanes[1]!.entries], [false, 'NOT_FOUND', undefined])
  const error = await failure(textsOfLanes(reader))
  assert.deepEqual([error.code, error.details.topic], ['UNAVAILABLE', laneId(1).topic])
  network.set(cutOff, bytes)
  assert.ok((await reader.sync()).complete)
  assert.equal((await textsOfLanes(reader)).length, 6)
})

test('what was synced is there after a restart without any network; what was never read is an error', async () => {
  const world = await worldOf(2)
  const local = memory()
  const reader = await world.reader({}, local)
  await reader.sync()
  const away = () => Promise.reject(new UnavailableError('no network'))
  const offline = {
    store: new MemoryContentStore({ onCall: away }),
    names: new MemoryNameSystem({ onCall: away }),
    lanesOf: away,
  }
  const restarted = await world.reader(offline, local)
  assert.equal((await textsOfLanes(restarted)).length, 6)
  assert.deepEqual(
    (await restarted.known())?.lanes.map(({ log }) => log.topic),
    [laneId(0).topic, laneId(1).topic],
  )
  assert.equal((await failure(restarted.sync())).code, 'UNAVAILABLE')
  assert.equal((await failure(textsOfLanes(await world.reader(offline)))).code, 'UNAVAILABLE')
  // A lane was added, and its log never came here.
  world.add(2)
  await write(world, 2, 1)
  const half = await world.reader({ store: offline.store }, local)
  const { lanes, complete } = await half.sync()
  assert.deepEqual(
    [complete, lanes.map(({ error }) => error?.code)],
    [false, [undefined, undefined, 'UNAVAILABLE']],
  )
  assert.equal((await failure(textsOfLanes(half))).code, 'UNAVAILABLE')
  assert.equal((await textsOfLanes(half, { onTrouble: () => {} })).length, 6)
})

test('a list of an older block is STALE, one that lost a lane is UNAVAILABLE, after a reorganisation it counts', async () => {
  const world = await worldOf(2)
  const { chain } = world.world
  const old = chain.headAt(logHash(LIST)).block
  const reader = await world.reader({
    lanesOf: async () => ({
      block: stale ? old : chain.headAt(logHash(LIST)).block,
      lanes: world.list
        .slice(0, listed)
        .map(lane => ({ ...lane, head: chain.headAt(logHash(lane.log)).head })),
    }),
  })
  let [stale, listed] = [false, 2]
  chain.mine()
  await reader.sync()
  stale = true
  assert.equal((await failure(reader.sync())).code, 'STALE')
  stale = false
  chain.mine()
  listed = 1
  const error = await failure(reader.sync())
  assert.deepEqual([error.code, error.details.topic], ['UNAVAILABLE', laneId(1).topic])
  assert.equal((await textsOfLanes(reader)).length, 6)
  chain.reorganise(2, 3)
  const { lanes } = await reader.sync()
  assert.equal(lanes.length, 1)
})

test('the own log is read through, also while it waits to be published: that stands at the end', async () => {
  const world = await worldOf(1)
  const local = memory()
  const own = await world.world.writer({ id: laneId(1), local })
  world.add(1)
  await own.append('1.0', { timestamp: START })
  const reader = await world.reader({ own, local })
  await reader.sync()
  const all = ['0.0', '0.1', '0.2', '1.0']
  assert.deepEqual(await textsOfLanes(reader), all)
  assert.deepEqual(await textsOfLanes(reader, { reverse: true }), all.toReversed())
  assert.deepEqual(await textsOfLanes(reader, { publishedOnly: true }), all.slice(0, 3))
  await own.publish()
  assert.deepEqual(await textsOfLanes(reader), ['0.0', '1.0', '0.1', '0.2'].toSorted(byPlace))
  await reader.close()
  assert.equal(own.status().published, 1, 'it is still open')
  await own.close()
})

test('the own log that is published while the list is asked for is ahead of it: it is asked for once more', async () => {
  const world = await worldOf(1)
  const local = memory()
  const own = await world.world.writer({ id: laneId(1), local })
  world.add(1)
  await own.append('1.0', { timestamp: START })
  await own.publish()
  const { chain } = world.world
  let asked = 0
  const reader = await world.reader({
    own,
    local,
    lanesOf: async () => {
      const { block } = chain.headAt(logHash(LIST))
      const lanes = world.list.map(lane => ({ ...lane, head: chain.headAt(logHash(lane.log)).head }))
      if (asked++ === 0) {
        await own.append('1.1', { timestamp: START + 1 })
        await own.publish()
      }
      return { block, lanes }
    },
  })
  const { complete, entries, fresh } = await reader.sync()
  assert.deepEqual([complete, entries, fresh, asked], [true, 5, 3, 2])
})

/** 0.0 and 1.0 are of the same moment; which log is first follows from the hashes. */
function byPlace(a: string, b: string): number {
  const place = (text: string) => [Number(text.slice(2)), logHash(laneId(Number(text[0])))] as const
  const [first, second] = [place(a), place(b)]
  return first[0] - second[0] || (first[1] < second[1] ? -1 : 1)
}

test('a cursor leaves out what was there; a watch gives what comes, of new lanes too, each once', async () => {
  const world = await worldOf(2)
  const reader = await world.reader()
  await reader.sync()
  const cursor = JSON.parse(JSON.stringify(await reader.cursor())) as Awaited<ReturnType<Lanes['cursor']>>
  assert.deepEqual(cursor, { [logHash(laneId(0))]: 3, [logHash(laneId(1))]: 3 })
  await write(world, 1, 2)
  await reader.sync()
  assert.deepEqual(await textsOfLanes(reader, { after: cursor }), ['1.3', '1.4'])
  const stop = new AbortController()
  const seen: string[] = []
  const troubles: string[] = []
  let moves = 0
  for await (const { entry } of reader.watch({
    intervalMs: 0,
    after: cursor,
    signal: stop.signal,
    onTrouble: (error, lane) => void troubles.push(`${error.code} ${lane?.topic}`),
  })) {
    seen.push(await entry.text())
    if (seen.length === 2 && moves++ === 0) await write(world, 0, 1)
    if (seen.length === 3 && moves++ === 1) {
      world.add(2)
      await write(world, 2, 2)
    }
    if (seen.length === 5) stop.abort()
  }
  assert.deepEqual(seen, ['1.3', '1.4', '0.3', '2.0', '2.1'])
  assert.deepEqual(troubles, [])
})

test('the owner adds and revokes; the cut-off is what was read here, or a head that is checked', async () => {
  const world = await worldOf(2)
  const owner = await world.reader()
  assert.equal((await failure(owner.revoke(laneId(1)))).code, 'NOT_FOUND')
  await owner.sync()
  const trusted = world.headOf(1)
  await write(world, 1, 1)
  assert.equal((await owner.revoke(laneId(1))).cutOff, trusted)
  assert.equal((await owner.sync()).entries, 6)
  const newer = world.headOf(1)!
  assert.equal((await owner.revoke(laneId(1), { cutOff: newer })).cutOff, newer)
  assert.equal((await owner.sync()).entries, 7)
  const foreign = world.headOf(0)!
  assert.equal((await failure(owner.revoke(laneId(1), { cutOff: foreign }))).code, 'INVALID_PAGE')
  assert.equal((await owner.revoke(laneId(1), { cutOff: 'nothing' })).cutOff, undefined)
  assert.equal((await owner.sync()).entries, 3)
  await owner.add(laneId(1))
  assert.equal((await owner.sync()).entries, 7)
  const elsewhere = { ...laneId(2), registry: parseAddress(`0x${'77'.repeat(20)}`) }
  assert.equal((await failure((async () => owner.add(elsewhere))())).code, 'INVALID_ARGUMENT')
  const reader = await world.reader({ changes: undefined })
  assert.equal((await failure((async () => reader.add(laneId(2)))())).code, 'READ_ONLY')
  assert.equal((await failure(reader.forget(laneId(7)))).code, 'NOT_FOUND')
})

test('lanes are open once over a database; an own log of another registry is refused', async () => {
  const world = await worldOf(1)
  const local = memory()
  const lanes = await world.reader({ local })
  assert.equal((await failure(world.reader({ local }))).code, 'LOCKED')
  await lanes.close()
  await (await world.reader({ local })).close()
  const own = await world.world.writer({ id: { ...ID, chainId: 5 } })
  assert.equal((await failure(world.reader({ own }))).code, 'INVALID_ARGUMENT')
  assert.match(formatLogId(LIST), new RegExp(OWNER))
})

test('a damaged record of the list is named; forgetting it begins anew', async () => {
  const world = await worldOf(1)
  const local = memory()
  const lanes = await world.reader({}, local)
  await lanes.sync()
  const key = `lanes/${logHash(LIST)}`
  const encoding = { keyEncoding: 'utf8', valueEncoding: 'view' } as const
  const bytes = (await local.get(key, encoding))!
  await local.batch([{ type: 'put', key, value: bytes.with(9, bytes[9]! ^ 1) }], encoding)
  for (const use of [() => lanes.sync(), () => textsOfLanes(lanes), () => lanes.cursor()]) {
    const error = await failure(use())
    assert.deepEqual([error.code, error.details.record], ['LOCAL_DAMAGED', key])
  }
  await lanes.forget()
  assert.ok((await lanes.sync()).complete)
})

test('a signal and a budget end a sync of lanes as they end that of a log', async () => {
  const world = await worldOf(20, 1)
  const reader = await world.reader()
  assert.equal((await failure(reader.sync({ signal: AbortSignal.abort() }))).code, 'ABORTED')
  assert.equal((await failure(reader.sync({ byteBudget: -1 }))).code, 'INVALID_ARGUMENT')
  const { complete, lanes } = await reader.sync({ byteBudget: 1 })
  assert.equal(complete, false)
  assert.ok(lanes.every(({ error, statement }) => error?.code === 'BUDGET_EXCEEDED' || statement))
  assert.ok((await reader.sync()).complete)
})
