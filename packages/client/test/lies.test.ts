import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HostileContentStore, type StoreAttack, seededReference } from '@remote-log/conformance'
import {
  chunkPayload,
  DirectoryBuilder,
  decodePage,
  emptyLogState,
  encodeHeadPage,
  encodeSealedPage,
  HistoryBuilder,
  LogBuilder,
  logHash,
  MemoryContentStore,
  makeChunk,
  type Page,
  type Reference,
  RefusedError,
  topicOf,
} from '@remote-log/core'
import { pageReferences, put } from './network-log.ts'
import { bulky, ID, LOG, memory, START, texts, textsOf, World } from './world.ts'

const names = (count: number, first = 0) => texts(count, first).map(({ payload }) => payload)

/** A log of `count` entries built by hand, so that each of its parts can be bent before it is named. */
function build(world: World, count: number) {
  const builder = new LogBuilder(emptyLogState(LOG))
  const sealed: Page[] = []
  for (const { payload, timestamp } of bulky(count)) {
    const id = 'ee'.repeat(32) as never
    const { chunks } = builder.append({ timestamp, id, content: { kind: 'embedded', data: payload } })
    const [page] = chunks
    if (page) sealed.push(decodePage(chunkPayload(page.bytes), { kind: 'sealed', log: LOG }))
    put(world, ...chunks)
  }
  const head = builder.head()
  put(world, ...head.edge, head.page)
  return {
    builder,
    sealed,
    head,
    page: decodePage(chunkPayload(head.page.bytes), { kind: 'head', log: LOG }),
  }
}

/** The log's head page with other contents, and the name system that states it. */
function restate(world: World, page: Page): Reference {
  const chunk = makeChunk(encodeHeadPage(page))
  put(world, chunk)
  world.chain.mine(LOG, chunk.reference)
  return chunk.reference
}

test('a head that is no page, no chunk of one page, or the page of another log is refused and named', async () => {
  const noPage = makeChunk(new TextEncoder().encode('<html>'))
  const inner = makeChunk(new Uint8Array(64), 8192)
  const foreign = new LogBuilder(emptyLogState(logHash({ ...ID, topic: topicOf('another') })))
  foreign.append({
    timestamp: START,
    id: 'ee'.repeat(32) as never,
    content: { kind: 'embedded', data: new Uint8Array(1) },
  })
  for (const [chunk, code, rule] of [
    [noPage, 'INVALID_PAGE', undefined],
    [inner, 'CORRUPT', undefined],
    [foreign.head().page, 'INVALID_PAGE', 'log'],
  ] as const) {
    const world = new World()
    put(world, chunk)
    world.chain.mine(LOG, chunk.reference)
    const bob = await world.reader()
    for (const ask of [
      () => bob.sync(),
      () => bob.entry(0),
      () => bob.at(0),
      () => bob.verify(),
      () => textsOf(bob.read()),
    ]) {
      await assert.rejects(ask(), error => {
        const { code: got, details } = error as { code: string; details: Record<string, unknown> }
        assert.equal(got, code)
        assert.equal(details.reference, chunk.reference)
        if (rule) assert.equal(details.rule, rule)
        return true
      })
    }
    assert.equal(bob.status().head, undefined)
  }
})

test('a head that the store does not have is NOT_FOUND; the log is there when the chunk is', async () => {
  const world = new World()
  const head = seededReference('nowhere')
  world.chain.mine(LOG, head)
  const bob = await world.reader()
  await assert.rejects(bob.sync(), { code: 'NOT_FOUND' })
  await assert.rejects(textsOf(bob.read()), { code: 'NOT_FOUND' })
})

test('a chunk that is wrong, cut, empty or exchanged is never taken for the log', async () => {
  for (const attack of ['wrong bytes', 'short bytes', 'no bytes', 'another chunk'] satisfies StoreAttack[]) {
    const world = new World()
    const alice = await world.writer()
    await alice.appendMany(bulky(30))
    const { head } = await alice.publish()
    const [page] = [...world.network.keys()].filter(reference => reference !== head)
    // In the network: the store's own check finds it.
    const bytes = world.network.get(page!)!
    const bent =
      attack === 'wrong bytes'
        ? bytes.map(byte => byte ^ 1)
        : bytes.subarray(0, attack === 'no bytes' ? 0 : 900)
    world.network.set(page!, attack === 'another chunk' ? world.network.get(head!)! : bent)
    const bob = await world.reader()
    const { complete, missing } = await bob.sync()
    assert.deepEqual(
      [complete, missing.map(({ from, to, reason }) => [from, to, reason])],
      [false, [[0, 3, 'CORRUPT']]],
    )
    await assert.rejects(textsOf(bob.read()), { code: 'CORRUPT' })
    assert.deepEqual(await textsOf(bob.read({ from: 3 })), names(27, 3))
    world.network.set(page!, bytes)
    assert.ok((await bob.sync()).complete)
    assert.deepEqual(await textsOf(bob.read()), names(30))
  }
})

test('a store that breaks its promise to verify is found out by the format or the links, not believed', async () => {
  for (const attack of ['short bytes', 'no bytes', 'another chunk'] satisfies StoreAttack[]) {
    const world = new World()
    const alice = await world.writer()
    await alice.appendMany(bulky(30))
    const { head } = await alice.publish()
    const victims = (reference: Reference) => reference !== head
    const store = new HostileContentStore(world.otherNode(), { attack, victims, instead: head! })
    const bob = await world.open({ store, names: world.names })
    const read = await textsOf(bob.read()).catch(error => {
      assert.match(error.code, /CORRUPT|INVALID_PAGE/)
      return 'refused'
    })
    assert.equal(read, 'refused', attack)
  }
})

/** A store whose range requests give what a hostile gateway likes. */
class LyingRanges extends MemoryContentStore {
  lie: 'zeros' | 'cut' | 'shifted' | 'endless' | 'refused' | 'flipped' = 'zeros'
  ranges = 0

  protected override async *range(...[root, from, length, signal]: Parameters<MemoryContentStore['range']>) {
    this.ranges++
    if (this.lie === 'refused') {
      throw new RefusedError('no ranges here', { reason: 'range' })
    }
    if (this.lie === 'zeros') {
      yield new Uint8Array(length)
      return
    }
    if (this.lie === 'cut') {
      yield* super.range(root, from, Math.floor(length / 3), signal)
      return
    }
    let at = 0
    const offset = this.lie === 'shifted' ? 4096 : 0
    for await (const piece of super.range(root, from, length, signal)) {
      if (at >= offset) yield this.lie === 'flipped' && at === 40_960 ? piece.map(byte => byte ^ 255) : piece
      at += piece.length
    }
    while (this.lie === 'endless') yield new Uint8Array(4096)
  }
}

test('a range that lies, is cut or never ends costs time, never a wrong byte', async () => {
  const world = new World()
  const alice = await world.writer()
  await alice.appendMany(bulky(900))
  await alice.publish()
  // Of three segments: two tries that bring nothing, a try for each third that was cut or each leaf that was forged.
  const tries = { zeros: 6, cut: 18, shifted: 6, endless: 3, refused: 3, flipped: 28 }
  for (const lie of ['zeros', 'cut', 'shifted', 'endless', 'refused', 'flipped'] as const) {
    const store = new LyingRanges({ network: world.network })
    store.lie = lie
    const bob = await world.open({ store })
    assert.ok((await bob.sync()).complete, lie)
    assert.equal(store.ranges, tries[lie], lie)
    assert.deepEqual(await textsOf(bob.read()), names(900))
    const carol = await world.open({ store })
    assert.deepEqual(await textsOf(carol.read({ reverse: true })), names(900).reverse())
  }
})

for (const lie of ['flipped', 'cut'] as const) {
  test(`a byte budget is obeyed by ranges that are ${lie}, inner chunks that tell included`, async () => {
    const world = new World()
    const alice = await world.writer()
    await alice.appendMany(bulky(900))
    await alice.publish()
    const store = new LyingRanges({ network: world.network })
    store.lie = lie
    for (let byteBudget = 300_000; byteBudget < 900_000; byteBudget += 100_000) {
      const bob = await world.open({ store })
      const { missing, costs } = await bob.sync({ byteBudget })
      assert.ok(costs.bytes <= byteBudget, `${costs.bytes} of ${byteBudget}`)
      assert.ok(missing.length > 0 && missing.every(({ reason }) => reason === 'BUDGET_EXCEEDED'))
      assert.ok((await bob.sync()).complete)
      assert.deepEqual(await textsOf(bob.read()), names(900))
    }
  })
}

for (const [what, bend] of [
  [
    'names another page',
    (reference: Reference, seq: number, time: number) => [seededReference(reference), seq, time],
  ],
  [
    'shifts seqs',
    (reference: Reference, seq: number, time: number) => [reference, seq === 0 ? 0 : seq + 1, time],
  ],
  [
    'shifts times',
    (reference: Reference, seq: number, time: number) => [reference, seq, seq === 0 ? 0 : time + 60_000],
  ],
] as const) {
  test(`a directory that ${what} is found out: the history leads to the right entry`, async () => {
    const world = new World()
    const { sealed, page } = build(world, 60)
    const directory = new DirectoryBuilder()
    const references = await pageReferences(world, restate(world, page))
    for (const [index, { firstSeq, baseTimestamp }] of sealed.entries()) {
      const [reference, seq, time] = bend(references[index]!, firstSeq, baseTimestamp) as [
        Reference,
        number,
        number,
      ]
      directory.append({ reference, firstSeq: seq, time })
    }
    const root = directory.root()
    put(world, ...root.chunks)
    restate(world, { ...page, roots: { ...page.roots!, directory: root.reference } })
    const bob = await world.reader()
    for (let seq = 0; seq < 60; seq++) {
      assert.equal((await (await bob.entry(seq)).text()).replace(/\0+$/, ''), `entry ${seq}`)
      assert.equal((await bob.at(START + seq * 60_000))?.seq, seq)
    }
    assert.equal(await bob.at(START + 60 * 60_000), undefined)
    await assert.rejects(bob.verify(), error => {
      const { code, details } = error as { code: string; details: { tree: string } }
      assert.deepEqual([code, details.tree], ['CORRUPT', 'directory'])
      return true
    })
    assert.ok((await bob.sync()).complete, 'the history decides')
    assert.deepEqual(await textsOf(bob.read()), names(60))
    assert.equal((await bob.entry(33)).seq, 33, 'with all pages here the directory is not needed')
  })
}

test('a directory that is not to be had is done without', async () => {
  const world = new World()
  const { page } = build(world, 60)
  restate(world, page)
  world.network.delete(page.roots!.directory)
  const bob = await world.reader()
  assert.equal((await bob.entry(33)).seq, 33)
  assert.equal((await bob.at(START + 7 * 60_000))?.seq, 7)
})

test('a directory that leads to a forged page of the right seqs is found out', async () => {
  const world = new World()
  const { sealed, page } = build(world, 60)
  const references = await pageReferences(world, restate(world, page))
  const forged = makeChunk(
    encodeSealedPage({
      ...sealed[7]!,
      entries: sealed[7]!.entries.map(entry => ({
        ...entry,
        content: { kind: 'embedded', data: new TextEncoder().encode('forged') },
      })),
    }),
  )
  const directory = new DirectoryBuilder()
  for (const [index, { firstSeq, baseTimestamp: time }] of sealed.entries()) {
    const reference = index === 7 ? forged.reference : references[index]!
    put(world, ...directory.append({ reference, firstSeq, time }))
  }
  const root = directory.root()
  put(world, forged, ...root.chunks)
  restate(world, { ...page, roots: { ...page.roots!, directory: root.reference } })
  const bob = await world.reader()
  const { firstSeq } = sealed[7]!
  assert.equal((await (await bob.entry(firstSeq)).text()).replace(/\0+$/, ''), `entry ${firstSeq}`)
  assert.equal(
    await (await bob.at(START + firstSeq * 60_000))?.text(),
    await (await bob.entry(firstSeq)).text(),
  )
})

test('a page that names another page before it, or a head that does, is INVALID_PAGE', async () => {
  for (const bent of ['sealed', 'head'] as const) {
    const world = new World()
    const { sealed, page } = build(world, 60)
    const references = await pageReferences(world, restate(world, page))
    const tail = seededReference('no page of this log')
    const forged = makeChunk(encodeSealedPage({ ...sealed[7]!, tail }))
    const history = new HistoryBuilder()
    const pages = bent === 'sealed' ? references.with(7, forged.reference) : references
    for (const reference of pages) put(world, ...history.append(reference))
    const root = history.root()
    put(world, forged, ...root.chunks)
    const roots = { ...page.roots!, history: root.reference }
    restate(world, { ...page, roots, ...(bent === 'head' ? { tail } : {}) })
    for (const ranges of [true, false]) {
      const bob = await world.reader({ ranges })
      for (const ask of [
        () => bob.sync(),
        () => bob.verify(),
        () => textsOf(bob.read()),
        () => textsOf(bob.read({ reverse: true })),
      ]) {
        await assert.rejects(ask(), error => {
          const { code, details } = error as { code: string; details: { rule: string } }
          assert.deepEqual([code, details.rule], ['INVALID_PAGE', 'tail'])
          return true
        })
      }
    }
  }
})

test('a history whose pages do not follow each other is INVALID_PAGE', async () => {
  const world = new World()
  const { page } = build(world, 60)
  const references = await pageReferences(world, restate(world, page))
  for (const swap of [
    (all: Reference[]) => [all[1]!, all[0]!, ...all.slice(2)],
    (all: Reference[]) => [...all.slice(0, 7), all[6]!, ...all.slice(8)],
    (all: Reference[]) => [...all.slice(0, -1), all[2]!],
  ]) {
    const history = new HistoryBuilder()
    for (const reference of swap([...references])) put(world, ...history.append(reference))
    const root = history.root()
    put(world, ...root.chunks)
    restate(world, { ...page, roots: { ...page.roots!, history: root.reference } })
    const bob = await world.reader({ local: memory() })
    await assert.rejects(bob.sync(), { code: 'INVALID_PAGE' })
    await assert.rejects(textsOf(bob.read()), { code: 'INVALID_PAGE' })
    await assert.rejects(textsOf(bob.read({ reverse: true })), { code: 'INVALID_PAGE' })
    await assert.rejects(bob.verify(), { code: 'INVALID_PAGE' })
  }
})

test('a payload that is missing, cut or of another length is an error of its reading alone', async () => {
  const world = new World()
  const alice = await world.writer()
  await alice.append(new Uint8Array(9000).fill(7))
  await alice.append('small')
  await alice.publish()
  const bob = await world.reader()
  assert.ok((await bob.sync()).complete)
  const entry = await bob.entry(0)
  assert.ok(entry.content.kind === 'reference')
  const root = entry.content.reference
  const bytes = world.network.get(root)!
  world.network.delete(root)
  await assert.rejects(entry.bytes(), { code: 'NOT_FOUND' })
  await assert.rejects(bob.verify(), { code: 'NOT_FOUND' })
  world.network.set(root, bytes.subarray(0, bytes.length - 32))
  await assert.rejects(entry.bytes(), { code: 'CORRUPT' })
  world.network.set(root, bytes)
  assert.deepEqual(await entry.bytes(), new Uint8Array(9000).fill(7))
  assert.equal(await (await bob.entry(1)).text(), 'small')

  // An entry that states another length than its file has.
  const { builder } = build(world, 1)
  const content = { kind: 'reference', reference: root, length: 9001 } as const
  builder.append({ timestamp: START + 60_000, id: 'ee'.repeat(32) as never, content })
  const { page } = builder.head()
  put(world, page)
  world.chain.mine(LOG, page.reference)
  const carol = await world.reader()
  await assert.rejects(
    carol.entry(1).then(wrong => wrong.bytes()),
    { code: 'CORRUPT', details: { reference: root, length: 9001 } },
  )
})
