import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededBytes } from '@remote-log/conformance'
import { type MessageId, parseMessageId } from '@remote-log/core'
import { all, hooked, memory, START, World } from './world.ts'

const NUMBERS = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '7' as never, null as never]
const invalid = { code: 'INVALID_ARGUMENT' }

test('numbers that are no seq, time, budget or interval are INVALID_ARGUMENT', async () => {
  const world = new World()
  const alice = await world.writer()
  await alice.append('x')
  for (const bad of NUMBERS) {
    await assert.rejects(alice.entry(bad), invalid)
    await assert.rejects(alice.at(bad), invalid)
    await assert.rejects(all(alice.read({ from: bad })), invalid)
    await assert.rejects(all(alice.read({ to: bad })), invalid)
    await assert.rejects(alice.sync({ byteBudget: bad }), invalid)
    await assert.rejects(all(alice.watch({ from: bad })), invalid)
    await assert.rejects(all(alice.watch({ intervalMs: bad })), invalid)
  }
})

test('timestamps that are no time, or more than ten minutes ahead, are refused; ten minutes are not', async () => {
  const now = START
  const alice = await new World().writer({ now: () => now })
  for (const payload of ['short', seededBytes('long', 9000)]) {
    for (const timestamp of [...NUMBERS.filter(bad => bad !== null), now + 600_001]) {
      await assert.rejects(alice.append(payload, { timestamp }), invalid, String(timestamp))
      await assert.rejects(alice.appendMany([{ payload: 'ok' }, { payload, timestamp }]), invalid)
    }
    assert.equal((await alice.append(payload, { timestamp: now + 600_000 })).timestamp, now + 600_000)
    assert.equal((await alice.append(payload, { timestamp: 0 })).timestamp, 0)
    assert.equal((await alice.append(payload)).timestamp, now)
  }
  assert.equal(alice.status().unsent, 6)
})

test('an id that is not 32 bytes of hex is refused', async () => {
  const alice = await new World().writer()
  for (const payload of ['short', seededBytes('long', 9000)]) {
    for (const id of ['', 'xyz', 'ab'.repeat(31), 'ab'.repeat(33), 'zz'.repeat(32)]) {
      await assert.rejects(alice.append(payload, { id: id as MessageId }), invalid)
    }
  }
  assert.equal(
    (await alice.append('x', { id: `0x${'AB'.repeat(32)}` as MessageId })).id,
    parseMessageId('ab'.repeat(32)),
  )
  assert.equal(alice.status().unsent, 1)
})

test('an inline limit beyond what fits a page is refused', async () => {
  for (const inlineLimit of [-1, 3841, 0.5, Number.NaN]) {
    await assert.rejects(new World().writer({ inlineLimit }), invalid)
  }
})

test('one log is open once over one database object, and may be opened again when it is closed', async () => {
  const world = new World()
  const local = memory()
  const alice = await world.writer({ local })
  await assert.rejects(world.writer({ local }), { code: 'LOCKED' })
  const other = await world.writer({ local, id: { ...alice.id, owner: `0x${'b2'.repeat(20)}` as never } })
  assert.equal(other.status().unsent, 0)
  await alice.append('x')
  await alice.close()
  await assert.rejects(alice.append('y'), { code: 'UNAVAILABLE' })
  await assert.rejects(all(alice.read()), { code: 'UNAVAILABLE' })
  const again = await world.writer({ local })
  assert.equal(again.status().unsent, 1)
})

test('a database that can not be opened is UNAVAILABLE, with its reason', async () => {
  const reason = new Error('no permission')
  const local = hooked(memory(), operation => {
    if (operation === 'open') throw reason
  })
  await assert.rejects(new World().writer({ local }), { code: 'UNAVAILABLE', cause: reason })
})
