import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type CallOptions,
  chunkPayload,
  MemoryContentStore,
  type Reference,
  referenceFromBytes,
  UnavailableError,
} from '@remote-log/core'
import fc from 'fast-check'
import { decodeHead } from '../src/anchor.ts'
import type { AuditReport, RemoteLog } from '../src/index.ts'
import { pageReferences } from './network-log.ts'
import { bulky, LOG, texts, textsOf, World } from './world.ts'

const BIG = new Uint8Array(140 * 4096 + 5).map((_, i) => (i * 7) % 251)
const SMALL = BIG.slice(0, 9000).map(byte => byte ^ 1)

/** A published log with 299 sealed pages, an index of two levels each, and payloads by reference. */
async function publishedWorld(): Promise<{
  world: World
  alice: RemoteLog
  all: ReadonlyMap<Reference, Uint8Array>
}> {
  const world = new World()
  const alice = await world.writer()
  await alice.appendMany(bulky(450))
  await alice.append(BIG, { timestamp: texts(1, 450)[0]!.timestamp })
  await alice.appendMany(bulky(450, 451))
  await alice.append(SMALL, { timestamp: texts(1, 901)[0]!.timestamp })
  await alice.publish()
  return { world, alice, all: new Map(world.network) }
}

function references(report: AuditReport): Reference[] {
  return report.lost.map(({ reference }) => reference).sort()
}

const payloads = ({ seq }: { readonly seq: number }) =>
  seq === 450 ? [BIG] : seq === 901 ? [SMALL] : undefined

test('an audit of a whole log fetches every one of its chunks once, and finds nothing', async () => {
  const { world, all } = await publishedWorld()
  const asked: Reference[] = []
  class Counting extends MemoryContentStore {
    override get(reference: Reference, options?: CallOptions): Promise<Uint8Array> {
      asked.push(reference)
      return super.get(reference, options)
    }
  }
  const bob = await world.reader()
  await bob.sync()
  const carol = await world.open({ store: new Counting({ network: world.network }) })
  for (const log of [bob, carol]) {
    const report = await log.audit()
    assert.deepEqual([report.complete, report.lost, report.unknown], [true, [], []])
    assert.deepEqual([report.sound, report.entries], [all.size, 902])
  }
  // The head page is read once more, to follow the head.
  assert.deepEqual([new Set(asked).size, asked.length], [all.size, all.size + 1])
})

test('with a copy on the device each lost chunk is named, and is put back, whichever they are', async () => {
  const { world, alice, all } = await publishedWorld()
  const names = [...all.keys()]
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(names.length - 1), { minLength: 1, maxLength: 60 }),
      async picks => {
        const lost = picks.map(pick => names[pick]!).sort()
        for (const reference of lost) world.network.delete(reference)
        const report = await alice.audit({ payloads })
        const below = report.lost.filter(({ part }) => part === 'payload').length
        assert.deepEqual(
          references(report).filter(reference => !below || lost.includes(reference)),
          lost,
        )
        assert.ok(report.lost.every(({ restorable }) => restorable))
        const { repaired, restored } = await alice.repair({ payloads })
        assert.deepEqual([repaired, restored], [true, report.lost.length])
        assert.equal(world.network.size, all.size)
        for (const [reference, bytes] of all) assert.deepEqual(world.network.get(reference), bytes)
      },
    ),
    { numRuns: 6, seed: 7, endOnFailure: true },
  )
})

test('without a copy what is left of the index and the pages makes the rest anew', async () => {
  const { world, all, alice } = await publishedWorld()
  const head = alice.status().head!
  const { roots } = decodeHead(chunkPayload(all.get(head)!), LOG, head)
  const inner = referenceFromBytes(chunkPayload(all.get(roots.history)!).subarray(32, 64))
  const node = referenceFromBytes(chunkPayload(all.get(roots.directory)!).subarray(48, 80))
  for (const lost of [[inner], [roots.history, inner], [node], [roots.directory, node]]) {
    for (const reference of lost) world.network.delete(reference)
    const bob = await world.reader({ writable: true })
    const report = await bob.repair()
    assert.deepEqual(references(report), [...lost].sort())
    assert.deepEqual([report.repaired, report.restored], [true, lost.length])
    assert.deepEqual([...world.network.keys()].sort(), [...all.keys()].sort())
    assert.ok((await bob.audit()).complete)
  }
})

test('what nobody has stays lost, is named as far as it can be, and all else is looked at', async () => {
  const { world, all, alice } = await publishedWorld()
  const pages = await pageReferences(world, alice.status().head!)
  const head = alice.status().head!
  const { roots } = decodeHead(chunkPayload(all.get(head)!), LOG, head)
  const bob = await world.reader()
  for (const index of [3, 298]) world.network.delete(pages[index]!)
  world.network.delete(roots.directory)
  const report = await bob.repair()
  assert.deepEqual(
    report.lost.map(({ part, pages, reason, restorable }) => [
      part,
      pages?.from,
      pages?.to,
      reason,
      restorable,
    ]),
    [
      ['page', 3, 4, 'NOT_FOUND', false],
      ['page', 298, 299, 'NOT_FOUND', false],
      ['directory', 0, 299, 'NOT_FOUND', false],
    ],
  )
  assert.deepEqual([report.complete, report.repaired, report.restored], [false, false, 0])

  world.network.delete(roots.history)
  const blind = await bob.audit()
  assert.deepEqual(blind.lost.map(({ part }) => part).sort(), ['directory', 'history'])
  assert.equal(blind.unknown.length, 299)
  // The writer's copy knows them all.
  assert.ok((await alice.repair({ payloads })).repaired)
  assert.ok((await bob.audit()).complete)
  assert.equal((await textsOf(bob.read({ to: 3 }))).length, 3)
})

test('a lost head page is put back by who trusted it, and named by who did not', async () => {
  const { world, alice } = await publishedWorld()
  const head = alice.status().head!
  world.network.delete(head)
  const bob = await world.reader()
  const report = await bob.audit()
  assert.deepEqual(
    [report.head, report.lost.map(({ part, reference }) => [part, reference]), report.unknown.length],
    [undefined, [['head', head]], 1],
  )
  assert.deepEqual(references(await alice.audit()), [head])
  assert.ok((await alice.repair()).repaired)
  assert.ok((await bob.audit()).complete)
})

test('everything goes up again where that is asked for, a chunk that lies counts as lost, a payload needs its source', async () => {
  const { world, alice, all } = await publishedWorld()
  world.network.clear()
  const again = await alice.repair({ everything: true, payloads })
  assert.deepEqual([again.repaired, again.restored, again.sound], [true, all.size, 0])
  assert.equal(world.network.size, all.size)
  for (const [reference, bytes] of all) assert.deepEqual(world.network.get(reference), bytes)

  const [page] = await pageReferences(world, alice.status().head!)
  world.network.set(page!, all.get(page!)!.slice().fill(1, 100, 200))
  const { lost } = await alice.audit()
  assert.deepEqual(
    lost.map(({ reference, reason }) => [reference, reason]),
    [[page, 'CORRUPT']],
  )
  assert.ok((await alice.repair()).repaired)

  const entry = (await Array.fromAsync(alice.read({ from: 450, to: 451 })))[0]!
  const { content } = entry
  assert.ok(content.kind === 'reference')
  world.network.delete(content.reference)
  const without = await alice.repair({ payloads: () => [new Uint8Array(3)] })
  assert.deepEqual(
    without.lost.map(({ part, seq, restorable }) => [part, seq, restorable]),
    [['payload', 450, false]],
  )
  assert.equal(without.repaired, false)
  assert.ok((await alice.repair({ payloads })).repaired)
  assert.ok((await alice.audit()).complete)
})

test('a store that does not answer ends the audit with an error; a signal ends it too', async () => {
  const { world } = await publishedWorld()
  const bob = await world.reader()
  await bob.sync()
  class Silent extends MemoryContentStore {
    override get(): Promise<Uint8Array> {
      return Promise.reject(new UnavailableError('no answer', { url: 'http://gateway' }))
    }
  }
  const copy = await world.open({ store: new Silent() })
  await assert.rejects(copy.audit(), { code: 'UNAVAILABLE' })
  await assert.rejects(bob.audit({ signal: AbortSignal.abort() }), { code: 'ABORTED' })
  const stop = new AbortController()
  await assert.rejects(
    bob.audit({ signal: stop.signal, onProgress: ({ phase }) => phase === 'pages' && stop.abort() }),
    { code: 'ABORTED' },
  )
})
