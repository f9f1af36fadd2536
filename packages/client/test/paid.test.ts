import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AbortedError, MemoryContentStore, NotFoundError, UnavailableError } from '@remote-log/core'
import fc from 'fast-check'
import {
  decodePaid,
  encodePaid,
  NOTHING_PAID,
  type PaidRun,
  paidAgain,
  paidBefore,
  paidFrom,
} from '../src/paid.ts'
import { pageReferences } from './network-log.ts'
import { bulky, memory, World } from './world.ts'

/** The runs as a list with the batch of each number. */
function spread(runs: readonly PaidRun[]): (string | undefined)[] {
  const list: (string | undefined)[] = []
  for (const { from, to, batch } of runs) for (let i = from; i < to; i++) list[i] = batch
  return Array.from(list)
}

test('the batch of each page and entry is what a plain list says', () => {
  const batch = fc.constantFrom('a', 'b', 'c')
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('publish'),
      pages: fc.nat(4),
      entries: fc.integer({ min: 1, max: 9 }),
      batch,
    }),
    fc.record({ kind: fc.constant('other'), pages: fc.nat(4), entries: fc.nat(9), batch }),
    fc.record({ kind: fc.constant('repair'), pages: fc.nat(40), entries: fc.nat(9), batch }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), steps => {
      let paid = NOTHING_PAID
      const pages: (string | undefined)[] = []
      const entries: (string | undefined)[] = []
      let head: string | undefined
      for (const { kind, batch, ...more } of steps) {
        const to = [pages.length + more.pages, entries.length + more.entries] as const
        if (kind === 'publish') {
          const range = { pages: [pages.length, to[0]], entries: [entries.length, to[1]] } as const
          paid = paidFrom(paid, { ...range, batch })
          while (pages.length < to[0]) pages.push(batch)
          while (entries.length < to[1]) entries.push(batch)
          head = batch
        } else if (kind === 'other') {
          paid = paidBefore(paid, pages.length, entries.length)
          while (pages.length < to[0]) pages.push(undefined)
          while (entries.length < to[1]) entries.push(undefined)
          head = undefined
        } else if (more.pages < pages.length) {
          paid = paidAgain(paid, more.pages, batch)
          pages[more.pages] = batch
        }
      }
      const trimmed = (list: (string | undefined)[]) => list.slice(0, list.findLastIndex(Boolean) + 1)
      assert.deepEqual(spread(paid.pages), trimmed(pages))
      assert.deepEqual(spread(paid.entries), trimmed(entries))
      assert.equal(paid.head, head)
      assert.deepEqual(decodePaid(encodePaid(paid)), paid)
      for (const runs of [paid.pages, paid.entries])
        for (const [i, run] of runs.entries())
          assert.ok(run.from < run.to && (i === 0 || runs[i - 1]!.to <= run.from), JSON.stringify(runs))
    }),
    { seed: 3 },
  )
  assert.throws(() => decodePaid(new TextEncoder().encode('{')), { code: 'LOCAL_DAMAGED' })
})

class PaidStore extends MemoryContentStore {
  batch = 'a'
  override async beginUpload(...args: Parameters<MemoryContentStore['beginUpload']>) {
    return Object.assign(await super.beginUpload(...args), { paidBy: this.batch })
  }
}

test('status says which batch paid for what, across publications, other devices, restarts and repairs', async () => {
  const world = new World()
  const store = new PaidStore({ network: world.network })
  const local = memory()
  let alice = await world.writer({ store, local })
  await alice.appendMany(bulky(30))
  await alice.publish()
  store.batch = 'b'
  await alice.appendMany(bulky(30, 30))
  await alice.publish()
  const own = {
    pages: [
      { from: 0, to: 9, batch: 'a' },
      { from: 9, to: 19, batch: 'b' },
    ],
    entries: [
      { from: 0, to: 30, batch: 'a' },
      { from: 30, to: 60, batch: 'b' },
    ],
  }
  assert.deepEqual(alice.status().paid, { ...own, head: 'b' })

  const phone = await world.writer()
  await phone.appendMany(bulky(30, 60))
  await phone.publish()
  await alice.sync()
  assert.deepEqual(alice.status().paid, { ...own, head: undefined })
  await alice.close()
  alice = await world.writer({ store, local })
  assert.deepEqual(alice.status().paid, { ...own, head: undefined })

  const pages = await pageReferences(world, alice.status().head!)
  for (const index of [4, 25]) world.network.delete(pages[index]!)
  store.batch = 'c'
  assert.equal((await alice.repair()).restored, 2)
  const repaired = [
    { from: 0, to: 4, batch: 'a' },
    { from: 4, to: 5, batch: 'c' },
    { from: 5, to: 9, batch: 'a' },
    { from: 9, to: 19, batch: 'b' },
    { from: 25, to: 26, batch: 'c' },
  ]
  assert.deepEqual(alice.status().paid.pages, repaired)

  const source = {
    expiry: (batch: string) => {
      if (batch === 'a') return Promise.reject(new NotFoundError('it ran out'))
      if (batch === 'b') return Promise.resolve({ expires: 1e12 })
      return Promise.reject(new UnavailableError('no answer'))
    },
  }
  const other = { batch: undefined, state: 'unknown', message: 'uploaded by another device' }
  const [a, b] = [
    { batch: 'a', state: 'expired', message: 'it ran out' },
    { batch: 'b', state: 'until', expires: 1e12 },
  ]
  assert.deepEqual(await alice.lifetimes(source), [
    { part: 'pages', from: 0, to: 4, ...a },
    { part: 'pages', from: 4, to: 5, batch: 'c', state: 'unknown', message: 'no answer' },
    { part: 'pages', from: 5, to: 9, ...a },
    { part: 'pages', from: 9, to: 19, ...b },
    { part: 'pages', from: 19, to: 25, ...other },
    { part: 'pages', from: 25, to: 26, batch: 'c', state: 'unknown', message: 'no answer' },
    { part: 'pages', from: 26, to: 29, ...other },
    { part: 'payloads', from: 0, to: 30, ...a },
    { part: 'payloads', from: 30, to: 60, ...b },
    { part: 'payloads', from: 60, to: 90, ...other },
    { part: 'head', ...other },
  ])
  const aborted = { expiry: () => Promise.reject(new AbortedError('stopped')) }
  await assert.rejects(alice.lifetimes(aborted), { code: 'ABORTED' })
  await alice.forget()
  assert.deepEqual(alice.status().paid, NOTHING_PAID)
})
