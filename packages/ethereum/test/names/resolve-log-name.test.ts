import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress, parseTopic, topicOf } from '@remote-log/core'
import { AbiCoder, EnsPlugin, Interface, id, namehash } from 'ethers'
import { ENS_REGISTRY, linkName, type NameOptions, resolveLogName } from '../../src/index.ts'
import { CHAIN_ID } from '../chain.ts'
import { A, B, TOPIC, thrownBy } from '../world.ts'
import { ALICE_ETH, CHAT, startNames } from './names-world.ts'

const RESOLVER = new Interface([
  'function supportsInterface(bytes4 id) view returns (bool)',
  'function resolve(bytes name, bytes data) view returns (bytes)',
  'function addr(bytes32 node) view returns (address)',
  'function contenthash(bytes32 node) view returns (bytes)',
  'function text(bytes32 node, string key) view returns (string)',
])
const RECORDS = ['addr', 'contenthash', 'text'] as const
type Names = Awaited<ReturnType<typeof startNames>>
type Records = Partial<Record<'addr' | 'contenthash' | 'remotelog.topic' | 'remotelog.registry', unknown>>

/** Makes the node answer for the resolver: these records, and the honest ones for the rest. */
function lie({ node, resolver }: Names, records: Records): void {
  node.answer(async (method, honest, params) => {
    const [call] = params as [{ to?: string; data?: string }]
    const outer = RESOLVER.getFunction('resolve')!.selector
    if (method !== 'eth_call' || call.to !== resolver || !call.data?.startsWith(outer)) return honest()
    const inner = String(RESOLVER.decodeFunctionData('resolve', call.data)[1])
    const record = RECORDS.find(name => inner.startsWith(RESOLVER.getFunction(name)!.selector))!
    const key = record === 'text' ? String(RESOLVER.decodeFunctionData('text', inner)[1]) : record
    if (!(key in records)) return honest()
    const value = RESOLVER.encodeFunctionResult(record, [records[key as keyof Records]])
    return RESOLVER.encodeFunctionResult('resolve', [value])
  })
}

/** Alice's name, linked to her log with the head A. */
async function linked(t: Parameters<typeof startNames>[0]): Promise<Names> {
  const names = await startNames(t)
  await linkName(names.writing, 'alice.eth', names.log)
  await names.honest.publish(names.log, undefined, A)
  return names
}

test('a linked name is resolved to its log, with the head at that block', async t => {
  const { reading, registry, resolver, honest, log } = await linked(t)
  const { block } = await honest.head(log)
  assert.deepEqual(await resolveLogName(reading, 'alice.eth'), {
    name: 'alice.eth',
    chainId: CHAIN_ID,
    registry,
    resolver,
    owner: log.owner,
    topic: TOPIC,
    head: A,
    block,
  })
  await honest.publish(log, A, B)
  assert.equal((await resolveLogName(reading, 'alice.eth')).head, B)
})

test('a name below it is resolved to a topic of the same owner, published or not', async t => {
  const { reading, honest, log } = await linked(t)
  const before = await resolveLogName(reading, 'chat.alice.eth')
  assert.deepEqual([before.owner, before.topic, before.head], [log.owner, CHAT, undefined])
  await honest.publish({ owner: log.owner, topic: CHAT }, undefined, B)
  assert.equal((await resolveLogName(reading, 'chat.alice.eth')).head, B)
})

test('a name is normalized first', async t => {
  const { reading } = await linked(t)
  const { name, topic } = await resolveLogName(reading, 'CHAT.Alice.ETH')
  assert.deepEqual([name, topic], ['chat.alice.eth', topicOf('chat')])
})

test('a name can be looked up at an older block tag', async t => {
  const { reading, chain } = await linked(t)
  await chain.ask('hardhat_mine', '0x80')
  assert.equal((await resolveLogName(reading, 'alice.eth', { at: 'finalized' })).head, A)
})

test('what is no name is INVALID_ARGUMENT', async t => {
  const { reading, node } = await startNames(t)
  node.asked.length = 0
  for (const name of [
    '',
    '.',
    'a..eth',
    'alice.eth.',
    'a b.eth',
    'a_b.eth',
    '\u0430lice.eth',
    `${'a'.repeat(256)}.eth`,
  ]) {
    assert.equal((await thrownBy(resolveLogName(reading, name))).code, 'INVALID_ARGUMENT', name)
  }
  assert.deepEqual(node.asked, [])
})

test('a name without a resolver, or that stands for no log, is NOT_FOUND', async t => {
  const { reading, inEns, alice, bob } = await linked(t)
  for (const name of ['bob.eth', 'eth', 'old.chat.alice.eth']) {
    assert.equal((await thrownBy(resolveLogName(reading, name))).code, 'NOT_FOUND', name)
  }
  await inEns(alice, 'setOwner', [ALICE_ETH, bob.address])
  assert.equal((await thrownBy(resolveLogName(reading, 'alice.eth'))).code, 'NOT_FOUND')
})

test('below a name whose resolver takes no names there is nothing; above, none is asked', async t => {
  const { reading, inEns, ens, alice, bob } = await linked(t)
  // ENS's registry answers to no call of a resolver.
  await inEns(alice, 'setResolver', [ALICE_ETH, ens])
  assert.equal((await thrownBy(resolveLogName(reading, 'chat.alice.eth'))).code, 'NOT_FOUND')
  assert.equal((await thrownBy(resolveLogName(reading, 'alice.eth'))).code, 'NOT_FOUND')
  await inEns(alice, 'setSubnodeOwner', [ALICE_ETH, id('chat'), bob.address])
  await inEns(bob, 'setResolver', [namehash('chat.alice.eth'), alice.address])
  assert.equal((await thrownBy(resolveLogName(reading, 'chat.alice.eth'))).code, 'NOT_FOUND')
})

test('a resolver that contradicts the registry is CORRUPT', async t => {
  const names = await linked(t)
  const swarm = (hash: string) => `0xe40101fa011b20${hash}`
  for (const contenthash of [swarm(B), '0x', `0xe40101fb011b20${A}`, `${swarm(A)}00`, '0xe301']) {
    lie(names, { contenthash })
    const { code, details } = await thrownBy(resolveLogName(names.reading, 'alice.eth'))
    assert.deepEqual([code, details.head, details.contenthash], ['CORRUPT', A, contenthash])
  }
  // Another owner's log has no head, but the head is still A's.
  lie(names, { addr: names.bob.address })
  assert.equal((await thrownBy(resolveLogName(names.reading, 'alice.eth'))).code, 'CORRUPT')
})

test('a record that is unreadable is CORRUPT, one that is missing NOT_FOUND', async t => {
  const names = await linked(t)
  const caip10 = `eip155:${CHAIN_ID}:${names.registry}`
  const cases: [Records, string][] = [
    [{ 'remotelog.topic': '0x70' }, 'CORRUPT'],
    [{ 'remotelog.topic': 'chat' }, 'CORRUPT'],
    [{ 'remotelog.topic': '' }, 'NOT_FOUND'],
    [{ 'remotelog.registry': names.registry }, 'CORRUPT'],
    [{ 'remotelog.registry': `${caip10}00` }, 'CORRUPT'],
    [{ 'remotelog.registry': `eip155:0${CHAIN_ID}:${names.registry}` }, 'CORRUPT'],
    // Mixed case that is no checksum.
    [{ 'remotelog.registry': caip10.replace(/[a-f](?=[^a-f]*$)/, digit => digit.toUpperCase()) }, 'CORRUPT'],
    [{ 'remotelog.registry': '' }, 'NOT_FOUND'],
    [{ 'remotelog.registry': `eip155:1:${names.registry}` }, 'WRONG_CHAIN'],
    [{ 'remotelog.registry': `eip155:${CHAIN_ID}:${names.ens}` }, 'NO_CONTRACT'],
    [{ addr: `0x${'00'.repeat(20)}` }, 'NOT_FOUND'],
  ]
  for (const [records, code] of cases) {
    lie(names, records)
    const thrown = await thrownBy(resolveLogName(names.reading, 'alice.eth'))
    assert.equal(thrown.code, code, JSON.stringify(records))
  }
})

test('only the registry that is asked for is accepted', async t => {
  const { reading, registry, ens } = await linked(t)
  assert.equal((await resolveLogName({ ...reading, registry }, 'alice.eth')).registry, registry)
  const { code, details } = await thrownBy(resolveLogName({ ...reading, registry: ens }, 'alice.eth'))
  assert.deepEqual([code, details.expected, details.got], ['REFUSED', ens, registry])
})

test('a resolver that refers to a server is REFUSED', async t => {
  const { reading, node, resolver } = await linked(t)
  const data = `0x556f1830${AbiCoder.defaultAbiCoder()
    .encode(
      ['address', 'string[]', 'bytes', 'bytes4', 'bytes'],
      [resolver, ['https://gateway.example'], '0x', '0x00000000', '0x'],
    )
    .slice(2)}`
  node.answer((method, honest, params) => {
    const [call] = params as [{ to?: string; data?: string }]
    const asks = method === 'eth_call' && call.data?.startsWith(RESOLVER.getFunction('resolve')!.selector)
    return asks ? Promise.reject({ code: 3, message: 'execution reverted', data }) : honest()
  })
  const { code, details } = await thrownBy(resolveLogName(reading, 'alice.eth'))
  assert.deepEqual([code, details.reason], ['REFUSED', 'offchain lookup'])
})

test('no ENS, another chain, a node that fails and a signal each have their own code', async t => {
  const { reading, node, registry } = await linked(t)
  const code = async (options: NameOptions, signal?: AbortSignal) =>
    (await thrownBy(resolveLogName(options, 'alice.eth', { signal }))).code
  assert.equal(await code({ ...reading, ens: registry }), 'NO_CONTRACT')
  assert.equal(await code({ ...reading, ens: undefined }), 'NO_CONTRACT')
  assert.equal(await code({ ...reading, chainId: 1 }), 'WRONG_CHAIN')
  assert.equal(await code(reading, AbortSignal.abort()), 'ABORTED')
  node.fail()
  assert.equal(await code(reading), 'UNAVAILABLE')
})

test('a node that does not know the block yet is asked again', async t => {
  const { reading, node } = await linked(t)
  let failures = 1
  node.answer((method, honest) =>
    method === 'eth_call' && failures-- > 0
      ? Promise.reject({ code: -32000, message: 'header not found' })
      : honest(),
  )
  assert.equal((await resolveLogName(reading, 'alice.eth')).head, A)
})

test('records of any resolver count: one that takes no names is asked by the node', async t => {
  const names = await linked(t)
  const { node, resolver, reading } = names
  const asked: string[] = []
  node.answer(async (method, honest, params) => {
    const [call] = params as [{ to?: string; data?: string }]
    if (method !== 'eth_call' || call.to !== resolver) return honest()
    asked.push(call.data!.slice(0, 10))
    const isQuestion = call.data!.startsWith(RESOLVER.getFunction('supportsInterface')!.selector)
    return isQuestion ? RESOLVER.encodeFunctionResult('supportsInterface', [false]) : honest()
  })
  assert.equal((await resolveLogName(reading, 'alice.eth')).head, A)
  assert.ok(!asked.includes(RESOLVER.getFunction('resolve')!.selector))
})

test('the topic of a label is keccak256 of its bytes; ENS stands where ethers knows it to be', () => {
  assert.equal(parseTopic(id('chät')), topicOf('chät'))
  assert.equal(ENS_REGISTRY, parseAddress(new EnsPlugin().address))
})
