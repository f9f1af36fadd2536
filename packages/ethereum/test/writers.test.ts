import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress, parseTopic, topicOf } from '@remote-log/core'
import {
  authorizeWriter,
  createKey,
  grantOf,
  parseSignedHead,
  parseWriterGrant,
  RegistryNameSystem,
  revokeWriter,
  signHead,
  signHeadAsWriter,
  signWriterGrant,
  submitSigned,
  submitWriterGrant,
  verifySignedHead,
  writersOf,
} from '../src/index.ts'
import { CHAIN_ID } from './chain.ts'
import { A, B, C, startWorld, TOPIC, thrownBy } from './world.ts'

/** Alice owns the log; Bob is to write to it. */
async function startWriters(t: Parameters<typeof startWorld>[0]) {
  const world = await startWorld(t)
  const { log, registry, bob, options } = world
  return {
    ...world,
    owner: log.owner,
    writer: parseAddress(bob.address),
    asBob: new RegistryNameSystem({ ...options, signer: bob }),
    place: { chainId: CHAIN_ID, registry, owner: log.owner },
    expiry: Math.floor(Date.now() / 1000) + 100_000,
  }
}

test('a writer publishes where it is authorized, and is READ_ONLY elsewhere, before, and once revoked', async t => {
  const { options, names, asBob, log, owner, writer, node, expiry } = await startWriters(t)
  const before = await thrownBy(asBob.publish(log, undefined, A))
  assert.equal(before.code, 'READ_ONLY')
  assert.deepEqual(before.details, { owner, topic: TOPIC, signer: writer, expiry: 0 })
  await authorizeWriter(options, { topic: TOPIC, writer, expiry })
  const { head, gasUsed } = await asBob.publish(log, undefined, A)
  assert.equal(head, A)
  await asBob.publish(log, A, B)
  assert.equal((await names.head(log)).head, B)
  assert.ok(gasUsed! < 55_000n)
  const elsewhere = await thrownBy(asBob.publish({ owner, topic: topicOf('other') }, undefined, A))
  assert.equal(elsewhere.code, 'READ_ONLY')
  await revokeWriter(options, { topic: TOPIC, writer })
  node.asked.length = 0
  assert.equal((await thrownBy(asBob.publish(log, B, C))).code, 'READ_ONLY')
  assert.ok(!node.asked.includes('eth_sendRawTransaction'))
  await names.publish(log, B, C)
})

test('a writer that is revoked between the look and the estimate is READ_ONLY, a stale head CONFLICT', async t => {
  const { options, chain, asBob, names, log, writer, node, expiry } = await startWriters(t)
  await authorizeWriter(options, { topic: 'every', writer, expiry })
  await names.publish(log, undefined, A)
  assert.equal((await thrownBy(asBob.publish(log, B, C))).code, 'CONFLICT')
  node.answer(async (method, honestly) => {
    if (method !== 'eth_estimateGas') return honestly()
    node.answer((_, ask) => ask())
    await revokeWriter({ ...options, provider: chain.provider }, { topic: 'every', writer })
    return honestly()
  })
  const error = await thrownBy(asBob.publish(log, A, B))
  assert.equal(error.code, 'READ_ONLY')
  assert.equal(error.details.signer, writer)
})

test('the list of writers is one round, at a block, with revoked ones', async t => {
  const { options, owner, writer, node, expiry, chain } = await startWriters(t)
  const other = parseAddress(createKey().address)
  await authorizeWriter(options, { topic: 'every', writer, expiry })
  await authorizeWriter(options, { topic: TOPIC, writer: other, expiry })
  await revokeWriter(options, { topic: 'every', writer })
  const rounds = node.inRounds()
  const { block, writers } = await writersOf(options, owner)
  assert.equal(rounds(), 1)
  assert.equal(BigInt(block.number), BigInt((await chain.ask('eth_blockNumber')) as string))
  assert.deepEqual(writers, [
    { topic: 'every', writer, expiry: 0, revision: 2 },
    { topic: TOPIC, writer: other, expiry, revision: 1 },
  ])
  assert.deepEqual(await grantOf(options, owner, { topic: 'every', writer }), writers[0])
  assert.deepEqual((await writersOf(options, writer)).writers, [])
})

test('answers that are no answers are UNAVAILABLE', async t => {
  const { options, owner, writer, node } = await startWriters(t)
  await writersOf(options, owner)
  node.answer((method, honestly) => (method === 'eth_call' ? Promise.resolve('0x1234') : honestly()))
  for (const work of [
    () => writersOf(options, owner),
    () => grantOf(options, owner, { topic: TOPIC, writer }),
  ]) {
    assert.ok(['UNAVAILABLE', 'NO_CONTRACT'].includes((await thrownBy(work())).code))
  }
})

test('what the registry refuses is REFUSED by its name; the topic that means all is INVALID_ARGUMENT', async t => {
  const { options, writer, expiry, place, alice } = await startWriters(t)
  const late = await thrownBy(authorizeWriter(options, { topic: TOPIC, writer, expiry: 1 }))
  assert.equal(late.code, 'REFUSED')
  assert.equal(late.details.reason, 'ExpiryPassed')
  const topic = parseTopic('ff'.repeat(32))
  for (const work of [
    () => authorizeWriter(options, { topic, writer, expiry }),
    () => revokeWriter(options, { topic, writer }),
    () => signWriterGrant(alice, { ...place, topic, writer, expiry, revision: 0 }),
  ]) {
    assert.equal((await thrownBy(work())).code, 'INVALID_ARGUMENT')
  }
  const nobody = { ...options, registry: parseAddress('0x00000000000000000000000000000000000a11ce') }
  assert.equal((await thrownBy(revokeWriter(nobody, { topic: TOPIC, writer }))).code, 'NO_CONTRACT')
})

test('a signed grant travels as JSON, is submitted by anybody, once; a signed revocation ends it', async t => {
  const { options, alice, bob, asBob, log, writer, place, expiry } = await startWriters(t)
  const byBob = { ...options, signer: bob }
  const request = { ...place, topic: TOPIC, writer, expiry, revision: 0 }
  const grant = parseWriterGrant(JSON.parse(JSON.stringify(await signWriterGrant(alice, request))))
  await submitWriterGrant(byBob, grant)
  await asBob.publish(log, undefined, A)
  const again = await thrownBy(submitWriterGrant(byBob, grant))
  assert.deepEqual([again.code, again.details.reason], ['REFUSED', 'StaleRevision'])
  await submitWriterGrant(byBob, await signWriterGrant(alice, { ...request, expiry: 0, revision: 1 }))
  assert.equal((await thrownBy(asBob.publish(log, A, B))).code, 'READ_ONLY')
  assert.equal((await thrownBy(signWriterGrant(bob, request))).code, 'READ_ONLY')
  const elsewhere = await thrownBy(submitWriterGrant(byBob, { ...grant, chainId: 1 }))
  assert.equal(elsewhere.code, 'INVALID_ARGUMENT')
  const tooLong = await thrownBy(signWriterGrant(alice, { ...request, deadline: expiry + 3_000_000 }))
  assert.equal(tooLong.code, 'INVALID_ARGUMENT')
})

test('a signed grant of wrong form is INVALID_ARGUMENT', async t => {
  const { alice, writer, place, expiry } = await startWriters(t)
  const grant = await signWriterGrant(alice, { ...place, topic: 'every', writer, expiry, revision: 0 })
  assert.deepEqual(parseWriterGrant({ ...grant }), grant)
  for (const change of [
    { topic: 'all' },
    { writer: 5 },
    { expiry: -1 },
    { revision: 0.5 },
    { deadline: '1' },
    { signature: 'abc' },
    { owner: '0x12' },
  ]) {
    assert.throws(() => parseWriterGrant({ ...grant, ...change }), { code: 'INVALID_ARGUMENT' })
  }
  assert.throws(() => parseWriterGrant(null), { code: 'INVALID_ARGUMENT' })
})

test("heads that a writer signed are relayed beside the owner's", async t => {
  const { options, alice, bob, names, log, writer, place, expiry } = await startWriters(t)
  await authorizeWriter(options, { topic: TOPIC, writer, expiry })
  const id = { ...place, topic: TOPIC }
  const first = await signHead(alice, { log: id, expected: undefined, next: A })
  const second = await signHeadAsWriter(bob, { log: id, expected: A, next: B })
  const travelled = parseSignedHead(JSON.parse(JSON.stringify(second)))
  assert.deepEqual(travelled, second)
  const { outcomes } = await submitSigned({ ...options, signer: bob }, [first])
  assert.equal(outcomes[0]!.refusal, 'none')
  const relayed = await submitSigned({ ...options, signer: bob }, [travelled])
  assert.equal(relayed.outcomes[0]!.refusal, 'none')
  assert.equal((await names.head(log)).head, B)
})

test('a head that no live writer signed is refused beforehand, and its check says so', async t => {
  const { options, bob, place, writer, expiry } = await startWriters(t)
  const id = { ...place, topic: TOPIC }
  const head = await signHeadAsWriter(bob, { log: id, expected: undefined, next: A })
  const { outcomes, transactions } = await submitSigned(options, [head])
  assert.equal(outcomes[0]!.refusal, 'not-a-writer')
  assert.deepEqual(transactions, [])
  const { provider } = options
  const unknown = await thrownBy(verifySignedHead(head, { provider }))
  assert.deepEqual([unknown.code, unknown.details.reason], ['REFUSED', 'not-a-writer'])
  await authorizeWriter(options, { topic: TOPIC, writer, expiry })
  await verifySignedHead(head, { provider })
  const forged = await thrownBy(verifySignedHead({ ...head, next: B }, { provider }))
  assert.equal(forged.code, 'CORRUPT')
  await assert.rejects(verifySignedHead(head), TypeError)
  assert.throws(() => parseSignedHead({ ...head, writer: undefined }), { code: 'INVALID_ARGUMENT' })
})
