import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HostileNameSystem } from '@remote-log/conformance'
import {
  chunkPayload,
  type ErrorCode,
  encodeHeadPage,
  HistoryBuilder,
  makeChunk,
  type Reference,
  RemoteLogError,
} from '@remote-log/core'
import { decodeHead } from '../src/anchor.ts'
import type { RemoteLog } from '../src/index.ts'
import { pageReferences, put } from './network-log.ts'
import { bulky, LOG, memory, reopened, texts, textsOf, World } from './world.ts'

const names = (count: number, first = 0) => texts(count, first).map(({ payload }) => payload)

async function codeOf(promise: Promise<unknown>): Promise<RemoteLogError> {
  const error = await promise.then(
    () => assert.fail('nothing was thrown'),
    (error: unknown) => error,
  )
  assert.ok(error instanceof RemoteLogError, String(error))
  return error
}

/** Publishes `counts` one after the other and gives each head. */
async function heads(world: World, counts: readonly number[], log?: RemoteLog): Promise<Reference[]> {
  const alice = log ?? (await world.writer())
  const found: Reference[] = []
  let first = 0
  for (const count of counts) {
    await alice.appendMany(bulky(count, first))
    first += count
    found.push((await alice.publish()).head!)
  }
  return found
}

/** Every way to ask meets the same error, and the copy on this device stays as it was; then forgetting helps. */
async function refusesAndRecovers(
  bob: RemoteLog,
  code: ErrorCode,
  kept: readonly string[],
  evidence: Record<string, unknown>,
  after: readonly string[],
): Promise<void> {
  const before = bob.status()
  for (const ask of [
    () => bob.sync(),
    () => bob.refresh(),
    () => bob.verify(),
    () => bob.entry(10_000),
    () => bob.watch({ intervalMs: 0 })[Symbol.asyncIterator]().next(),
  ]) {
    const error = await codeOf(ask())
    assert.equal(error.code, code)
    for (const [name, value] of Object.entries(evidence)) assert.equal(error.details[name], value, name)
    assert.deepEqual(bob.status(), before)
  }
  assert.deepEqual(await textsOf(bob.read()), kept)
  await bob.forget()
  assert.equal(bob.status().head, undefined)
  assert.ok((await bob.sync()).complete)
  assert.deepEqual(await textsOf(bob.read()), after)
}

test('an answer from an older block is STALE, and a provider that has caught up is followed again', async () => {
  const world = new World()
  const hostile = new HostileNameSystem(world.names)
  const [first, second] = await heads(world, [2])
  const alice = await world.writer()
  const bob = await world.reader({ names: hostile })
  await bob.sync()
  await alice.append('entry 2')
  const head = (await alice.publish()).head
  await bob.sync()
  hostile.attack = 'stale head'
  const error = await codeOf(bob.sync())
  assert.equal(error.code, 'STALE')
  assert.deepEqual([error.details.head, error.details.trustedHead], [first, head])
  assert.ok(Number(error.details.block) < Number(error.details.trustedBlock))
  assert.deepEqual(await textsOf(bob.read()), names(3))
  assert.equal(second, undefined)
  hostile.attack = undefined
  assert.ok((await bob.sync()).complete)
})

for (const [what, counts] of [
  ['in the head page', [1, 1]],
  ['a page back', [2, 5]],
  ['200 pages back', [1, 600]],
] as const) {
  test(`an earlier head in a newer block is ROLLBACK, ${what}`, async () => {
    const world = new World()
    const [first, second] = await heads(world, counts)
    const bob = await world.reader()
    await bob.sync()
    world.chain.mine(LOG, first)
    const all = names(counts[0] + counts[1])
    const evidence = { trustedHead: second, head: first }
    await refusesAndRecovers(bob, 'ROLLBACK', all, evidence, all.slice(0, counts[0]))
  })
}

for (const [what, base, other] of [
  ['of the same length', 5, 2],
  ['that is longer', 5, 40],
  ['that is shorter', 0, 1],
  ['that has one page more', 5, 5],
  ['that differs in the open page alone', 6, 1],
  ['that differs in the open page alone, sealed since', 6, 4],
  ['that differs in the open page alone, several pages ago', 6, 30],
] as const) {
  test(`another history, ${what}, is REWRITTEN`, async () => {
    const world = new World()
    const [trusted] = await heads(world, [7])
    const bob = await world.reader()
    await bob.sync()
    const elsewhere = new World()
    const forger = await elsewhere.writer({ store: world.store })
    await forger.appendMany(bulky(base))
    await forger.appendMany(bulky(other, 1000))
    const { head } = await forger.publish()
    world.chain.mine(LOG, head)
    const forged = [...names(base), ...names(other, 1000)]
    await refusesAndRecovers(bob, 'REWRITTEN', names(7), { trustedHead: trusted, head }, forged)
  })
}

for (const [what, after] of [
  ['the same open page', 0],
  ['one page more', 3],
  ['many pages more', 30],
] as const) {
  test(`a history with one old page exchanged is REWRITTEN, though all else is as it was: ${what}`, async () => {
    const world = new World()
    const [trusted] = await heads(world, [7])
    const bob = await world.reader()
    await bob.sync()
    // The writer of the log forges its own past: the links are those of the old pages, the tree is not.
    const alice = await world.writer()
    if (after > 0) {
      await alice.appendMany(bulky(after, 7))
      await alice.publish()
    }
    const { head } = world.chain.headAt(LOG)
    const page = decodeHead(chunkPayload(world.network.get(head!)!), LOG, head!)
    const references = await pageReferences(world, head!)
    const first = world.network.get(references[0]!)!
    const forged = makeChunk(chunkPayload(first).with(chunkPayload(first).indexOf(0x65, 150), 0x45))
    const history = new HistoryBuilder()
    for (const reference of references.with(0, forged.reference)) put(world, ...history.append(reference))
    const root = history.root()
    const chunk = makeChunk(encodeHeadPage({ ...page, roots: { ...page.roots, history: root.reference } }))
    put(world, forged, ...root.chunks, chunk)
    world.chain.mine(LOG, chunk.reference)
    const { code, details } = await codeOf(bob.sync())
    assert.deepEqual([code, details.trustedHead, details.head], ['REWRITTEN', trusted, chunk.reference])
    assert.deepEqual(await textsOf(bob.read()), names(7))
  })
}

test('a log that is no longer there at all is REWRITTEN', async () => {
  const world = new World()
  const hostile = new HostileNameSystem(world.names)
  const [trusted] = await heads(world, [3])
  const bob = await world.reader({ names: hostile })
  await bob.sync()
  hostile.attack = 'no head'
  const error = await codeOf(bob.sync())
  assert.deepEqual([error.code, error.details.trustedHead], ['REWRITTEN', trusted])
  assert.deepEqual(await textsOf(bob.read()), names(3))
})

for (const [what, more] of [
  ['the head before it stands again', 0],
  ['another head stands', 2],
] as const) {
  test(`a trusted block that is no longer canonical is REORG: ${what}`, async () => {
    const world = new World()
    await heads(world, [3])
    const before = world.chain.headAt(LOG)
    const alice = await world.writer()
    await alice.appendMany(bulky(4, 3))
    const { head: trusted } = await alice.publish()
    const bob = await world.reader()
    await bob.sync()
    world.chain.reorganise(1, 2)
    if (more > 0) {
      const other = await world.writer()
      await other.appendMany(bulky(more, 50))
      await other.publish()
    }
    const { head } = world.chain.headAt(LOG)
    if (more === 0) assert.equal(head, before.head)
    const evidence = { trustedHead: trusted, head }
    await refusesAndRecovers(bob, 'REORG', names(7), evidence, [...names(3), ...names(more, 50)])
  })
}

test('a reorganisation after which the same head stands again is not worth a word', async () => {
  const world = new World()
  await heads(world, [3])
  const bob = await world.reader()
  await bob.sync()
  const { head } = world.chain.headAt(LOG)
  world.chain.reorganise(1, 1)
  world.chain.mine(LOG, head)
  assert.ok((await bob.sync()).complete)
  assert.equal(bob.status().block?.hash, world.chain.headAt(LOG).block.hash)
})

test('a writer that meets a rewritten log keeps its unsent entries, and publishes them after forgetting', async () => {
  const world = new World()
  const local = memory()
  const alice = await world.writer({ local: reopened(local) })
  await heads(world, [4], alice)
  await alice.append('mine')
  const forger = await new World().writer({ store: world.store })
  await forger.append('forged')
  world.chain.mine(LOG, (await forger.publish()).head)
  assert.equal((await codeOf(alice.publish())).code, 'REWRITTEN')
  await alice.forget()
  const again = await world.writer({ local: reopened(local) })
  assert.equal(again.status().unsent, 1)
  await again.publish()
  assert.deepEqual(await textsOf((await world.reader()).read()), ['forged', 'mine'])
})

test('a read that is under way when the log is forgotten goes on from the store', async () => {
  const world = new World()
  await heads(world, [30])
  const bob = await world.reader()
  await bob.sync()
  const seen: string[] = []
  for await (const entry of bob.read()) {
    seen.push((await entry.text()).replace(/\0+$/, ''))
    if (entry.seq === 10) await bob.forget()
  }
  assert.deepEqual(seen, names(30))
})

test('forget refuses while the outcome of a publication is unknown, unless it is told to', async () => {
  const world = new World()
  const hostile = new HostileNameSystem(world.names, 'lost receipt')
  const alice = await world.writer({ names: hostile })
  await alice.append('x')
  assert.equal((await codeOf(alice.publish())).code, 'UNAVAILABLE')
  assert.equal((await codeOf(alice.forget())).code, 'REFUSED')
  await alice.forget({ evenUnsettled: true })
  hostile.attack = undefined
  await alice.publish()
  assert.deepEqual(await textsOf(alice.read()), ['x', 'x'], 'as the docs say')
})

test('a head that is behind at a safer depth is STALE only where a newer one was trusted', async () => {
  const world = new World()
  await heads(world, [2, 3])
  const bob = await world.reader()
  assert.equal((await bob.sync({ at: 'finalized' })).entries, 5)
})
