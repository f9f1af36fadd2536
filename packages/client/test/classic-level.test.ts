import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { seededBytes } from '@remote-log/conformance'
import { ClassicLevel } from 'classic-level'
import type { LocalDatabase, RemoteLog } from '../src/index.ts'
import { all, bulky, LOG, texts, textsOf, World } from './world.ts'

const VIEW = { keyEncoding: 'utf8', valueEncoding: 'view' } as const
const names = (count: number) => texts(count).map(({ payload }) => payload)

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'remote-log-'))
  t.after(() => rm(path, { recursive: true, force: true }))
  return path
}

const level = (path: string): LocalDatabase => new ClassicLevel<string, Uint8Array>(path)

test('a log in a folder comes back as it was, and a second opening of the folder is LOCKED', async t => {
  const path = await folder(t)
  const world = new World()
  const alice = await world.writer({ local: level(path) })
  await alice.appendMany(bulky(5))
  await alice.append(seededBytes('large', 1_000_000))
  await alice.publish()
  await alice.append(seededBytes('unsent', 9000))
  await assert.rejects(world.writer({ local: level(path) }), { code: 'LOCKED' })
  await alice.close()
  const again = await world.writer({ local: level(path) })
  assert.deepEqual([again.status().published, again.status().unsent], [6, 1])
  assert.deepEqual(await (await again.entry(6)).bytes(), seededBytes('unsent', 9000))
  await again.publish()
  assert.equal((await (await world.reader()).verify()).entries, 7)
  await again.close()
})

/** Appends until it is killed, and says so when an entry is acknowledged. */
const APPENDER = `
  import { ClassicLevel } from 'classic-level'
  import { ID, World } from './world.ts'
  const { RemoteLog } = await import('../src/index.ts')
  const world = new World()
  const log = await world.writer({ local: new ClassicLevel(process.argv[1]), durability: 'os' })
  for (let i = 0; ; i++) {
    await log.append('entry ' + i)
    process.stdout.write('.')
  }
`

test('a process that has the folder keeps others out; killed, it loses nothing that it acknowledged', async t => {
  const path = await folder(t)
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', APPENDER, path], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  let acknowledged = 0
  for await (const dots of child.stdout) {
    if (acknowledged === 0)
      await assert.rejects(new World().writer({ local: level(path) }), { code: 'LOCKED' })
    acknowledged += dots.length
    if (acknowledged > 300 && !child.killed) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  const log = await new World().writer({ local: level(path) })
  const entries = await textsOf(log.read())
  assert.ok(entries.length >= acknowledged && acknowledged > 300)
  assert.deepEqual(entries, names(entries.length))
  assert.equal((await log.append('next')).seq, entries.length)
  await log.close()
})

/** Inverts one bit of a record, behind the log's back. */
async function damage(path: string, record: string, at = -1): Promise<void> {
  const db = level(path)
  await db.open()
  const key = `${LOG}/${record}`
  const bytes = await db.get(key, VIEW)
  assert.ok(bytes, record)
  const bent = Uint8Array.from(bytes)
  const index = at < 0 ? bent.length + at : at
  bent[index] = bent[index]! ^ 4
  await db.batch([{ type: 'put', key, value: bent }], VIEW)
  await db.close()
}

const hex = (n: number) => n.toString(16).padStart(14, '0')

async function damaged(promise: Promise<unknown>, record: string | RegExp): Promise<void> {
  await assert.rejects(promise, error => {
    const { code, details } = error as { code: string; details: { record: string } }
    assert.equal(code, 'LOCAL_DAMAGED', String(error))
    if (typeof record === 'string') assert.equal(details.record, record)
    else assert.match(details.record, record)
    return true
  })
}

for (const [record, at] of [
  ['anchor', 20],
  ['anchor', 2],
  ['have', -2],
  ['journal', -5],
] as const) {
  test(`a damaged record ${record} (byte ${at}) is LOCAL_DAMAGED; entries may be added; forget recovers`, async t => {
    const path = await folder(t)
    const world = new World()
    const alice = await world.writer({ local: level(path) })
    await alice.appendMany(bulky(20))
    await alice.publish()
    await alice.append('entry 20')
    await alice.close()
    if (record === 'journal') {
      const failing = await world.writer({
        local: level(path),
        store: new Proxy(world.store, {
          get: (object, name) => (name === 'beginUpload' ? beginBroken : Reflect.get(object, name)),
        }),
      })
      const beginBroken = async () => {
        const upload = await world.store.beginUpload()
        return {
          id: upload.id,
          put: () => Promise.reject(new TypeError('broken')),
          confirm: () => upload.confirm(),
        }
      }
      await assert.rejects(failing.publish(), TypeError)
      await failing.close()
    }
    await damage(path, record, at)
    const again = await world.writer({ local: level(path) })
    for (const ask of [
      () => again.publish(),
      () => again.sync(),
      () => again.refresh(),
      () => again.verify(),
      () => again.entry(0),
      () => again.at(0),
      () => all(again.read()),
    ]) {
      await damaged(ask(), record)
    }
    await again.append('entry 21')
    assert.equal(again.status().unsent, 2)
    await again.forget()
    await again.publish()
    assert.deepEqual(await textsOf(again.read()), names(22))
    assert.deepEqual(await textsOf((await world.reader()).read()), names(22))
    await again.close()
  })
}

test('a damaged or missing page is LOCAL_DAMAGED when it is read, and named; forget and sync bring it back', async t => {
  for (const how of ['bytes', 'reference', 'gone']) {
    const path = await folder(t)
    const world = new World()
    const alice = await world.writer()
    await alice.appendMany(bulky(60))
    await alice.publish()
    const bob = await world.reader({ local: level(path) })
    await bob.sync()
    await bob.close()
    const record = `page/${hex(7)}`
    if (how === 'gone') {
      const db = level(path)
      await db.open()
      await db.batch([{ type: 'del', key: `${LOG}/${record}` }], VIEW)
      await db.close()
    } else await damage(path, record, how === 'bytes' ? 500 : 3)
    const again: RemoteLog = await world.reader({ local: level(path) })
    await damaged(textsOf(again.read()), record)
    await damaged(again.entry(22), record)
    assert.deepEqual(await textsOf(again.read({ from: 45, to: 60 })), names(60).slice(45))
    assert.equal((await again.verify()).entries, 60, 'what the store has is not concerned')
    await again.forget()
    assert.ok((await again.sync()).complete)
    assert.deepEqual(await textsOf(again.read()), names(60))
    await again.close()
  }
})

test('a damaged unsent entry is LOCAL_DAMAGED and never published; the others can be kept without it', async t => {
  for (const at of [0, 9, 30, -1]) {
    const path = await folder(t)
    const world = new World()
    const alice = await world.writer({ local: level(path) })
    await alice.appendMany(texts(6))
    await alice.close()
    await damage(path, `unsent/${hex(2)}`, at)
    const again = await world.writer({ local: level(path) })
    await damaged(again.publish(), `unsent/${hex(2)}`)
    await damaged(textsOf(again.read()), `unsent/${hex(2)}`)
    assert.deepEqual(await textsOf(again.read({ to: 2 })), names(2))
    await again.forget()
    await damaged(again.publish(), `unsent/${hex(2)}`)
    const [late] = await Promise.all([again.append('entry 6'), again.forget({ dropDamaged: true })])
    assert.ok([5, 6].includes(late.seq))
    await again.append('entry 7')
    await again.publish()
    const expected = names(8).filter((_, i) => i !== 2)
    assert.deepEqual(await textsOf((await world.reader()).read()), expected)
    await again.append('entry 8')
    assert.equal(again.status().unsent, 1)
    await again.close()
  }
})

for (const how of ['damaged', 'gone']) {
  test(`a chunk of an unsent payload that is ${how} is LOCAL_DAMAGED, and its entry can be dropped`, async t => {
    const path = await folder(t)
    const world = new World()
    const alice = await world.writer({ local: level(path) })
    await alice.append(seededBytes('payload', 20_000))
    await alice.append('after')
    await alice.close()
    const db = level(path)
    await db.open()
    const chunks = await Array.fromAsync(
      db.iterator({ ...VIEW, gte: `${LOG}/staged/`, lt: `${LOG}/staged/~` }),
    )
    await db.close()
    await damage(path, chunks[1]![0].slice(LOG.length + 1), 100)
    const again = await world.writer({ local: level(path) })
    await damaged(again.publish(), /^staged\//)
    await damaged(
      again.entry(0).then(entry => entry.bytes()),
      /^staged\//,
    )
    if (how === 'gone') {
      await again.close()
      const cleared = level(path)
      await cleared.open()
      await cleared.clear({ keyEncoding: 'utf8', gte: `${LOG}/staged/`, lt: `${LOG}/staged/~` })
      await cleared.close()
    }
    const last = how === 'gone' ? await world.writer({ local: level(path) }) : again
    await damaged(last.publish(), /^staged\//)
    await last.forget({ dropDamaged: true })
    await last.publish()
    assert.deepEqual(await textsOf((await world.reader()).read()), ['after'])
    await last.close()
  })
}
