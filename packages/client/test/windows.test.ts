import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryContentStore, type Reference } from '@remote-log/core'
import { ManualClock } from '@remote-log/devnet'
import fc from 'fast-check'
import type { SyncStatement } from '../src/index.ts'
import { pageReferences } from './network-log.ts'
import { memory, reopened, texts, textsOf, World } from './world.ts'

const names = (count: number, first = 0) => texts(count, first).map(({ payload }) => payload)

/** A store whose answers come one after the other, each in its time by a clock that a test holds; it counts them. */
class SlowStore extends MemoryContentStore {
  readonly asked: Reference[] = []
  readonly clock: ManualClock
  /** Milliseconds that the next answers take. */
  ms = 1
  silent = false

  constructor(world: World, clock: ManualClock) {
    super({ network: world.network })
    this.clock = clock
  }

  #last: Promise<unknown> = Promise.resolve()

  override get(...[reference, options]: Parameters<MemoryContentStore['get']>): Promise<Uint8Array> {
    const answer = this.#last.then(async () => {
      if (this.silent) await new Promise(resolve => options?.signal?.addEventListener('abort', resolve))
      const bytes = await super.get(reference, options)
      this.asked.push(reference)
      this.clock.advance(this.ms)
      return bytes
    })
    this.#last = answer.catch(() => undefined)
    return answer
  }
}

async function linkedLog(pages: number): Promise<{ world: World; references: Reference[] }> {
  const world = new World()
  const alice = await world.writer({ linked: true })
  await alice.appendMany(texts(pages))
  const { head } = await alice.publish()
  return { world, references: await pageReferences(world, head!) }
}

function windowed(world: World, local = memory()) {
  const clock = new ManualClock()
  const store = new SlowStore(world, clock)
  return { clock, store, log: () => world.reader({ local: reopened(local), store, clock, ranges: false }) }
}

function gapOf({ missing }: SyncStatement): [number, number] {
  assert.equal(missing.length, 1)
  assert.equal(missing[0]!.reason, 'BUDGET_EXCEEDED')
  return [missing[0]!.from, missing[0]!.to]
}

test('any sequence of budgets completes a log, newest page first, and fetches no page twice', async () => {
  const { world, references } = await linkedLog(150)
  const indexOf = new Map(references.map((reference, index) => [reference, index]))
  const budgets = fc.record(
    { byteBudget: fc.integer({ min: 0, max: 300_000 }), timeBudgetMs: fc.integer({ min: 20, max: 120 }) },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(budgets, { maxLength: 12 }), async windows => {
      const { clock, store, log } = windowed(world)
      let oldest = 150
      for (const window of [...windows, {}]) {
        const began = clock.now()
        const statement = await (await log()).sync(window)
        if ('timeBudgetMs' in window) assert.ok(clock.now() - began <= window.timeBudgetMs!)
        const got = store.asked.splice(0).flatMap(reference => indexOf.get(reference) ?? [])
        assert.deepEqual(
          got,
          Array.from(got, (_, i) => oldest - 1 - i),
          'from the newest missing page back, each once',
        )
        oldest -= got.length
        if (statement.complete) assert.equal(oldest, 0)
        else assert.deepEqual(gapOf(statement), [0, oldest])
      }
      assert.equal(oldest, 0)
    }),
    { numRuns: 25, seed: 7 },
  )
})

test('a window ends in time although answers become slow in it, and keeps what it has', async () => {
  const { world } = await linkedLog(300)
  const { clock, store, log } = windowed(world)
  const bob = await log()
  const began = clock.now()
  store.ms = 2
  const statement = await bob.sync({
    timeBudgetMs: 400,
    onProgress: ({ phase, done }) => {
      if (phase === 'pages' && done === 40) store.ms = 100
    },
  })
  assert.ok(clock.now() - began <= 400 + 100, 'the answer that was under way is the last')
  const [from, to] = gapOf(statement)
  assert.equal(from, 0)
  assert.ok(to <= 260, `${300 - to} pages`)
  assert.deepEqual(await textsOf(bob.read({ from: to })), names(300 - to, to))
  store.ms = 0
  assert.ok((await bob.sync()).complete)
})

test('a store that falls silent costs no more than the window', async () => {
  const { world } = await linkedLog(100)
  const { clock, store, log } = windowed(world)
  const bob = await log()
  const syncing = bob.sync({
    timeBudgetMs: 1000,
    onProgress: ({ phase, done }) => {
      if (phase === 'pages' && done === 10) store.silent = true
    },
  })
  while (!store.silent) await new Promise(setImmediate)
  clock.advance(1000)
  const [from, to] = gapOf(await syncing)
  assert.deepEqual([from, 100 - to], [0, bob.status().keptPages])
  assert.ok(to <= 90)
})

test('time that is too short for the head is BUDGET_EXCEEDED, the own signal stays ABORTED', async () => {
  const { world } = await linkedLog(5)
  const { clock, store, log } = windowed(world)
  const bob = await log()
  store.silent = true
  const soon = assert.rejects(bob.sync({ timeBudgetMs: 50 }), { code: 'BUDGET_EXCEEDED' })
  await new Promise(setImmediate)
  clock.advance(50)
  await soon
  const own = new AbortController()
  const stopped = assert.rejects(bob.sync({ timeBudgetMs: 50, signal: own.signal }), { code: 'ABORTED' })
  await new Promise(setImmediate)
  own.abort()
  await stopped
  for (const timeBudgetMs of [-1, 0.5, Number.NaN])
    await assert.rejects(bob.sync({ timeBudgetMs }), { code: 'INVALID_ARGUMENT' })
})
