import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LogKey, parseAddress, topicOf } from '@remote-log/core'
import { AbiCoder, encodeRlp, keccak256, toBeArray } from 'ethers'
import { provenHeader } from '../src/head-proof/header.ts'
import { EMPTY_TRIE_ROOT } from '../src/head-proof/trie.ts'
import { EMPTY_CODE_HASH } from '../src/head-proof/verify-head-proof.ts'
import {
  askHeadProof,
  headSlot,
  proveHead,
  proveHeadInState,
  readHeadProof,
  verifyHeadProof,
} from '../src/index.ts'
import { A, B, startWorld, thrownBy } from './world.ts'

const encode = (types: string[], values: unknown[]) =>
  keccak256(AbiCoder.defaultAbiCoder().encode(types, values))

test('the slot of a head is keccak256(abi.encode(keccak256(abi.encode(owner, topic)), 2))', () => {
  const log: LogKey = { owner: parseAddress(`0x${'a1'.repeat(20)}`), topic: topicOf('slot') }
  const hash = encode(['address', 'bytes32'], [log.owner, log.topic])
  assert.equal(headSlot(log), encode(['bytes32', 'uint256'], [hash, 2]))
})

test('the hashes of nothing are those of the Yellow Paper', () => {
  assert.equal(EMPTY_TRIE_ROOT, keccak256(encodeRlp('0x')))
  assert.equal(EMPTY_CODE_HASH, keccak256('0x'))
})

test('a header of a later fork is proven by the fields that it has, in their order', async t => {
  const { chain } = await startWorld(t)
  const known = (await chain.ask('eth_getBlockByNumber', 'latest', false)) as Record<string, string>
  const later = { blockAccessListHash: `0x${A}`, slotNumber: '0x2a' }
  const bytes = (name: string) => known[name]!
  const number = (name: string) => toBeArray(BigInt(known[name]!))
  const hashed = [
    ...['parentHash', 'sha3Uncles', 'miner', 'stateRoot', 'transactionsRoot', 'receiptsRoot'].map(bytes),
    bytes('logsBloom'),
    ...['difficulty', 'number', 'gasLimit', 'gasUsed', 'timestamp'].map(number),
    ...['extraData', 'mixHash', 'nonce'].map(bytes),
    number('baseFeePerGas'),
    bytes('withdrawalsRoot'),
    ...['blobGasUsed', 'excessBlobGas'].map(number),
    ...['parentBeaconBlockRoot', 'requestsHash'].map(bytes),
  ]
  assert.equal(keccak256(encodeRlp(hashed)), known.hash)
  const hash = keccak256(encodeRlp([...hashed, later.blockAccessListHash, '0x2a']))
  const { block, stateRoot } = provenHeader({ ...known, ...later, hash }, hash)
  assert.deepEqual([block.hash, stateRoot], [hash, known.stateRoot])
})

test('a head is proven at the hash of a block, an old one at the hash of an old block', async t => {
  const { options, honest, log } = await startWorld(t)
  const first = await honest.publish(log, undefined, A)
  const second = await honest.publish(log, A, B)
  assert.deepEqual(await proveHead(options, log, second.block.hash), { head: B, block: second.block })
  assert.deepEqual(await proveHead(options, log, first.block.hash), { head: A, block: first.block })
})

test('"never published" is proven, in an empty registry and in one with other heads', async t => {
  const { options, honest, log } = await startWorld(t)
  const { block } = await honest.head(log)
  assert.deepEqual(await proveHead(options, log, block.hash), { head: undefined, block })
  const published = await honest.publish(log, undefined, A)
  for (const name of ['one', 'two', 'three']) {
    const other = { owner: log.owner, topic: topicOf(name) }
    assert.deepEqual(await proveHead(options, other, published.block.hash), {
      head: undefined,
      block: published.block,
    })
  }
})

test('a head is proven against a state root, without a block’s hash', async t => {
  const { options, honest, chain, log } = await startWorld(t)
  const { block } = await honest.publish(log, undefined, A)
  const header = (await chain.ask('eth_getBlockByHash', block.hash, false)) as { stateRoot: string }
  const state = { stateRoot: header.stateRoot, blockNumber: block.number }
  assert.equal(await proveHeadInState(options, log, state), A)
  const proof = await chain.ask('eth_getProof', options.registry, [headSlot(log)], 'latest')
  const question = { registry: options.registry, log, stateRoot: header.stateRoot }
  assert.equal(await verifyHeadProof(question, proof), A)
})

test('that no registry stands there is proven: no account, and an account without code', async t => {
  const { options, honest, alice, log } = await startWorld(t)
  const { block } = await honest.head(log)
  for (const address of [`0x${'a1'.repeat(20)}`, alice.address]) {
    const elsewhere = { ...options, registry: parseAddress(address) }
    const error = await thrownBy(proveHead(elsewhere, log, block.hash))
    assert.equal(error.code, 'NO_CONTRACT', address)
  }
})

test('a node that serves no proof, no such block, or no proper answer is UNAVAILABLE', async t => {
  const { options, honest, node, log } = await startWorld(t)
  const { block } = await honest.publish(log, undefined, A)
  const unknown = await thrownBy(proveHead(options, log, `0x${'12'.repeat(32)}`))
  assert.equal(unknown.code, 'UNAVAILABLE')
  node.answer((method, honestly) =>
    method === 'eth_getProof'
      ? Promise.reject({ code: -32601, message: 'the method eth_getProof does not exist' })
      : honestly(),
  )
  const refused = await thrownBy(proveHead(options, log, block.hash))
  assert.equal(refused.code, 'UNAVAILABLE')
  assert.deepEqual(refused.details, { method: 'eth_getProof', rpcCode: -32601 })
  for (const answer of [null, 'proof', {}, { address: options.registry, storageProof: [] }]) {
    node.answer(async (method, honestly) => (method === 'eth_getProof' ? answer : honestly()))
    assert.equal((await thrownBy(proveHead(options, log, block.hash))).code, 'UNAVAILABLE')
  }
  node.answer(async (method, honestly) => (method === 'eth_getBlockByHash' ? null : honestly()))
  assert.equal((await thrownBy(proveHead(options, log, block.hash))).code, 'UNAVAILABLE')
})

test('what is no hash or number is INVALID_ARGUMENT, before anything is asked', async t => {
  const { options, node, log } = await startWorld(t)
  node.asked.length = 0
  const short = await thrownBy(proveHead(options, log, '0x1234'))
  assert.equal(short.code, 'INVALID_ARGUMENT')
  const root = await thrownBy(proveHeadInState(options, log, { stateRoot: 'latest', blockNumber: 1 }))
  assert.equal(root.code, 'INVALID_ARGUMENT')
  const state = { stateRoot: `0x${'12'.repeat(32)}`, blockNumber: -1 }
  assert.equal((await thrownBy(proveHeadInState(options, log, state))).code, 'INVALID_ARGUMENT')
  assert.deepEqual(node.asked, [])
})

test('a proof that was asked for proves the same to who asks nobody, of the newest block or of another', async t => {
  const { options, honest, log } = await startWorld(t)
  const first = await honest.publish(log, undefined, A)
  const second = await honest.publish(log, A, B)
  for (const [asked, head, { block }] of [
    [undefined, B, second],
    [second.block.hash, B, second],
    [first.block.hash, A, first],
  ] as const) {
    const proof = await askHeadProof(options, log, asked)
    assert.deepEqual([proof.head, proof.block], [head, block])
    const read = await readHeadProof(JSON.parse(proof.json), options.registry, log)
    assert.deepEqual(read, proof, 'and is the same text')
  }
  const other = { owner: log.owner, topic: topicOf('another') }
  assert.equal((await askHeadProof(options, other, undefined)).head, undefined)
  const unknown = `0x${'12'.repeat(32)}`
  await assert.rejects(askHeadProof(options, log, unknown), { code: 'UNAVAILABLE' })
  await assert.rejects(askHeadProof(options, log, '0x12'), { code: 'INVALID_ARGUMENT' })
})

test('a proof with any digit changed, of another log, or that is none, is CORRUPT', async t => {
  const { options, honest, log } = await startWorld(t)
  await honest.publish(log, undefined, A)
  const { json } = await askHeadProof(options, log, undefined)
  const digits = [...json.matchAll(/[0-9a-f]{8}/g)].map(({ index }) => index)
  assert.ok(digits.length > 200)
  for (let i = 0; i < 60; i++) {
    const at = digits[Math.floor((i * digits.length) / 60)]!
    const changed = `${json.slice(0, at)}${json[at] === '7' ? '8' : '7'}${json.slice(at + 1)}`
    await assert.rejects(
      readHeadProof(JSON.parse(changed), options.registry, log),
      { code: 'CORRUPT' },
      changed.slice(at - 40, at + 9),
    )
  }
  const other = { owner: log.owner, topic: topicOf('another') }
  for (const [value, of] of [
    [JSON.parse(json), other],
    [null, log],
    [{}, log],
    [{ ...JSON.parse(json), proof: {} }, log],
  ] as const)
    await assert.rejects(readHeadProof(value, options.registry, of), { code: 'CORRUPT' })
})
