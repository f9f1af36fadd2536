import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress, topicOf } from '@remote-log/core'
import { headSlot, proveHead, proveHeadInState, verifyHeadProof } from '../src/index.ts'
import { A, B, startWorld, type Thrown, thrownBy } from './world.ts'

/** An answer to `eth_getProof`, as JSON. */
interface Answer {
  address: string
  balance: string
  codeHash: string
  nonce: string
  storageHash: string
  accountProof: string[]
  storageProof: { key: string; value: string; proof: string[] }[]
}

/** A log with two heads in its past, beside others: tries with branches, and blocks to mix up. */
async function startLies(t: Parameters<typeof startWorld>[0]) {
  const world = await startWorld(t)
  const { chain, honest, options, log, node } = world
  for (const name of ['one', 'two', 'three', 'four']) {
    await honest.publish({ owner: log.owner, topic: topicOf(name) }, undefined, A)
  }
  const before = await honest.publish(log, undefined, A)
  const { block } = await honest.publish(log, A, B)
  const headerOf = async (hash: string) =>
    (await chain.ask('eth_getBlockByHash', hash, false)) as Record<string, string>
  const proofOf = async (account: string, slot: string, blockHash: string) =>
    (await chain.ask('eth_getProof', account, [slot], { blockHash })) as Answer
  const good = await proofOf(options.registry, headSlot(log), block.hash)
  /** What is thrown when the node answers one method with this instead. */
  const lie = (method: string, answer: unknown): Promise<Thrown> => {
    node.answer(async (asked, honestly) => (asked === method ? answer : honestly()))
    return thrownBy(proveHead(options, log, block.hash))
  }
  const lieOf = (change: (answer: Answer) => void) => {
    const answer = structuredClone(good)
    change(answer)
    return lie('eth_getProof', answer)
  }
  return { ...world, block, before: before.block, headerOf, proofOf, good, lie, lieOf }
}

function corrupt(error: Thrown, part: string): void {
  assert.equal(error.code, 'CORRUPT', error.message)
  assert.equal(error.details.part, part, error.message)
}

test('a value that its proof does not show is CORRUPT', async t => {
  const { good, lie } = await startLies(t)
  for (const value of [`0x${A}`, '0x0', `0x${'01'.repeat(32)}`]) {
    const storageProof = [{ ...good.storageProof[0]!, value }]
    corrupt(await lie('eth_getProof', { ...good, storageProof }), 'value')
  }
})

test('each claim about the account that its proof refutes is CORRUPT', async t => {
  const { good, lie } = await startLies(t)
  const claims = {
    nonce: '0x7',
    balance: '0x7',
    codeHash: `0x${A}`,
    storageHash: `0x${A}`,
    address: `0x${'a1'.repeat(20)}`,
  }
  for (const [field, value] of Object.entries(claims)) {
    corrupt(await lie('eth_getProof', { ...good, [field]: value }), field)
  }
  const storageProof = [{ ...good.storageProof[0]!, key: '0x2' }]
  corrupt(await lie('eth_getProof', { ...good, storageProof }), 'key')
})

test('the proof of another account, honest in itself, is CORRUPT, also under the registry’s address', async t => {
  const { options, alice, log, block, proofOf, lie } = await startLies(t)
  const other = await proofOf(parseAddress(alice.address), headSlot(log), block.hash)
  corrupt(await lie('eth_getProof', other), 'address')
  corrupt(await lie('eth_getProof', { ...other, address: options.registry }), 'account proof')
})

test('the proof of another block, honest in itself, is CORRUPT: an older head can’t be passed off', async t => {
  const { options, log, before, proofOf, lie } = await startLies(t)
  const older = await proofOf(options.registry, headSlot(log), before.hash)
  corrupt(await lie('eth_getProof', older), 'account proof')
})

test('another block under the hash asked for is CORRUPT, and so is its state root in the right one', async t => {
  const { block, before, headerOf, lie } = await startLies(t)
  const [right, older] = [await headerOf(block.hash), await headerOf(before.hash)]
  corrupt(await lie('eth_getBlockByHash', older), 'block header')
  corrupt(await lie('eth_getBlockByHash', { ...older, hash: block.hash }), 'block header')
  corrupt(await lie('eth_getBlockByHash', { ...right, stateRoot: older.stateRoot }), 'block header')
  corrupt(await lie('eth_getBlockByHash', { ...right, hash: before.hash }), 'block header')
})

test('each field of the header counts: one changed, or one left out, is CORRUPT', async t => {
  const { block, headerOf, lie } = await startLies(t)
  const header = await headerOf(block.hash)
  const hashed = Object.keys(header).filter(
    name => !['hash', 'size', 'totalDifficulty', 'transactions', 'uncles', 'withdrawals'].includes(name),
  )
  assert.ok(hashed.length >= 20, hashed.join())
  for (const name of hashed) {
    const value = header[name]!
    const last = value.at(-1) === '1' ? '2' : '1'
    const changed = value === '0x' ? '0x01' : value.slice(0, -1) + last
    corrupt(await lie('eth_getBlockByHash', { ...header, [name]: changed }), 'block header')
  }
  for (const name of ['requestsHash', 'parentBeaconBlockRoot', 'baseFeePerGas']) {
    corrupt(await lie('eth_getBlockByHash', { ...header, [name]: undefined }), 'block header')
  }
  corrupt(await lie('eth_getBlockByHash', { ...header, slotNumber: '0x1' }), 'block header')
})

test('the proof for another slot, honest in itself, is CORRUPT, also under the right key', async t => {
  const { options, log, block, proofOf, good, lie } = await startLies(t)
  const otherSlot = headSlot({ owner: log.owner, topic: topicOf('one') })
  const other = await proofOf(options.registry, otherSlot, block.hash)
  corrupt(await lie('eth_getProof', other), 'key')
  const renamed = { ...other.storageProof[0]!, key: good.storageProof[0]!.key }
  corrupt(await lie('eth_getProof', { ...other, storageProof: [renamed] }), 'storage proof')
})

test('"never published" needs its own proof: none, and one of another empty slot, are CORRUPT', async t => {
  const { options, log, block, proofOf, good, lie, lieOf } = await startLies(t)
  const empty = (answer: Answer, proof: string[]) => {
    answer.storageProof = [{ key: good.storageProof[0]!.key, value: '0x0', proof }]
  }
  corrupt(await lieOf(answer => empty(answer, [])), 'storage proof')
  corrupt(await lieOf(answer => empty(answer, ['0x80'])), 'storage proof')
  const nobody = headSlot({ owner: log.owner, topic: topicOf('nobody') })
  const { storageProof } = await proofOf(options.registry, nobody, block.hash)
  const error = await lie('eth_getProof', {
    ...good,
    storageProof: [{ ...storageProof[0]!, key: good.storageProof[0]!.key }],
  })
  assert.equal(error.code, 'CORRUPT')
})

test('a proof cut at either end, in either trie, is CORRUPT, and so is one with a node too many', async t => {
  const { lieOf } = await startLies(t)
  const nodes = (answer: Answer) => [answer.accountProof, answer.storageProof[0]!.proof] as const
  for (const [trie, part] of [
    [0, 'account proof'],
    [1, 'storage proof'],
  ] as const) {
    corrupt(await lieOf(answer => void nodes(answer)[trie].pop()), part)
    corrupt(await lieOf(answer => void nodes(answer)[trie].shift()), part)
    corrupt(await lieOf(answer => void nodes(answer)[trie].splice(0)), part)
    corrupt(await lieOf(answer => void nodes(answer)[trie].push('0x80')), part)
    corrupt(await lieOf(answer => void nodes(answer)[trie].unshift('0x80')), part)
    corrupt(await lieOf(answer => void nodes(answer)[trie].push(nodes(answer)[trie][0]!)), part)
  }
})

test('every byte of a proof counts: whichever is flipped, the proof is CORRUPT', async t => {
  const { options, log, block, headerOf, good } = await startLies(t)
  const { stateRoot } = await headerOf(block.hash)
  const question = { registry: options.registry, log, stateRoot: stateRoot! }
  assert.equal(await verifyHeadProof(question, good), B)
  let flipped = 0
  for (const trie of ['accountProof', 'storageProof'] as const) {
    const count = trie === 'accountProof' ? good.accountProof.length : good.storageProof[0]!.proof.length
    for (let node = 0; node < count; node++) {
      const bytes = (trie === 'accountProof' ? good.accountProof : good.storageProof[0]!.proof)[node]!
      for (let at = 2; at < bytes.length; at += 2) {
        const answer = structuredClone(good)
        const nodes = trie === 'accountProof' ? answer.accountProof : answer.storageProof[0]!.proof
        const byte = Number.parseInt(bytes.slice(at, at + 2), 16) ^ 0x01
        nodes[node] = bytes.slice(0, at) + byte.toString(16).padStart(2, '0') + bytes.slice(at + 2)
        const error = await thrownBy(verifyHeadProof(question, answer))
        assert.equal(error.code, 'CORRUPT', `${trie} ${node}, byte ${at / 2 - 1}`)
        flipped += 1
      }
    }
  }
  assert.ok(flipped > 500, `${flipped} bytes`)
})

test('a state root of another block is CORRUPT for the proof that belongs to this one', async t => {
  const { options, log, block, before, headerOf } = await startLies(t)
  const { stateRoot } = await headerOf(before.hash)
  const state = { stateRoot: stateRoot!, blockNumber: block.number }
  corrupt(await thrownBy(proveHeadInState(options, log, state)), 'account proof')
})
