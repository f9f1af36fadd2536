import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededBytes } from '@remote-log/conformance'
import type { ExportOptions, RemoteLog } from '../src/index.ts'
import { hooked, memory, reopened, texts, World } from './world.ts'

const PAYLOADS = [5000, 4096, 0, 524_289].map((length, i) => seededBytes(`payload ${i}`, length))

async function bytesOf(log: RemoteLog, options?: ExportOptions): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(log.export(options)))
}

async function* pieces(bytes: Uint8Array, size = 100_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** A log of small entries and of payloads by reference, one of them twice. */
async function published() {
  const world = new World()
  const alice = await world.writer({ inlineLimit: 3000 })
  await alice.appendMany(texts(20))
  for (const payload of [...PAYLOADS, PAYLOADS[0]!]) await alice.append(payload)
  const { head } = await alice.publish()
  return { world, alice, head: head! }
}

/** A device that has no network at all, and keeps what it has. */
function offline(world: World, local = memory()): Promise<RemoteLog> {
  const dead = () => assert.fail('no network is to be asked')
  return world.reader({
    local: reopened(local),
    store: hooked(world.otherNode(), dead),
    names: hooked(world.names, dead),
  })
}

test('with its payloads a bundle is all that a device without network needs, also after a restart', async () => {
  const { world, alice, head } = await published()
  const bundle = await bytesOf(alice, { payloads: true })
  const local = memory()
  const bob = await offline(world, local)
  const { payloads } = await bob.import(pieces(bundle), { head })
  const large = PAYLOADS.filter(({ length }) => length > 3000)
  assert.equal(payloads, large.length)
  const again = await offline(world, local)
  for (const [i, payload] of [...PAYLOADS, PAYLOADS[0]!].entries())
    assert.ok(Buffer.from(await (await again.entry(20 + i)).bytes()).equals(payload), `payload ${i}`)
  assert.ok((await bytesOf(again, { payloads: true })).equals(bundle), 'what came in goes out the same')
  await again.forget()
  await again.import(pieces(await bytesOf(alice)), { head })
  await assert.rejects((await again.entry(20)).bytes(), /no network is to be asked/, 'forgotten')
})

test('an incremental bundle has the payloads of its own pages; without payloads by reference there is no difference', async () => {
  const { world, alice, head: before } = await published()
  const bob = await offline(world)
  await bob.import(pieces(await bytesOf(alice)), { head: before })
  await alice.append(seededBytes('news', 9000))
  const { head } = await alice.publish()
  const news = await bytesOf(alice, { since: 25, payloads: true })
  assert.ok(news.length < 560_000)
  assert.ok((await bob.import(pieces(news), { head })).payloads >= 1)
  assert.deepEqual(await (await bob.entry(25)).bytes(), seededBytes('news', 9000))
  const plain = await new World().writer()
  await plain.appendMany(texts(50))
  await plain.publish()
  assert.ok((await bytesOf(plain, { payloads: true })).equals(await bytesOf(plain)))
})

test('a byte of a payload that is wrong, one too few or too many is CORRUPT; the log itself is there', async () => {
  const { world, alice, head } = await published()
  const bundle = await bytesOf(alice, { payloads: true })
  const without = (await bytesOf(alice)).length
  for (let i = 0; i < 6; i++) {
    const at = without + Math.floor((i * (bundle.length - without)) / 6)
    const wrong = Buffer.from(bundle)
    wrong[at]! ^= 1
    const bob = await offline(world)
    await assert.rejects(bob.import(pieces(wrong), { head }), { code: 'CORRUPT' })
    assert.equal(bob.status().published, 25)
  }
  for (const other of [
    bundle.subarray(0, -1),
    bundle.subarray(0, without),
    Buffer.concat([bundle, Buffer.of(0)]),
  ]) {
    const bob = await offline(world)
    await assert.rejects(bob.import(pieces(other), { head }), { code: 'CORRUPT' })
  }
})

test('what the store lost is no bundle with payloads', async () => {
  const { world, alice } = await published()
  const { content } = await alice.entry(20)
  assert.ok(content.kind === 'reference')
  world.network.delete(content.reference)
  await assert.rejects(bytesOf(alice, { payloads: true }), { code: 'NOT_FOUND' })
  assert.ok((await bytesOf(alice)).length > 0)
})
