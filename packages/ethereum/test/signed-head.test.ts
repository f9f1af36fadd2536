import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { type LogId, parseAddress, ZERO_REFERENCE } from '@remote-log/core'
import { TypedDataEncoder } from 'ethers'
import {
  parseSignedHead,
  type SignedHead,
  signerOf,
  signHead,
  typedDataOf,
  verifySignedHead,
  walletSignedHead,
} from '../src/index.ts'
import { FUNDED_KEY, SECOND_KEY } from './chain.ts'
import { A, B, C, startWorld, TOPIC, thrownBy } from './world.ts'

const [alice, bob] = [signerOf(FUNDED_KEY), signerOf(SECOND_KEY)]
const log: LogId = {
  chainId: 31337,
  registry: parseAddress('0x00000000000000000000000000000000000c0de0'),
  owner: parseAddress(alice.address),
  topic: TOPIC,
}
const nowSeconds = () => Math.floor(Date.now() / 1000)

test('a head is signed without a node, survives JSON, and verifies', async () => {
  const signed = await signHead(alice, { log, expected: undefined, next: A })
  const { signature, deadline, ...rest } = signed
  assert.deepEqual(rest, { ...log, expected: null, next: A, by: 'key' })
  assert.equal(signature.length, 2 + 2 * 64)
  assert.ok(Math.abs(deadline - nowSeconds() - 86_400) < 60)
  const received = parseSignedHead(JSON.parse(JSON.stringify(signed)))
  assert.deepEqual(received, signed)
  await verifySignedHead(received)
})

test('a change of any field is CORRUPT', async () => {
  const signed = await signHead(alice, { log, expected: B, next: A })
  await verifySignedHead(signed)
  const flipped = (text: string, at: number) =>
    text.slice(0, at) + ((Number.parseInt(text[at]!, 16) ^ 1) as number).toString(16) + text.slice(at + 1)
  const changes: Partial<SignedHead>[] = [
    { chainId: 1 },
    { registry: log.owner },
    { owner: parseAddress(bob.address) },
    { topic: `${log.topic.slice(0, -1)}0` as SignedHead['topic'] },
    { expected: null },
    { expected: C },
    { next: C },
    { deadline: signed.deadline + 1 },
    { signature: flipped(signed.signature, 40) },
    { signature: flipped(signed.signature, 100) },
    { signature: `0x${'ff'.repeat(64)}` },
    { signature: `0x${'00'.repeat(64)}` },
  ]
  for (const change of changes) {
    const error = await thrownBy(verifySignedHead({ ...signed, ...change }))
    assert.equal(error.code, 'CORRUPT', inspect(change))
    assert.equal(error.details.reason, 'signature')
  }
})

test('a head past its deadline is REFUSED as expired', async () => {
  const signed = await signHead(alice, { log, expected: undefined, next: A })
  await verifySignedHead(signed, { now: signed.deadline })
  const error = await thrownBy(verifySignedHead(signed, { now: signed.deadline + 1 }))
  assert.equal(error.code, 'REFUSED')
  assert.equal(error.details.reason, 'expired')
})

test('only the owner signs: READ_ONLY', async () => {
  assert.equal((await thrownBy(signHead(bob, { log, expected: undefined, next: A }))).code, 'READ_ONLY')
})

test('a zero or unchanged head, a deadline that has passed or is over 30 days ahead are INVALID_ARGUMENT', async () => {
  const now = nowSeconds()
  for (const request of [
    { next: ZERO_REFERENCE },
    { next: B },
    { next: A, deadline: now - 100 },
    { next: A, deadline: now + 2_592_000 + 100 },
    { next: A, deadline: now + 0.5 },
  ]) {
    const error = await thrownBy(signHead(alice, { log, expected: B, ...request }))
    assert.equal(error.code, 'INVALID_ARGUMENT', inspect(request))
  }
})

test('a fired signal is ABORTED', async () => {
  const aborted = { signal: AbortSignal.abort() }
  assert.equal((await thrownBy(signHead(alice, { log, expected: B, next: A }, aborted))).code, 'ABORTED')
  const signed = await signHead(alice, { log, expected: B, next: A })
  assert.equal((await thrownBy(verifySignedHead(signed, aborted))).code, 'ABORTED')
})

test('a signer that fails is REFUSED', async () => {
  const broken = Object.assign(Object.create(alice), {
    signTypedData: () => Promise.reject(new TypeError('the device is unplugged')),
  })
  const error = await thrownBy(signHead(broken, { log, expected: B, next: A }))
  assert.equal(error.code, 'REFUSED')
})

test('what is no signed head is INVALID_ARGUMENT, field by field', async () => {
  const signed = await signHead(alice, { log, expected: B, next: A })
  const wrong: Record<string, unknown[]> = {
    chainId: [0, -1, 1.5, '31337', undefined],
    registry: ['0x12', 5, undefined],
    owner: ['', undefined],
    topic: ['0x12', undefined],
    expected: [undefined, 'aa'],
    next: [undefined, null, `${A}00`],
    deadline: ['soon', -1, undefined, 2 ** 60],
    by: ['nobody', undefined],
    signature: [undefined, 'aa', '0xabc', `${signed.signature}00`, signed.signature.slice(0, -2), '0x'],
  }
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      assert.throws(
        () => parseSignedHead({ ...signed, [field]: value }),
        (error: { code: string }) => error.code === 'INVALID_ARGUMENT',
        `${field}: ${String(value)}`,
      )
    }
  }
  for (const value of [null, 5, 'text', undefined]) {
    assert.throws(() => parseSignedHead(value), { code: 'INVALID_ARGUMENT' })
  }
})

test('a head by a wallet is verified by asking the wallet', async t => {
  const { chain, registry } = await startWorld(t)
  const wallet = parseAddress('0x00000000000000000000000000000000000a11ce')
  const ofWallet = { ...log, registry, owner: wallet }
  const signed = walletSignedHead({ log: ofWallet, expected: undefined, next: A }, '0x1234')
  const { provider } = chain
  // Returns the first 32 bytes after the code's own 12: the magic value, or another.
  const answering = (word: string) => `0x7f${word.padEnd(64, '0')}5f5260205ff3`
  await chain.ask('hardhat_setCode', wallet, answering('1626ba7e'))
  await verifySignedHead(signed, { provider })
  for (const code of [answering('ffffffff'), answering('1626ba7e01'), '0x5f5ffd', '0x00', '0x']) {
    await chain.ask('hardhat_setCode', wallet, code)
    const error = await thrownBy(verifySignedHead(signed, { provider }))
    assert.equal(error.code, 'CORRUPT', code)
  }
  await assert.rejects(verifySignedHead(signed), TypeError)
})

test('the digest of a signed head is what a wallet shows: EIP-712 over the registry’s domain', async () => {
  const signed = await signHead(alice, { log, expected: undefined, next: A, deadline: nowSeconds() + 60 })
  const { domain, types, value } = typedDataOf(signed)
  assert.deepEqual(domain, {
    name: 'RemoteLogRegistry',
    version: '1',
    chainId: 31337,
    verifyingContract: log.registry,
  })
  assert.equal(
    TypedDataEncoder.from(types).encodeType('SignedHead'),
    'SignedHead(address owner,bytes32 topic,bytes32 expected,bytes32 next,uint64 deadline)',
  )
  assert.equal(value.expected, `0x${ZERO_REFERENCE}`)
})
