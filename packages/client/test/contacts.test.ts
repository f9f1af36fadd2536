import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type ContentStore,
  formatLogId,
  type LogId,
  logHash,
  MemoryNameSystem,
  parseAddress,
  topicOf,
  UnavailableError,
} from '@remote-log/core'
import { Contacts, type ContactsParts } from '../src/index.ts'
import { hooked, ID, memory, OWNER, reopened, START, texts, textsOf, World } from './world.ts'

const idOf = (n: number): LogId => ({ ...ID, topic: topicOf(`contact ${n}`) })

class Book {
  readonly world = new World()
  readonly local = memory()
  readonly calls: string[] = []
  gets = 0

  contacts(parts: Partial<ContactsParts> = {}): Promise<Contacts> {
    const names = new MemoryNameSystem({
      chain: this.world.chain,
      onCall: call => void this.calls.push(call),
    })
    const store: ContentStore = hooked(this.world.otherNode(), call => {
      if (call === 'get') this.gets++
    })
    return Contacts.open({
      chainId: ID.chainId,
      registry: ID.registry,
      store,
      names,
      local: reopened(this.local),
      ranges: false,
      ...parts,
    })
  }

  /** Publishes so many more pages of one entry in log n. */
  async publish(n: number, entries = 1, first = 0): Promise<void> {
    const log = await this.world.writer({ id: idOf(n), linked: true })
    await log.sync()
    await log.appendMany(texts(entries, first))
    await log.publish()
    await log.close()
  }
}

async function bookOf(logs: number): Promise<{ book: Book; contacts: Contacts }> {
  const book = new Book()
  for (let n = 0; n < logs; n++) await book.publish(n, 1, n)
  const contacts = await book.contacts({ now: counter() })
  for (let n = 0; n < logs; n++) await contacts.add(idOf(n), { name: `friend ${n}` })
  return { book, contacts }
}

function counter(): () => number {
  let now = START
  return () => now++
}

test('contacts are added, named anew, listed in order and removed, also across restarts', async () => {
  const { book, contacts } = await bookOf(3)
  await contacts.add(formatLogId(idOf(1)))
  await contacts.add(idOf(2), { name: 'Carol' })
  await contacts.remove(idOf(0))
  const listed = (await (await book.contacts()).list()).map(({ id, name }) => [id, name])
  assert.deepEqual(listed, [
    [idOf(1), 'friend 1'],
    [idOf(2), 'Carol'],
  ])
  await assert.rejects(contacts.remove(idOf(0)), { code: 'NOT_FOUND' })
  await assert.rejects(contacts.open(idOf(0)), { code: 'NOT_FOUND' })
  const elsewhere = { ...ID, registry: parseAddress(`0x${'77'.repeat(20)}`) }
  await assert.rejects(contacts.add(elsewhere), { code: 'INVALID_ARGUMENT' })
  await assert.rejects(contacts.add({ ...ID, chainId: 5 }), { code: 'INVALID_ARGUMENT' })
  await assert.rejects(contacts.add('remotelog:nonsense'), { code: 'INVALID_ARGUMENT' })
})

test('all heads are one question; what did not change is not read, what did is', async () => {
  const { book, contacts } = await bookOf(40)
  const first = await contacts.syncAll()
  assert.deepEqual([first.complete, first.fresh, first.logs.length], [true, 40, 40])
  assert.deepEqual(book.calls, ['heads'])
  book.gets = 0
  const again = await (await book.contacts()).syncAll()
  assert.deepEqual([again.complete, again.fresh, book.gets], [true, 0, 0])
  assert.ok(again.logs.every(({ statement, error }) => !error && statement?.entries === 1))
  await book.publish(7, 2, 1)
  await book.publish(30, 1, 1)
  book.calls.length = 0
  book.gets = 0
  const changed = await contacts.syncAll()
  assert.deepEqual(book.calls, ['heads'])
  assert.deepEqual(
    changed.logs.flatMap((log, n) => (log.error === undefined && log.changed ? [n] : [])),
    [7, 30],
  )
  assert.deepEqual([changed.fresh, changed.complete, changed.costs.chunks], [3, true, book.gets])
  const log = await contacts.open(idOf(7))
  assert.deepEqual(await textsOf(log.read()), ['entry 7', 'entry 1', 'entry 2'])
  await log.close()
})

test('one log that is rewritten, missing or broken stops no other, and is reported with its own error', async () => {
  const { book, contacts } = await bookOf(6)
  await contacts.syncAll()
  const { chain, network } = book.world
  const other = await book.world.writer({ id: idOf(99), linked: true })
  await other.append('of another log')
  const { head: foreign } = await other.publish()
  chain.mine(logHash(idOf(1)), foreign!)
  for (const n of [0, 2, 3, 4, 5]) await book.publish(n, 1, 1)
  const lost = chain.headAt(logHash(idOf(3))).head!
  const bytes = network.get(lost)!
  network.delete(lost)
  const { logs, complete } = await contacts.syncAll()
  assert.equal(complete, false)
  assert.deepEqual(
    logs.map(({ error, statement }) => error?.code ?? statement?.entries),
    [2, 'INVALID_PAGE', 2, 'NOT_FOUND', 2, 2],
  )
  network.set(lost, bytes)
  const next = await contacts.syncAll()
  assert.deepEqual(
    next.logs.map(({ error, statement }) => error?.code ?? statement?.fresh),
    [0, 'INVALID_PAGE', 0, 1, 0, 0],
  )
})

test('within a byte budget every log gives its newest page, then the rest, the newest logs first', async () => {
  const { book, contacts } = await bookOf(5)
  for (let n = 0; n < 5; n++) await book.publish(n, 20, 10 * n)
  const budget = 5 * 4104 + 30 * 4104
  const first = await contacts.syncAll({ byteBudget: budget })
  assert.ok(first.costs.bytes <= budget, `${first.costs.bytes} of ${budget}`)
  assert.deepEqual(
    first.logs.map(({ statement }) => [statement?.entries, statement?.complete]),
    [
      [21, false],
      [21, false],
      [21, false],
      [21, false],
      [21, true],
    ],
  )
  for (let windows = 0; windows < 6; windows++) {
    const restarted = await book.contacts()
    const { complete, costs } = await restarted.syncAll({ byteBudget: 30 * 4104 })
    assert.ok(costs.bytes <= 30 * 4104)
    if (complete) return
  }
  assert.fail('never complete')
})

test('a budget that does not reach all heads says so of the logs that were not looked at', async () => {
  const { contacts } = await bookOf(40)
  const { logs, complete } = await contacts.syncAll({ byteBudget: 1 })
  assert.equal(complete, false)
  const left = logs.filter(({ error }) => error?.code === 'BUDGET_EXCEEDED')
  assert.ok(left.length >= 20 && left.length < 40, `${left.length} left out`)
  assert.ok((await contacts.syncAll()).complete)
})

test('a log that is open for reading is brought up to date through that; the database stays open for it', async () => {
  const { book, contacts } = await bookOf(2)
  const log = await contacts.open(idOf(1))
  await assert.rejects(contacts.open(idOf(1)), { code: 'LOCKED' })
  assert.ok((await contacts.syncAll()).complete)
  assert.equal(log.status().published, 1)
  await book.publish(1, 1, 5)
  assert.equal((await contacts.syncAll()).fresh, 1)
  await assert.rejects(contacts.remove(idOf(1), { forget: true }), { code: 'LOCKED' })
  await contacts.close()
  assert.deepEqual(await textsOf(log.read()), ['entry 1', 'entry 5'])
  await log.close()
})

test('removed and forgotten, a log leaves nothing but its neighbours', async () => {
  const { book, contacts } = await bookOf(2)
  await contacts.syncAll()
  await contacts.remove(idOf(0), { forget: true })
  await contacts.add(idOf(0))
  book.gets = 0
  assert.deepEqual((await contacts.syncAll()).fresh, 1)
  assert.ok(book.gets > 0)
})

test('no contacts, no registry, the own signal: complete, the typed error, ABORTED', async () => {
  const book = new Book()
  const contacts = await book.contacts()
  assert.deepEqual((await contacts.syncAll()).logs, [])
  await contacts.add(idOf(0))
  assert.deepEqual((await contacts.syncAll()).complete, true, 'never published is complete, and empty')
  const stop = AbortSignal.abort()
  await assert.rejects(contacts.syncAll({ signal: stop }), { code: 'ABORTED' })
  for (const bad of [-1, 0.5]) {
    await assert.rejects(contacts.syncAll({ byteBudget: bad }), { code: 'INVALID_ARGUMENT' })
    await assert.rejects(contacts.syncAll({ timeBudgetMs: bad }), { code: 'INVALID_ARGUMENT' })
  }
  const down = new MemoryNameSystem({
    chain: book.world.chain,
    owner: OWNER,
    onCall: () => Promise.reject(new UnavailableError('down')),
  })
  await assert.rejects((await book.contacts({ names: down })).syncAll(), { code: 'UNAVAILABLE' })
})
