import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all, bulky, START, texts, textsOf, World } from './world.ts'

test('what is appended is readable here at once, and elsewhere when it is published and synced', async () => {
  const world = new World()
  const alice = await world.writer()
  const appended = await alice.append('hello', { timestamp: START })
  assert.deepEqual([appended.seq, appended.timestamp], [0, START])
  const [own] = await all(alice.read())
  assert.deepEqual([own?.seq, own?.id, own?.published, await own?.text()], [0, appended.id, false, 'hello'])

  const bob = await world.reader()
  assert.deepEqual(await all(bob.read()), [])
  const report = await alice.publish()
  assert.deepEqual(
    [report.entries, report.published, report.chunks, report.conflicts, report.publication?.head],
    [1, 1, 1, 0, report.head],
  )
  const statement = await bob.sync()
  assert.deepEqual(
    [statement.complete, statement.entries, statement.fresh, statement.head, statement.missing],
    [true, 1, 1, report.head, []],
  )
  const [read] = await all(bob.read())
  assert.deepEqual([read?.seq, read?.id, read?.timestamp, read?.published], [0, appended.id, START, true])
  assert.equal(await read?.text(), 'hello')
})

test('read gives any stretch in both directions, unsent entries behind the published ones', async () => {
  const world = new World()
  const alice = await world.writer()
  await alice.appendMany(bulky(20))
  await alice.publish()
  await alice.appendMany(texts(3, 20))
  const expected = texts(23).map(({ payload }) => payload)
  const bob = await world.reader()
  for (const [log, count] of [
    [alice, 23],
    [bob, 20],
  ] as const) {
    for (const [from, to] of [
      [0, 23],
      [0, 1],
      [7, 8],
      [5, 12],
      [19, 22],
      [20, 23],
      [21, 22],
      [23, 30],
      [12, 5],
    ] as const) {
      const range = expected.slice(0, count).slice(from, Math.max(from, to))
      assert.deepEqual(await textsOf(log.read({ from, to })), range, `${from} to ${to} of ${count}`)
      assert.deepEqual(await textsOf(log.read({ from, to, reverse: true })), range.reverse())
    }
    assert.deepEqual(await textsOf(log.read()), expected.slice(0, count))
    assert.equal((await all(log.read({ publishedOnly: true }))).length, 20)
    assert.equal((await all(log.read({ publishedOnly: true, reverse: true }))).length, 20)
  }
})
