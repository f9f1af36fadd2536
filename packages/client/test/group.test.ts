import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ContentStore, defaultMessageId, encodeEnvelope, logHash, parseAddress } from '@remote-log/core'
import { KeptEnvelopes } from '../src/group/kept-envelopes.ts'
import type { Group, GroupEntry, GroupParts } from '../src/index.ts'
import { Circle, memberLog, textsIn } from './group-world.ts'
import { hooked, ID, memory } from './world.ts'

const HASHES = [0, 1, 2, 3].map(n => logHash(memberLog(n)))

async function say(group: Group, ...texts: string[]): Promise<void> {
  for (const text of texts) await group.send(text)
  await group.publish()
}

test('a conversation is read in the order of its replies, by everybody, whoever is offline when', async () => {
  const circle = new Circle(3)
  const [alice, bob, carol] = [await circle.device(0), await circle.device(1), await circle.device(2)]
  await say(alice, 'who brings wine?')
  await bob.sync()
  await bob.send('I do')
  await bob.send('red')
  await carol.send('hello all')
  await bob.publish()
  await alice.sync()
  await say(alice, 'thanks')
  await carol.publish()
  for (const group of [alice, bob, carol, await circle.reader()]) {
    const statement = await group.sync()
    assert.deepEqual([statement.complete, statement.entries, statement.missing], [true, 5, []])
    const texts = await textsIn(group.entries())
    const without = texts.filter(text => text !== 'hello all')
    assert.deepEqual(without, ['who brings wine?', 'I do', 'red', 'thanks'])
    assert.deepEqual(texts, await textsIn(alice.entries()))
  }
})

test('what is sent is here at once, in its place, and has the same one when it is published', async () => {
  const circle = new Circle(2)
  const [alice, bob] = [await circle.device(0), await circle.device(1)]
  await say(bob, 'one')
  await alice.sync()
  const sent = await alice.send('two')
  assert.deepEqual(sent?.header?.dependencies, [{ log: HASHES[1], seq: 0, id: (await first(bob)).id }])
  const before = await Array.fromAsync(alice.entries())
  assert.deepEqual(
    before.map(({ published, level, lamport }) => [published, level, lamport]),
    [
      [true, 'causal', before[0]!.lamport],
      [false, 'causal', sent?.header?.lamport],
    ],
  )
  assert.deepEqual(await textsIn(alice.entries({ publishedOnly: true })), ['one'])
  await alice.publish()
  const after = await Array.fromAsync(alice.entries({ publishedOnly: true }))
  assert.deepEqual(
    after.map(({ id, lamport }) => [id, lamport]),
    before.map(({ id, lamport }) => [id, lamport]),
  )
})

async function first(group: Group): Promise<GroupEntry> {
  for await (const entry of group) return entry
  return assert.fail('no entry')
}

test('many sent offline name what was there once, and each comes behind the one before it', async () => {
  const circle = new Circle(2)
  const [alice, bob] = [await circle.device(0), await circle.device(1)]
  await say(alice, 'a')
  await bob.sync()
  const sent = await bob.sendMany(['b', 'c'])
  sent.push((await bob.send('d'))!)
  assert.deepEqual(
    sent.map(({ header }) => header?.dependencies.length),
    [1, 0, 0],
  )
  const [x, y, z] = sent.map(({ header }) => header!.lamport) as [number, number, number]
  assert.ok(x < y && y < z)
  const again = await circle.device(1)
  assert.deepEqual((await again.send('e'))?.header?.dependencies, [], 'also after a restart')
  assert.deepEqual(await textsIn(again.entries()), ['a', 'b', 'c', 'd', 'e'])
})

test('after a restart all is in its place without any network, payloads by reference too', async () => {
  const circle = new Circle(2)
  const alice = await circle.device(0, {}, { inlineLimit: 64 })
  const bob = await circle.device(1)
  await say(alice, 'short', 'x'.repeat(9000), 'end')
  await bob.sync()
  const large = 'y'.repeat(700_000)
  await bob.send(large)
  await bob.publish()
  await bob.sync()
  const dead = () => assert.fail('no network is to be asked')
  const restarted = await circle.device(1, {
    store: hooked(circle.world.otherNode(), dead),
    names: hooked(circle.world.names, dead),
  })
  assert.equal(
    Object.values(restarted.position()).reduce((a, b) => a + b),
    4,
  )
  assert.deepEqual(restarted.missing(), [])
  const lengths = (await Array.fromAsync(restarted.entries())).map(({ length }) => length)
  assert.deepEqual(lengths, [5, 9000, 3, 700_000])
  await alice.sync()
  assert.deepEqual(await textsIn(alice.entries()), ['short', 'x'.repeat(9000), 'end', large])
  const pieces = []
  for await (const entry of alice) for await (const piece of entry.stream()) pieces.push(piece)
  assert.equal(Buffer.concat(pieces).toString(), `short${'x'.repeat(9000)}end${large}`)
})

test('of a large payload two chunks are read for its place, not all', async () => {
  const circle = new Circle(1)
  const alice = await circle.device(0)
  await alice.send(new Uint8Array(2_000_000))
  await alice.publish()
  let gets = 0
  const count = (call: string) => void (call === 'get' && gets++)
  const store: ContentStore = hooked(circle.world.otherNode(), count)
  const bob = await circle.reader({ store })
  assert.equal((await bob.sync()).complete, true)
  assert.ok(gets <= 5, `${gets} chunks`)
})

test('plain logs are members as they are; what looks like an envelope and is none is shown, with the fault', async () => {
  const circle = new Circle(2)
  const [alice, bob] = [await circle.device(0), await circle.device(1)]
  await alice.send('plain', { level: 'sequential' })
  const tricky = encodeEnvelope({ lamport: 1, dependencies: [] }, new Uint8Array([1]), HASHES[0]!)
  await alice.send(tricky, { level: 'sequential' })
  await alice.own!.append(tricky.slice(0, -1))
  await alice.publish()
  await bob.sync()
  const entries = await Array.fromAsync(bob.entries())
  assert.deepEqual(
    entries.map(({ level, fault }) => [level, fault !== undefined]),
    [
      ['sequential', false],
      ['sequential', false],
      ['sequential', true],
    ],
  )
  assert.deepEqual(await entries[1]!.bytes(), tricky)
  assert.deepEqual(await entries[2]!.bytes(), tricky.slice(0, -1))
  assert.equal((await alice.own!.entry(0)).length, 5, 'the log has the content and nothing else')
})

test('ephemeral: listeners and the transport get it; no log, store, chain or disk is touched', async () => {
  const circle = new Circle(1)
  const local = memory()
  const out: Uint8Array[] = []
  let deliver: ((payload: Uint8Array) => void) | undefined
  let stopped = 0
  const parts: Partial<GroupParts> = {
    transport: {
      send: payload => void out.push(payload),
      listen: listener => {
        deliver = listener
        return () => void stopped++
      },
    },
  }
  const calls: string[] = []
  const count = (call: string) => void calls.push(call)
  const store = hooked(circle.world.otherNode(), count)
  const names = hooked(circle.world.names, count)
  const database = hooked(local, count)
  const group = await circle.device(
    0,
    { ...parts, store, names, local: database },
    { store, names, local: database },
  )
  calls.length = 0
  const heard: [string, boolean][] = []
  const stop = group.listen(({ payload, own }) => void heard.push([new TextDecoder().decode(payload), own]))
  const status = group.own!.status()
  assert.equal(await group.send('typing…', { level: 'ephemeral' }), undefined)
  deliver!(new TextEncoder().encode('here'))
  stop()
  await group.send('unheard', { level: 'ephemeral' })
  assert.deepEqual(heard, [
    ['typing…', true],
    ['here', false],
  ])
  assert.deepEqual(
    out.map(String),
    ['typing…', 'unheard'].map(text => String(new TextEncoder().encode(text))),
  )
  assert.deepEqual(calls, [], 'no request and no write')
  assert.deepEqual(group.own!.status(), status)
  const reader = await circle.reader(parts)
  await reader.send('a reader may', { level: 'ephemeral' })
  await group.close()
  await reader.close()
  assert.equal(stopped, 2)
})

test('an app that keeps its position gets each entry once, in causal order, across restarts', async () => {
  const circle = new Circle(3)
  const [alice, bob] = [await circle.device(0), await circle.device(1)]
  const seen: string[] = []
  let position: Record<string, number> = {}
  const catchUp = async () => {
    const carol = await circle.device(2)
    await carol.sync()
    for await (const entry of carol.entries({ after: position })) {
      seen.push(await entry.text())
      position = { ...position, [entry.log]: entry.seq + 1 }
    }
    assert.deepEqual(position, Object.fromEntries(Object.entries(carol.position()).filter(([, n]) => n > 0)))
    await carol.close()
  }
  for (let round = 0; round < 4; round++) {
    await say(alice, `a${round}`)
    await bob.sync()
    await say(bob, `b${round}`)
    await alice.sync()
    if (round % 2) await catchUp()
  }
  assert.deepEqual(seen, ['a0', 'b0', 'a1', 'b1', 'a2', 'b2', 'a3', 'b3'])
})

test('watch gives entries as they get their place, tells of trouble, and ends with the signal', async () => {
  const circle = new Circle(2)
  const [alice, bob] = [await circle.device(0), await circle.device(1)]
  await say(alice, 'before')
  await bob.sync()
  const stop = new AbortController()
  const texts: string[] = []
  const watching = (async () => {
    for await (const entry of bob.watch({ intervalMs: 1, signal: stop.signal })) {
      texts.push(await entry.text())
      if (texts.length === 2) stop.abort()
    }
  })()
  await say(alice, 'one', 'two')
  await watching
  assert.deepEqual(texts, ['one', 'two'])
  assert.deepEqual(await textsIn(bob.watch({ after: {}, signal: AbortSignal.abort() })), [])
})

test('read while it is published, no entry is left out or doubled', async () => {
  const circle = new Circle(1)
  const alice = await circle.device(0)
  const sent: string[] = []
  for (let round = 0; round < 8; round++) {
    for (let i = 0; i < 3; i++) {
      sent.push(`${round} ${i}`)
      await alice.send(sent.at(-1)!)
    }
    const publishing = alice.publish()
    let over = false
    void publishing.then(() => {
      over = true
    })
    while (!over) assert.deepEqual(await textsIn(alice.entries()), sent)
    await publishing
  }
})

test('the first bytes that are kept of a payload are those of the entry that had this id', async () => {
  const kept = new KeptEnvelopes(memory())
  const [log, id] = [HASHES[0]!, defaultMessageId(Uint8Array.of(1))]
  await kept.put(log, 3, id, Uint8Array.of(1, 2, 3))
  assert.deepEqual(await kept.get(log, 3, id), Uint8Array.of(1, 2, 3))
  assert.equal(await kept.get(log, 3, defaultMessageId(Uint8Array.of(2))), undefined)
  assert.equal(await kept.get(log, 4, id), undefined)
})

test('arguments that are wrong, and a group without a log of its own', async () => {
  const circle = new Circle(1)
  const reader = await circle.reader()
  for (const level of ['causal', 'sequential'] as const)
    await assert.rejects(reader.send('x', { level }), { code: 'READ_ONLY' })
  await assert.rejects(reader.publish(), { code: 'READ_ONLY' })
  for (const causalHistory of [-1, 33, 0.5])
    await assert.rejects(circle.reader({ causalHistory }), { code: 'INVALID_ARGUMENT' })
  const elsewhere = { ...memberLog(1), registry: parseAddress(`0x${'77'.repeat(20)}`) }
  await assert.rejects(reader.add(elsewhere), { code: 'INVALID_ARGUMENT' })
  await assert.rejects(circle.reader({ members: ['remotelog:nonsense'] }), { code: 'INVALID_ARGUMENT' })
  await assert.rejects(reader.send('x', { signal: AbortSignal.abort() }), { code: 'ABORTED' })
  await assert.rejects(reader.sync({ signal: AbortSignal.abort() }), { code: 'ABORTED' })
  assert.deepEqual(reader.members, [memberLog(0)])
  assert.equal(ID.chainId, reader.members[0]!.chainId)
})
