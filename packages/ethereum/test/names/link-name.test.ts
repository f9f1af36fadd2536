import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress } from '@remote-log/core'
import { BrowserProvider, EnsPlugin, id, Network, namehash, ZeroAddress } from 'ethers'
import { createKey, linkName, resolveLogName, setNameResolver, unlinkName } from '../../src/index.ts'
import { CHAIN_ID } from '../chain.ts'
import { A, TOPIC, thrownBy } from '../world.ts'
import { ALICE_ETH, CHAT, ensInterface, startNames } from './names-world.ts'

test('a name is linked, resolved by ethers and by this package, and unlinked', async t => {
  const { chain, ens, reading, writing, honest, registry, log, alice } = await startNames(t)
  const done = await linkName(writing, 'Alice.eth', { ...log, url: 'https://alice.example' })
  assert.equal(done.resolves, true)
  assert.match(done.transaction, /^0x[0-9a-f]{64}$/)
  assert.ok(done.gasUsed > 21_000n)
  await honest.publish(log, undefined, A)

  const network = new Network('local', CHAIN_ID)
  network.attachPlugin(new EnsPlugin(ens, CHAIN_ID))
  const ethers = new BrowserProvider(chain.provider, network)
  const resolver = await ethers.getResolver('alice.eth')
  assert.equal(await resolver!.getContentHash(), `bzz://${A}`)
  assert.equal(await resolver!.getAddress(), alice.address)
  assert.equal(await resolver!.getText('url'), 'https://alice.example')
  assert.equal(await resolver!.getText('remotelog.topic'), TOPIC)
  const text = await resolver!.getText('remotelog.registry')
  assert.equal(text?.toLowerCase(), `eip155:${CHAIN_ID}:${registry}`)
  const resolved = await resolveLogName(reading, 'alice.eth')
  assert.deepEqual([resolved.owner, resolved.topic, resolved.head], [log.owner, TOPIC, A])

  await unlinkName(writing, 'alice.eth')
  assert.equal((await thrownBy(resolveLogName(reading, 'alice.eth'))).code, 'NOT_FOUND')
})

test('a name is linked to the log of somebody else', async t => {
  const { reading, writing, bob } = await startNames(t)
  const owner = parseAddress(bob.address)
  await linkName(writing, 'alice.eth', { owner, topic: TOPIC })
  assert.equal((await resolveLogName(reading, 'alice.eth')).owner, owner)
  assert.equal((await resolveLogName(reading, 'chat.alice.eth')).topic, CHAT)
})

test('what the resolver refuses is REFUSED, with its own word for it', async t => {
  const { writing, log, bob, node } = await startNames(t)
  const reasonOf = async (work: Promise<unknown>) => {
    const { code, details } = await thrownBy(work)
    return [code, details.reason, details.name]
  }
  const asBob = { ...writing, signer: bob }
  const refused = (reason: string, name = 'alice.eth') => ['REFUSED', reason, name]
  assert.deepEqual(await reasonOf(linkName(asBob, 'alice.eth', log)), refused('NodeNotOwned'))
  assert.deepEqual(
    await reasonOf(linkName(writing, 'nobody.eth', log)),
    refused('NodeNotOwned', 'nobody.eth'),
  )
  assert.deepEqual(await reasonOf(unlinkName(writing, 'alice.eth')), refused('NotLinked'))
  const nobody = { owner: parseAddress(ZeroAddress), topic: TOPIC }
  assert.deepEqual(await reasonOf(linkName(writing, 'alice.eth', nobody)), refused('ZeroOwner'))
  assert.ok(!node.asked.includes('eth_sendRawTransaction'))
})

test('bad names, missing contracts, no funds, other chains and signals each have their own code', async t => {
  const { writing, log, registry, node } = await startNames(t)
  const link = (options: Partial<typeof writing>, name = 'alice.eth', signal?: AbortSignal) =>
    thrownBy(linkName({ ...writing, ...options }, name, log, { signal }))
  assert.equal((await link({}, 'a..eth')).code, 'INVALID_ARGUMENT')
  for (const resolver of [registry, log.owner]) {
    const { code, details } = await link({ resolver })
    assert.deepEqual([code, details.resolver], ['NO_CONTRACT', resolver])
  }
  assert.equal((await link({ chainId: 1 })).code, 'WRONG_CHAIN')
  assert.equal((await link({}, 'alice.eth', AbortSignal.abort())).code, 'ABORTED')
  assert.equal((await link({ signer: createKey() })).code, 'REFUSED')
  assert.ok(!node.asked.includes('eth_sendRawTransaction'))
  node.fail()
  assert.equal((await link({})).code, 'UNAVAILABLE')
})

test('linking says whether ENS asks this resolver, and it can be made to', async t => {
  const { reading, writing, log, inEns, alice, deployResolver } = await startNames(t)
  const resolver = await deployResolver()
  const options = { ...writing, resolver }
  assert.equal((await linkName(options, 'alice.eth', log)).resolves, false)
  assert.equal((await thrownBy(resolveLogName(reading, 'alice.eth'))).code, 'NOT_FOUND')
  assert.equal((await setNameResolver(options, 'alice.eth')).resolves, true)
  assert.equal((await resolveLogName(reading, 'alice.eth')).resolver, resolver)
  await inEns(alice, 'setOwner', [ALICE_ETH, ZeroAddress])
  assert.equal((await thrownBy(setNameResolver(options, 'alice.eth'))).code, 'REFUSED')
})

test('the resolver of a wrapped name is set through the wrapper', async t => {
  const { chain, writing, inEns, deployEns, deployResolver, alice, bob } = await startNames(t)
  // Of the wrapper this needs setResolver alone, which is the registry's: another registry stands for it.
  const wrapper = await deployEns()
  for (const [parent, label, owner] of [
    [`0x${'00'.repeat(32)}`, 'eth', bob],
    [namehash('eth'), 'alice', alice],
  ] as const) {
    await inEns(bob, 'setSubnodeOwner', [parent, id(label), owner.address], wrapper)
  }
  const resolver = await deployResolver(wrapper)
  await inEns(alice, 'setOwner', [ALICE_ETH, wrapper])
  await setNameResolver({ ...writing, resolver }, 'alice.eth')
  const data = ensInterface.encodeFunctionData('resolver', [ALICE_ETH])
  const answer = String(await chain.ask('eth_call', { to: wrapper, data }, 'latest'))
  assert.equal(`0x${answer.slice(26)}`, resolver)
})
