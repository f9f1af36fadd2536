import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memory, reopened, texts, textsOf, World } from './world.ts'

const names = (count: number, first = 0) => texts(count, first).map(({ payload }) => payload)

async function linkedLog(world: World, count: number) {
  const alice = await world.writer({ linked: true })
  await alice.appendMany(texts(count))
  await alice.publish()
  return alice
}

test('a byte budget is obeyed, and what it left out is listed and fetched later', async () => {
  for (const ranges of [true, false]) {
    const world = new World()
    await linkedLog(world, 400)
    const local = memory()
    let kept = 0
    let calls = 0
    for (;;) {
      const bob = await world.reader({ local: reopened(local), ranges })
      const budget = 200_000
      const { complete, missing, costs } = await bob.sync({ byteBudget: budget })
      assert.ok(costs.bytes <= budget, `read ${costs.bytes} of ${budget} bytes`)
      calls++
      const { keptPages } = bob.status()
      assert.ok(keptPages > kept, 'each call brings it on')
      kept = keptPages
      if (complete) break
      assert.deepEqual(
        missing.map(({ from, to, reason }) => [from, to, reason]),
        [[0, 400 - kept, 'BUDGET_EXCEEDED']],
      )
      assert.deepEqual(await textsOf(bob.read({ from: 397 })), names(3, 397))
    }
    assert.ok(calls >= 9 && calls < 16, `${calls} calls`)
    assert.deepEqual(await textsOf((await world.reader({ local: reopened(local) })).read()), names(400))
  }
})

test('a budget that pays for no page fetches none and says so', async () => {
  const world = new World()
  await linkedLog(world, 5)
  const bob = await world.reader()
  for (const byteBudget of [0, 1, 4096]) {
    const { complete, missing } = await bob.sync({ byteBudget })
    assert.deepEqual([complete, missing.length, missing[0]?.reason], [false, 1, 'BUDGET_EXCEEDED'])
    assert.equal(bob.status().keptPages, 0)
  }
  assert.ok((await bob.sync({ byteBudget: 100_000 })).complete)
})

test('a log that was never published is complete and empty', async () => {
  const bob = await new World().reader()
  const { complete, entries, fresh, head, missing } = await bob.sync()
  assert.deepEqual([complete, entries, fresh, head, missing], [true, 0, 0, undefined, []])
  assert.deepEqual(await textsOf(bob.read()), [])
  await assert.rejects(bob.entry(0), { code: 'NOT_FOUND' })
  assert.equal(await bob.at(5), undefined)
  assert.deepEqual((await bob.verify()).entries, 0)
})

test('status tells what this device knows, without asking anybody', async () => {
  const world = new World()
  const alice = await world.writer({ linked: true })
  await alice.appendMany(texts(3))
  assert.deepEqual(
    [alice.status().published, alice.status().unsent, alice.status().head, alice.status().publishing],
    [0, 3, undefined, false],
  )
  const { head, publication } = await alice.publish()
  await alice.append('more')
  const { id, ...status } = alice.status()
  assert.deepEqual(id, alice.id)
  assert.deepEqual(status, {
    writable: true,
    head,
    block: publication?.block,
    published: 3,
    newest: texts(3)[2]?.timestamp,
    unsent: 1,
    publishing: false,
    provisional: undefined,
    feedTrouble: undefined,
    sealedPages: 3,
    keptPages: 3,
    paid: { pages: [], entries: [], head: undefined },
  })
  const bob = await world.reader()
  const { value } = await bob.refresh()
  assert.deepEqual([value.published, value.sealedPages, value.keptPages, value.writable], [3, 3, 0, false])
})

test('sync after sync fetches only what is new, also on the device that writes', async () => {
  const world = new World()
  const alice = await linkedLog(world, 10)
  const bob = await world.reader()
  await bob.sync()
  assert.equal((await bob.sync()).costs.chunks, 0)
  assert.equal((await alice.sync()).costs.chunks, 0, 'own pages are kept as they are built')
  await alice.appendMany(texts(2, 10))
  await alice.publish()
  const { fresh, costs } = await bob.sync()
  assert.deepEqual([fresh, costs.chunks <= 5], [2, true])
})

test('verify counts what it read, and progress tells of every phase', async () => {
  const world = new World()
  const alice = await world.writer({ inlineLimit: 10 })
  await alice.appendMany([
    { payload: 'short' },
    { payload: 'longer than ten bytes' },
    { payload: new Uint8Array(9000) },
  ])
  const phases = new Set<string>()
  const onProgress = ({
    phase,
    done,
    total,
  }: {
    phase: string
    done: number
    total?: number | undefined
  }) => {
    phases.add(phase)
    assert.ok(done >= 0 && (total === undefined || done <= total))
  }
  await alice.publish({ onProgress })
  const linked = await world.writer({ linked: true })
  await linked.appendMany(texts(5))
  await linked.publish({ onProgress })
  const bob = await world.reader()
  const report = await bob.verify({ onProgress })
  assert.deepEqual(
    [report.entries, report.payloadBytes, report.byReference, report.ownIds, report.pages],
    [8, 5 + 21 + 9000 + 5 * 7, 2, 0, 7],
  )
  await bob.sync({ onProgress })
  await (await bob.entry(2)).bytes({ onProgress })
  assert.deepEqual([...phases].sort(), ['confirm', 'head', 'index', 'pages', 'payload', 'publish', 'upload'])
})
