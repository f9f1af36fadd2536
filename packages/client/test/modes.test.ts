import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededBytes } from '@remote-log/conformance'
import { defaultMessageId, type MessageId, parseMessageId } from '@remote-log/core'
import { all, memory, reopened, START, texts, textsOf, World } from './world.ts'

const SIZES = [0, 1, 3839, 3840, 3841, 4096, 4097, 524_288, 524_289]

for (const [mode, parts] of [
  ['embedded', {}],
  ['mapped', { inlineLimit: 0 }],
  ['linked', { linked: true }],
  ['mapped and linked', { inlineLimit: 0, linked: true }],
] as const) {
  test(`${mode}: payloads of all sizes come back as they were, before and after publishing`, async () => {
    const world = new World()
    const alice = await world.writer(parts)
    const payloads = SIZES.map(size => seededBytes(`${mode} ${size}`, size))
    for (const [i, payload] of payloads.entries()) {
      const { seq, id } = await alice.append(payload, { timestamp: START + i })
      assert.deepEqual([seq, id], [i, defaultMessageId(payload)])
    }
    const same = async (entries: Awaited<ReturnType<typeof all>>) => {
      assert.equal(entries.length, SIZES.length)
      for (const [i, entry] of entries.entries()) {
        assert.deepEqual([entry.length, await entry.bytes()], [SIZES[i], payloads[i]])
        const embedded = SIZES[i]! <= 3840 && mode !== 'mapped' && mode !== 'mapped and linked'
        assert.equal(entry.content.kind, embedded ? 'embedded' : 'reference')
      }
    }
    await same(await all(alice.read()))
    await alice.publish()
    await same(await all(alice.read()))
    const bob = await world.reader()
    assert.ok((await bob.sync()).complete)
    await same(await all(bob.read()))
    const report = await bob.verify()
    assert.deepEqual(
      [report.entries, report.payloadBytes, report.ownIds],
      [SIZES.length, SIZES.reduce((sum, size) => sum + size), 0],
    )
    if (mode.endsWith('linked')) assert.equal(bob.status().sealedPages, SIZES.length)
  })
}

test('the three modes of the RFC mix in one log, each page of a linked stretch with one entry', async () => {
  const world = new World()
  const local = memory()
  const expected: string[] = []
  for (const [i, parts] of [
    {},
    { inlineLimit: 0 },
    { linked: true },
    {},
    { linked: true, inlineLimit: 2 },
  ].entries()) {
    const alice = await world.writer({ local: reopened(local), ...parts })
    const batch = texts(7, 7 * i)
    expected.push(...batch.map(({ payload }) => payload))
    await alice.appendMany(batch)
    const before = alice.status().sealedPages
    await alice.publish()
    // The page that the batch before left open is sealed first.
    if (parts.linked) assert.equal(alice.status().sealedPages - before, 8)
  }
  const bob = await world.reader()
  await bob.sync()
  assert.deepEqual(await textsOf(bob.read()), expected)
  for (const [seq, text] of expected.entries()) assert.equal(await (await bob.entry(seq)).text(), text)
  const { entries, byReference } = await bob.verify()
  assert.deepEqual([entries, byReference], [35, 14])
})

test('a message keeps the id that its author gave it, embedded or by reference', async () => {
  const world = new World()
  const alice = await world.writer()
  const id = parseMessageId('ab'.repeat(32))
  const upper = 'CD'.repeat(32) as MessageId
  assert.equal((await alice.append('short', { id })).id, id)
  assert.equal((await alice.append(seededBytes('long', 5000), { id: upper })).id, 'cd'.repeat(32))
  await alice.publish()
  const bob = await world.reader()
  assert.deepEqual(
    (await all(bob.read())).map(entry => entry.id),
    [id, 'cd'.repeat(32)],
  )
  assert.equal((await bob.verify()).ownIds, 2)
})

test('bytes that a consumer changes change nothing in the log', async () => {
  const world = new World()
  const alice = await world.writer()
  const mine = new TextEncoder().encode('mine')
  const appended = alice.append(mine)
  mine.fill(0)
  await appended
  await alice.publish()
  for (const entry of await all(alice.read())) (await entry.bytes()).fill(0)
  await alice.append('more')
  await alice.publish()
  assert.deepEqual(await textsOf(alice.read()), ['mine', 'more'])
})
