import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryNameSystem, type Reference, topicOf } from '@remote-log/core'
import { signHead } from '@remote-log/ethereum'
import fc from 'fast-check'
import { connect, type ExportOptions, type RemoteLog, signerOf } from '../src/index.ts'
import { bulky, hooked, ID, memory, reopened, texts, textsOf, World } from './world.ts'

async function bytesOf(log: RemoteLog, options?: ExportOptions): Promise<Uint8Array> {
  return new Uint8Array(Buffer.concat(await Array.fromAsync(log.export(options))))
}

async function* pieces(bytes: Uint8Array, size = 10_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
}

/** A device that has no network at all. */
function offline(world: World, parts: Parameters<World['open']>[0] = {}): Promise<RemoteLog> {
  const dead = () => assert.fail('no network is to be asked')
  return world.open({ store: hooked(world.otherNode(), dead), names: hooked(world.names, dead), ...parts })
}

async function logOf(entries: { payload: string | Uint8Array; timestamp: number }[], linked = false) {
  const world = new World()
  const alice = await world.writer({ linked })
  await alice.appendMany(entries)
  const head = (await alice.publish()).head!
  return { world, alice, head }
}

test('logs of any shape go out as one byte string and come in whole, in pieces of any length', async () => {
  const shape = fc.record({
    batches: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 3 }),
    linked: fc.boolean(),
    bytes: fc.integer({ min: 1, max: 3000 }),
    size: fc.integer({ min: 1, max: 9000 }),
  })
  await fc.assert(
    fc.asyncProperty(shape, async ({ batches, linked, bytes, size }) => {
      const world = new World()
      const alice = await world.writer({ linked })
      const bob = await offline(world)
      let entries = 0
      for (const batch of batches) {
        await alice.appendMany(bulky(batch, entries, Math.max(bytes, 12)))
        const { head } = await alice.publish()
        const bundle = await bytesOf(alice, { since: entries })
        assert.deepEqual(await bytesOf(alice, { since: entries }), bundle)
        const report = await bob.import(pieces(bundle, size), { head })
        entries += batch
        assert.deepEqual([report.entries, report.fresh, report.trust], [entries, batch, 'head'])
      }
      const whole = await bytesOf(alice)
      const carol = await offline(world)
      await carol.import(pieces(whole, size), { head: alice.status().head })
      for (const log of [bob, carol]) {
        assert.equal(log.status().keptPages, log.status().sealedPages)
        assert.deepEqual(await textsOf(log.read()), await textsOf(alice.read()))
        assert.deepEqual(await bytesOf(log), whole, 'what came in goes out the same')
      }
    }),
    { numRuns: 12, seed: 3 },
  )
})

test('a bundle with any bit wrong, anything cut off or behind its end is refused', async () => {
  const { world, alice, head } = await logOf(bulky(12))
  const bundle = await bytesOf(alice)
  const refused = async (bytes: Uint8Array, what: string) => {
    const bob = await offline(world)
    await assert.rejects(
      bob.import(pieces(bytes), { head }),
      (error: { code?: string }) => {
        assert.match(error.code ?? String(error), /^(CORRUPT|INVALID_ARGUMENT)$/, what)
        return true
      },
      what,
    )
  }
  const bits = new Set([...Array(130 * 8).keys()])
  for (let i = 0; i < 250; i++) bits.add(Math.floor((i * bundle.length * 8) / 250) + (i % 8))
  for (const bit of bits) {
    const wrong = bundle.slice()
    wrong[bit >> 3]! ^= 1 << (bit & 7)
    await refused(wrong, `bit ${bit}`)
  }
  for (const length of [0, 1, 8, 9, 126, 128, 300, bundle.length - 1])
    await refused(bundle.slice(0, length), `cut at ${length}`)
  await refused(Uint8Array.of(...bundle, 0), 'one byte more')
})

test('an import that was cut leaves the newest head and exactly the pages that came; the next one goes on', async () => {
  const { world, alice, head } = await logOf(texts(300), true)
  const bundle = await bytesOf(alice)
  const local = memory()
  const before = await offline(world, { local: reopened(local) })
  await assert.rejects(before.import(pieces(bundle.slice(0, bundle.length / 2)), { head }), {
    code: 'CORRUPT',
  })
  const after = await offline(world, { local: reopened(local) })
  const { keptPages } = after.status()
  assert.ok(keptPages > 100 && keptPages < 200, `${keptPages} pages`)
  const { pages } = await after.import(pieces(bundle))
  assert.equal(pages, 300 - keptPages)
  assert.deepEqual((await textsOf(after.read())).length, 300)
})

test('who trusts nothing refuses; a head that extends the own one proves nothing about who wrote it', async () => {
  const { world, alice } = await logOf(bulky(10))
  const bob = await world.reader()
  await bob.sync()
  await alice.appendMany(bulky(10, 10))
  const { head } = await alice.publish()
  const bundle = await bytesOf(alice)
  for (const log of [bob, await offline(world)]) {
    const { head: before } = log.status()
    await assert.rejects(log.import(pieces(bundle)), { code: 'REFUSED' })
    assert.equal(log.status().head, before)
  }
  await assert.rejects(bob.import(pieces(bundle), { head: bob.status().head }), { code: 'INVALID_ARGUMENT' })
  assert.equal((await bob.import(pieces(bundle), { head })).fresh, 10)
  const other = await world.open({ id: { ...ID, topic: topicOf('another') } })
  await assert.rejects(other.import(pieces(bundle), { head }), { code: 'INVALID_ARGUMENT' })
})

test('a bundle of a rewritten or an older log is refused, and this device stays as it was', async () => {
  for (const extra of [1, 30]) {
    const { alice, head } = await logOf(bulky(20))
    const old = await bytesOf(alice)
    await alice.appendMany(bulky(extra, 20))
    await alice.publish()
    const { alice: mallory, head: forged } = await logOf(bulky(60, 500))
    const status = alice.status()
    await assert.rejects(alice.import(pieces(old), { head }), { code: 'STALE' })
    await assert.rejects(alice.import(pieces(await bytesOf(mallory)), { head: forged }), {
      code: 'REWRITTEN',
    })
    assert.deepEqual(alice.status(), status)
  }
})

test('an entry that is exchanged in the page that was open is REWRITTEN, before anything is kept', async () => {
  const { alice } = await logOf(bulky(10))
  const { alice: mallory, head } = await logOf([...bulky(9), ...bulky(20, 500)])
  const status = alice.status()
  await assert.rejects(alice.import(pieces(await bytesOf(mallory)), { head }), { code: 'REWRITTEN' })
  assert.deepEqual(alice.status(), status)
})

test('a head that came with a bundle is off chain until the chain has it; what contradicts it is REWRITTEN', async () => {
  const { world, alice } = await logOf(bulky(20))
  const { alice: ahead, head } = await logOf(bulky(40))
  const bundle = await bytesOf(ahead)
  const bob = await world.reader()
  await bob.import(pieces(bundle), { head })
  assert.deepEqual([bob.status().offChain, (await bob.sync()).offChain], [true, true])
  assert.equal(bob.status().published, 40, 'the chain is behind')
  await alice.appendMany(bulky(20, 20))
  assert.equal((await alice.publish()).head, head)
  assert.deepEqual([(await bob.sync()).offChain, bob.status().offChain], [undefined, undefined])
  const carol = await world.reader()
  const { alice: mallory, head: forged } = await logOf(bulky(20, 900))
  await carol.import(pieces(await bytesOf(mallory)), { head: forged })
  await assert.rejects(carol.sync(), { code: 'REWRITTEN' })
})

test('the owner’s signature is enough, on a device that has only a file', async () => {
  const signer = signerOf(`0x${'11'.repeat(32)}`)
  const id = { ...ID, owner: (await signer.getAddress()).toLowerCase() as typeof ID.owner }
  const world = new World()
  const nowhere = 'http://127.0.0.1:9'
  const alice = await world.writer({ id })
  await alice.append('signed')
  await assert.rejects(Array.fromAsync(alice.export()), { code: 'NOT_FOUND' }, 'nothing is published')
  const names = new MemoryNameSystem({ chain: world.chain, owner: id.owner })
  const publisher = await world.writer({ id, names })
  await publisher.append('signed')
  const head: Reference = (await publisher.publish()).head!
  const local = memory()
  const device = await connect({ log: id, bee: nowhere, rpc: nowhere, local })
  await device.import(publisher.export(), { head })
  const signed = await signHead(signer, { log: id, expected: undefined, next: head })
  const bundle = await bytesOf(device, { signed })
  await assert.rejects(bytesOf(device, { signed: { ...signed, next: '1'.repeat(64) } }), { code: 'CORRUPT' })
  const bob = await connect({ log: id, bee: nowhere, rpc: nowhere })
  const { trust } = await bob.import(pieces(bundle))
  assert.deepEqual([trust, await textsOf(bob.read())], ['signed', ['signed']])
  const at = Buffer.from(bundle).indexOf('"signature":"0x') + 20
  const forged = bundle.slice()
  forged[at] = forged[at] === 0x61 ? 0x62 : 0x61
  const carol = await connect({ log: id, bee: nowhere, rpc: nowhere })
  await assert.rejects(carol.import(pieces(forged)), { code: 'CORRUPT' })
  assert.equal(carol.status().head, undefined)
})
