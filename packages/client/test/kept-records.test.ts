import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ClassicLevel } from 'classic-level'
import { BrowserDatabase, type LocalChange, type LocalDatabase } from '../src/index.ts'
import { LOCAL_ENCODING } from '../src/local-database.ts'
import { writeBatch } from '../src/write-batch.ts'
import { bulky, memory, reopened, World } from './world.ts'

/** Three of them fill a page: 300 pages are two groups and a part of one. */
const ENTRIES = bulky(900)

/** A database that keeps the arrays that it is given, and gives out copies: nobody can tell from outside. */
function keeping(): LocalDatabase {
  const level = memory()
  return { ...reopened(level), get: async (key, options) => (await level.get(key, options))?.slice() }
}

test('pages that came by range stand on this device as they came, whatever the database does with what it is given', async t => {
  const world = new World()
  const alice = await world.writer()
  await alice.appendMany(ENTRIES)
  await alice.publish()
  const folder = await mkdtemp(join(tmpdir(), 'remote-log-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  for (const local of [new ClassicLevel<string, Uint8Array>(folder), memory(), keeping()]) {
    const bob = await world.reader({ local })
    const { complete, costs } = await bob.sync()
    assert.ok(complete)
    assert.ok(costs.requests < 20, `by range: ${costs.requests} requests`)
    let seq = 0
    for await (const entry of bob.read())
      assert.deepEqual(await entry.bytes(), ENTRIES[seq++]!.payload, `entry ${seq}`)
    assert.equal(seq, ENTRIES.length)
    await bob.close()
  }
})

const changes = (count: number): LocalChange[] => [
  { type: 'del', key: 'gone' },
  ...Array.from({ length: count }, (_, i) => ({
    type: 'put' as const,
    key: `key ${i}`,
    value: Uint8Array.of(i),
  })),
]

test('a batch of many changes is all there, or nothing of it', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'remote-log-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const level = new ClassicLevel<string, Uint8Array>(folder)
  await level.open()
  await level.put('gone', Uint8Array.of(1), LOCAL_ENCODING)
  const broken = [...changes(20), { type: 'put', key: 'key 20', value: undefined } as never]
  await assert.rejects(writeBatch(level, broken, false), { code: 'LEVEL_INVALID_VALUE' })
  assert.deepEqual(await level.keys().all(), ['gone'])
  await writeBatch(level, changes(20), true)
  const [first, last] = await level.getMany(['key 0', 'key 19'], LOCAL_ENCODING)
  assert.deepEqual([...first!, ...last!], [0, 19])
  assert.equal((await level.keys().all()).length, 20)
  await level.close()
  await assert.rejects(writeBatch(level, changes(20), false), { code: 'LEVEL_DATABASE_NOT_OPEN' })
})

test('IndexedDB is given values that are all of their buffer, since it writes the whole buffer', async () => {
  const given: LocalChange[] = []
  const level = {
    ...reopened(memory()),
    location: 'here',
    batch: async (all: LocalChange[]) => void given.push(...all),
  }
  const whole = Uint8Array.of(1, 2, 3)
  const value = Uint8Array.of(0, 0, 7, 8, 0).subarray(2, 4)
  const batch: LocalChange[] = [
    { type: 'put', key: 'view', value },
    { type: 'put', key: 'whole', value: whole },
    { type: 'del', key: 'gone' },
  ]
  await new BrowserDatabase(level).batch(batch, LOCAL_ENCODING)
  assert.deepEqual(given, batch)
  const [view, same] = given as { value: Uint8Array }[]
  assert.equal(view!.value.buffer.byteLength, 2)
  assert.equal(same!.value, whole)
})
