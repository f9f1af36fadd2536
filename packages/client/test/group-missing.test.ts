import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultMessageId, encodeEnvelope, type LogHash, logHash, MAX_LAMPORT } from '@remote-log/core'
import type { Group } from '../src/index.ts'
import { Circle, memberLog, textsIn } from './group-world.ts'
import { START } from './world.ts'

const HASHES = [0, 1, 2, 3].map(n => logHash(memberLog(n)))

async function say(group: Group, ...texts: string[]): Promise<void> {
  for (const text of texts) await group.send(text)
  await group.publish()
}

test('an entry whose dependency is not here waits, and it is said which, whose, and why', async () => {
  const circle = new Circle(3)
  const [alice, bob, carol] = [await circle.device(0), await circle.device(1), await circle.device(2)]
  await say(alice, 'question')
  await bob.sync()
  await say(bob, 'answer', 'more')
  await say(carol, 'else')
  const dave = await circle.reader({ members: [memberLog(1), memberLog(2)] })
  const { complete, entries, missing } = await dave.sync()
  assert.deepEqual([complete, entries], [false, 1])
  assert.deepEqual(
    missing.map(({ log, member, seq, reason, neededBy }) => [log, member, seq, reason, neededBy?.log]),
    [[HASHES[0], undefined, 0, 'unknown-log', HASHES[1]]],
  )
  assert.deepEqual(await textsIn(dave.entries()), ['else'])
  await dave.add(memberLog(0))
  assert.deepEqual(
    dave.missing().map(({ reason, member }) => [reason, member]),
    [['not-synced', memberLog(0)]],
  )
  assert.equal((await dave.sync()).complete, true)
  assert.deepEqual(
    (await textsIn(dave.entries())).filter(text => text !== 'else'),
    ['question', 'answer', 'more'],
  )
})

test('pages that the network lost or a budget left out hold up what follows, with the reason', async () => {
  const circle = new Circle(2)
  const alice = await circle.device(0, {}, { linked: true })
  const bob = await circle.device(1)
  for (let i = 0; i < 30; i++) await alice.send(`entry ${i}`)
  await alice.publish()
  const carol = await circle.reader({ ranges: false })
  const short = await carol.sync({ byteBudget: 12 * 4104 })
  assert.equal(short.complete, false)
  assert.deepEqual(
    short.missing.map(({ seq, reason, code, member }) => [seq, reason, code, member]),
    [[0, 'unavailable', 'BUDGET_EXCEEDED', memberLog(0)]],
  )
  assert.deepEqual(await textsIn(carol.entries()), [])
  assert.equal((await carol.sync()).complete, true)
  assert.equal((await textsIn(carol.entries())).length, 30)
  await bob.sync()
  const { network } = circle.world
  const lost = [...network.entries()].find(([, bytes]) => Buffer.from(bytes).includes('entry 7'))!
  network.delete(lost[0])
  const dave = await circle.reader({ ranges: false })
  const holed = await dave.sync()
  assert.deepEqual(
    holed.missing.map(({ seq, reason, code }) => [seq, reason, code]),
    [[7, 'unavailable', 'NOT_FOUND']],
  )
  assert.equal((await textsIn(dave.entries())).length, 7)
  network.set(...lost)
  assert.deepEqual((await dave.sync()).missing, [])
})

test('a lie about a dependency, a circle, an unknown version and a time far ahead hold up their authors alone', async () => {
  const circle = new Circle(4)
  const [alice, bob] = [await circle.device(0), await circle.device(1)]
  await say(alice, 'true')
  const lies = await circle.device(2)
  const wrong = { log: HASHES[0]!, seq: 0, id: defaultMessageId(new Uint8Array([7])) }
  await lies.own!.append(encodeEnvelope({ lamport: 5, dependencies: [wrong] }, new Uint8Array(), HASHES[2]!))
  await lies.publish()
  const newer = await circle.device(3)
  await newer.own!.append(Uint8Array.of(0xfd, 0x07, 0x52, 0x4c, 0x43, 9, 1))
  await newer.publish()
  await bob.sync()
  assert.deepEqual(
    bob.missing().map(({ log, seq, reason }) => [log, seq, reason]),
    [
      [HASHES[0], 0, 'other-entry'],
      [HASHES[3], 0, 'unknown-version'],
    ],
  )
  await newer.send('behind it')
  await newer.publish()
  await bob.sync()
  assert.deepEqual(
    bob.missing().map(({ reason, neededBy }) => [reason, neededBy?.seq]),
    [
      ['other-entry', 0],
      ['unknown-version', 1],
    ],
  )
  await say(bob, 'reply')
  await alice.sync()
  assert.deepEqual(await textsIn(alice.entries()), ['true', 'reply'])

  const ahead = new Circle(2)
  const [eve, dan] = [await ahead.device(0), await ahead.device(1)]
  await eve.own!.append(
    encodeEnvelope({ lamport: MAX_LAMPORT, dependencies: [] }, new Uint8Array(), HASHES[0]!),
  )
  await eve.publish()
  await dan.sync()
  const sent = await dan.send('sane')
  assert.deepEqual(sent?.header?.dependencies, [])
  assert.ok(sent!.header!.lamport < START + 1e6)
  assert.deepEqual(
    (await Array.fromAsync(dan.entries())).map(({ log }) => log),
    [HASHES[1], HASHES[0]],
  )
})

test('of a log that is cut off, what lies behind is left out, and who depends on it is told so', async () => {
  const circle = new Circle(2)
  const [alice, bob] = [await circle.device(0), await circle.device(1)]
  await say(alice, 'mine')
  await bob.sync()
  await say(bob, 'reply')
  await say(alice, 'of the thief')
  await bob.sync()
  await say(bob, 'reply to the thief')
  const members = [{ log: memberLog(0), upTo: 1 }, memberLog(1)]
  const carol = await circle.reader({ members })
  const { missing } = await carol.sync()
  assert.deepEqual(await textsIn(carol.entries()), ['mine', 'reply'])
  assert.deepEqual(
    missing.map(({ log, seq, reason, message }) => [log, seq, reason, /cut-off/.test(message)]),
    [[HASHES[0], 1, 'unavailable', true]],
  )
  await assert.rejects(circle.reader({ members: [{ log: memberLog(0), upTo: -1 }] }), {
    code: 'INVALID_ARGUMENT',
  })
})

test('ids chosen beforehand make a circle: both wait, and it is called one', async () => {
  const circle = new Circle(2)
  const ids = [1, 2].map(n => defaultMessageId(Uint8Array.of(n)))
  const devices = [await circle.device(0), await circle.device(1)]
  for (const [n, { own }] of devices.entries()) {
    const other = { log: HASHES[1 - n] as LogHash, seq: 0, id: ids[1 - n]! }
    await own!.append(encodeEnvelope({ lamport: 1, dependencies: [other] }, new Uint8Array(), HASHES[n]!), {
      id: ids[n]!,
    })
    await own!.publish()
  }
  const reader = await circle.reader()
  const { missing, entries, complete } = await reader.sync()
  assert.deepEqual([entries, complete, missing.map(({ reason }) => reason)], [0, false, ['cycle', 'cycle']])
})

test('a payload whose first bytes are not to be had holds its entry up, and says so until they are', async () => {
  const circle = new Circle(1)
  const alice = await circle.device(0, {}, { inlineLimit: 16 })
  await say(alice, 'a payload by reference', 'another one by reference')
  const { network } = circle.world
  const lost = [...network.entries()].find(([, bytes]) => Buffer.from(bytes).includes('another one'))!
  network.delete(lost[0])
  const bob = await circle.reader()
  const { missing, entries } = await bob.sync()
  assert.deepEqual(
    [entries, missing.map(({ seq, reason, code, neededBy }) => [seq, reason, code, neededBy])],
    [1, [[1, 'unavailable', 'NOT_FOUND', undefined]]],
  )
  network.set(...lost)
  const next = await bob.sync()
  assert.deepEqual([next.complete, next.fresh, next.missing], [true, 1, []])
})

test('a device whose clock is far behind goes by the chain', async () => {
  const circle = new Circle(2)
  const [alice, slow] = [await circle.device(0), await circle.device(1, { now: () => 5 })]
  await alice.send('today')
  await alice.publish()
  await slow.sync()
  const { header } = (await slow.send('now?'))!
  assert.equal(header?.dependencies.length, 1)
  assert.ok(header.lamport > START)
})
