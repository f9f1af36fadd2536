import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chunkPayload, MemoryContentStore, referenceFromBytes, UnavailableError } from '@remote-log/core'
import { decodeHead } from '../src/anchor.ts'
import { pageReferences } from './network-log.ts'
import { bulky, LOG, texts, textsOf, World } from './world.ts'

const names = (count: number, first = 0) => texts(count, first).map(({ payload }) => payload)

test('a page that is missing is listed with exactly its entries, all others are kept, and a later sync completes', async () => {
  for (const ranges of [true, false]) {
    const world = new World()
    const alice = await world.writer()
    await alice.appendMany(bulky(900))
    await alice.publish()
    const pages = alice.status().sealedPages
    assert.equal(pages, 299)
    const references = await pageReferences(world, alice.status().head!)
    const lost = [0, 5, 6, 130, 297, 298]
    const taken = lost.map(index => [references[index]!, world.network.get(references[index]!)!] as const)
    for (const [reference] of taken) world.network.delete(reference)
    const bob = await world.reader({ ranges })
    const statement = await bob.sync()
    assert.deepEqual(
      statement.missing.map(({ from, to, reason }) => [from, to, reason]),
      [
        [0, 3, 'NOT_FOUND'],
        [15, 21, 'NOT_FOUND'],
        [390, 393, 'NOT_FOUND'],
        [891, 897, 'NOT_FOUND'],
      ],
    )
    assert.deepEqual([statement.complete, statement.entries, bob.status().keptPages], [false, 900, 293])
    assert.deepEqual(await textsOf(bob.read({ from: 21, to: 390 })), names(369, 21))
    assert.deepEqual(
      await textsOf(bob.read({ from: 393, to: 891, reverse: true })),
      names(498, 393).reverse(),
    )
    await assert.rejects(textsOf(bob.read()), { code: 'NOT_FOUND' })
    await assert.rejects(bob.entry(16), { code: 'NOT_FOUND' })
    assert.equal(await (await bob.entry(30)).text().then(text => text.replace(/\0+$/, '')), 'entry 30')

    world.network.set(...taken[1]!)
    const some = await bob.sync()
    assert.deepEqual(
      some.missing.map(({ from, to }) => [from, to]),
      [
        [0, 3],
        [18, 21],
        [390, 393],
        [891, 897],
      ],
    )
    for (const [reference, bytes] of taken) world.network.set(reference, bytes)
    const rest = await bob.sync()
    assert.deepEqual([rest.complete, rest.fresh, rest.missing], [true, 0, []])
    assert.deepEqual(await textsOf(bob.read()), names(900))
  }
})

test('an inner node that is missing costs the pages below it, and no others', async () => {
  const world = new World()
  const alice = await world.writer()
  await alice.appendMany(bulky(900))
  await alice.publish()
  const { roots } = decodeHead(
    chunkPayload(world.network.get(alice.status().head!)!),
    LOG,
    alice.status().head!,
  )
  // The root's second child: the inner chunk above pages 128 to 255.
  const second = referenceFromBytes(chunkPayload(world.network.get(roots.history)!).subarray(32, 64))
  const bytes = world.network.get(second)!
  world.network.delete(second)
  const bob = await world.reader()
  const { missing } = await bob.sync()
  assert.deepEqual(
    missing.map(({ from, to, reason }) => [from, to, reason]),
    [[384, 768, 'NOT_FOUND']],
  )
  assert.equal(bob.status().keptPages, 299 - 128)
  world.network.set(second, bytes)
  assert.ok((await bob.sync()).complete)
  assert.deepEqual(await textsOf(bob.read()), names(900))
})

test('a store that falls silent in the middle is not asked for every page, and the rest is listed', async () => {
  const world = new World()
  const alice = await world.writer({ linked: true })
  await alice.appendMany(texts(2000))
  await alice.publish()
  let left = 700
  let asked = 0
  class Failing extends MemoryContentStore {
    override async get(...args: Parameters<MemoryContentStore['get']>): Promise<Uint8Array> {
      asked++
      if (left-- > 0) return super.get(...args)
      throw new UnavailableError('no answer')
    }
  }
  const bob = await world.open({ store: new Failing({ network: world.network }), ranges: false })
  const statement = await bob.sync()
  assert.ok(asked < 1500, `asked ${asked} times`)
  const [first] = statement.missing
  assert.deepEqual([statement.missing.length, first?.reason, first?.from], [1, 'UNAVAILABLE', 0])
  assert.equal(bob.status().keptPages, 2000 - first!.to, 'the newest are there')
  left = 1e9
  assert.ok((await bob.sync()).complete)
})
