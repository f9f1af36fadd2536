import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LogKey, parseAddress, topicOf } from '@remote-log/core'
import {
  addLane,
  lanesOf,
  parseLaneChange,
  RegistryNameSystem,
  removeLane,
  signLaneChange,
  submitLaneChange,
} from '../src/index.ts'
import { CHAIN_ID } from './chain.ts'
import { A, B, startWorld, TOPIC, thrownBy } from './world.ts'

const group = topicOf('our devices')

/** Alice has the list; Bob's log of the same topic is a lane. */
async function startLanes(t: Parameters<typeof startWorld>[0]) {
  const world = await startWorld(t)
  const { log, bob, options, registry } = world
  return {
    ...world,
    list: { owner: log.owner, group },
    bobsLog: { owner: parseAddress(bob.address), topic: TOPIC } as LogKey,
    asBob: new RegistryNameSystem({ ...options, signer: bob }),
    place: { chainId: CHAIN_ID, registry, owner: log.owner },
  }
}

test('a list comes with all heads, in one round, at one block; removed lanes keep their cut-off', async t => {
  const { options, names, asBob, log, bobsLog, list, node } = await startLanes(t)
  assert.deepEqual((await lanesOf(options, list)).lanes, [])
  await names.publish(log, undefined, A)
  await asBob.publish(bobsLog, undefined, A)
  await addLane(options, group, log)
  await addLane(options, group, bobsLog)
  const { block } = await asBob.publish(bobsLog, A, B)
  const rounds = node.inRounds()
  assert.deepEqual(await lanesOf(options, list), {
    block,
    lanes: [
      { log, listed: true, cutOff: undefined, head: A, revision: 1 },
      { log: bobsLog, listed: true, cutOff: undefined, head: B, revision: 1 },
    ],
  })
  assert.equal(rounds(), 1)
  node.answer((_, honestly) => honestly())
  await removeLane(options, group, bobsLog, A)
  const [, removed] = (await lanesOf(options, list)).lanes
  assert.deepEqual(removed, { log: bobsLog, listed: false, cutOff: A, head: B, revision: 2 })
  await removeLane(options, group, bobsLog, undefined)
  assert.equal((await lanesOf(options, list)).lanes[1]!.cutOff, undefined)
  const twice = await thrownBy(addLane(options, group, log))
  assert.deepEqual([twice.code, twice.details.reason], ['REFUSED', 'LaneListed'])
})

test('a list of several pages is read at one block, in two rounds', async t => {
  const { options, list, node, registry, chain } = await startLanes(t)
  const { AbiCoder, keccak256, toBeHex } = await import('ethers')
  const encode = (types: string[], values: unknown[]) =>
    keccak256(AbiCoder.defaultAbiCoder().encode(types, values))
  const slot = encode(['bytes32', 'uint256'], [encode(['address', 'bytes32'], [list.owner, group]), 5])
  // Written as storage: a thousand transactions take their time. Each entry is then the log (0x0, 0).
  await chain.ask('hardhat_setStorageAt', registry, slot, toBeHex(1_024, 32))
  const rounds = node.inRounds()
  const { lanes } = await lanesOf(options, list)
  assert.equal(lanes.length, 1_024)
  // Block, calls and, the first time, the check of the registry; two pages more by hash.
  assert.equal(rounds(), 2)
})

test('a list with too few lanes for what it says to have is UNAVAILABLE', async t => {
  const { options, list, log, node } = await startLanes(t)
  await addLane(options, group, log)
  const { registryInterface } = await import('../src/index.ts')
  const lie = registryInterface.encodeFunctionResult('lanesOf', [
    { number: 1, timestamp: 1, parentHash: `0x${'11'.repeat(32)}` },
    2,
    [],
  ])
  const { selector } = registryInterface.getFunction('lanesOf')
  node.answer((method, honestly, params) =>
    method === 'eth_call' && (params[0] as { data: string }).data.startsWith(selector)
      ? Promise.resolve(lie)
      : honestly(),
  )
  assert.equal((await thrownBy(lanesOf(options, list))).code, 'UNAVAILABLE')
})

test('a signed change travels as JSON, is submitted by anybody, once', async t => {
  const { options, alice, bob, bobsLog, list, place } = await startLanes(t)
  const byBob = { ...options, signer: bob }
  const request = { ...place, group, log: bobsLog, listed: true, cutOff: null, revision: 0 }
  const added = parseLaneChange(JSON.parse(JSON.stringify(await signLaneChange(alice, request))))
  await submitLaneChange(byBob, added)
  const again = await thrownBy(submitLaneChange(byBob, added))
  assert.deepEqual([again.code, again.details.reason], ['REFUSED', 'StaleRevision'])
  const removal = { ...request, listed: false, cutOff: A, revision: 1 }
  await submitLaneChange(byBob, await signLaneChange(alice, removal))
  const { lanes } = await lanesOf(options, list)
  assert.deepEqual(lanes, [{ log: bobsLog, listed: false, cutOff: A, head: undefined, revision: 2 }])
  assert.equal((await thrownBy(signLaneChange(bob, request))).code, 'READ_ONLY')
  const cut = await thrownBy(signLaneChange(alice, { ...request, cutOff: A }))
  assert.equal(cut.code, 'INVALID_ARGUMENT')
  const elsewhere = await thrownBy(submitLaneChange(byBob, { ...added, registry: bobsLog.owner }))
  assert.equal(elsewhere.code, 'INVALID_ARGUMENT')
})

test('a signed change of wrong form is INVALID_ARGUMENT', async t => {
  const { alice, bobsLog, place } = await startLanes(t)
  const request = { ...place, group, log: bobsLog, listed: false, cutOff: A, revision: 0 }
  const change = await signLaneChange(alice, request)
  assert.deepEqual(parseLaneChange({ ...change }), change)
  for (const wrong of [
    { group: 'g' },
    { log: null },
    { listed: 1 },
    { cutOff: 'x' },
    { log: { owner: 1 } },
  ]) {
    assert.throws(() => parseLaneChange({ ...change, ...wrong }), { code: 'INVALID_ARGUMENT' })
  }
})
