import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  A,
  B,
  bytes32,
  deployRegistry,
  errorOf,
  eventsOf,
  NONE,
  ownerNumber,
  TOPIC,
} from './support/registry.ts'

const GROUP = bytes32(0x61)
const OTHER = bytes32(0x71)
const [phone, laptop] = [ownerNumber(1).address, ownerNumber(2).address] as const

async function deploy() {
  const deployed = await deployRegistry()
  const { registry, caller } = deployed
  /** The whole list as it stands: owner, topic, listed, cut-off, head, revision. */
  const list = async (group = GROUP) =>
    (await registry.lanesOf(caller, group, 0, 2000)).lanes.map(({ log, listed, cutOff, head, revision }) => [
      log.owner,
      log.topic,
      listed,
      cutOff,
      head,
      revision,
    ])
  return { ...deployed, alice: caller, list }
}

describe('addLane', () => {
  it('adds lanes in order and emits LaneAdded', async () => {
    const { registry, alice, list } = await deploy()
    const receipt = await (await registry.addLane(GROUP, phone, TOPIC)).wait()
    assert.deepEqual(eventsOf(registry, receipt), [['LaneAdded', alice.address, GROUP, phone, TOPIC, 1n]])
    await registry.addLane(GROUP, phone, OTHER)
    await registry.addLane(GROUP, laptop, TOPIC)
    assert.deepEqual(await list(), [
      [phone, TOPIC, true, NONE, NONE, 1n],
      [phone, OTHER, true, NONE, NONE, 1n],
      [laptop, TOPIC, true, NONE, NONE, 1n],
    ])
    assert.deepEqual(await list(OTHER), [])
  })

  it('reverts with LaneListed where it is listed', async () => {
    const { registry, alice } = await deploy()
    await registry.addLane(GROUP, phone, TOPIC)
    const error = await errorOf(registry, registry.addLane(GROUP, phone, TOPIC))
    assert.deepEqual(error, ['LaneListed', alice.address, GROUP, phone, TOPIC])
  })

  it('lists a removed lane again at its old place, without its cut-off', async () => {
    const { registry, list } = await deploy()
    await registry.addLane(GROUP, phone, TOPIC)
    await registry.addLane(GROUP, laptop, TOPIC)
    await registry.removeLane(GROUP, phone, TOPIC, A)
    await registry.addLane(GROUP, phone, TOPIC)
    assert.deepEqual(await list(), [
      [phone, TOPIC, true, NONE, NONE, 3n],
      [laptop, TOPIC, true, NONE, NONE, 1n],
    ])
  })

  it('reverts with TooManyLanes at the 1,025th, which stops neither removing nor adding again', async () => {
    const { registry, alice, ethers, connection, provider } = await deploy()
    assert.equal(await registry.MAX_LANES(), 1024n)
    // The list's length is written as storage: 1,024 transactions take their time. Slots as in contracts/README.md.
    const { AbiCoder, keccak256, toBeHex } = ethers
    const encode = (types: string[], values: unknown[]) =>
      keccak256(AbiCoder.defaultAbiCoder().encode(types, values))
    const name = encode(['address', 'bytes32'], [alice.address, GROUP])
    const slot = encode(['bytes32', 'uint256'], [name, 5])
    await registry.addLane(GROUP, phone, TOPIC)
    const setLength = (length: number) =>
      provider.request({
        method: 'hardhat_setStorageAt',
        params: [registry.target as string, slot, toBeHex(length, 32)],
      })
    await setLength(1023)
    await registry.addLane(GROUP, laptop, TOPIC)
    const error = await errorOf(registry, registry.addLane(GROUP, laptop, OTHER))
    assert.deepEqual(error, ['TooManyLanes', alice.address, GROUP, 1024n])
    await registry.removeLane(GROUP, phone, TOPIC, A)
    await registry.addLane(GROUP, phone, TOPIC)
    assert.equal((await registry.lanesOf(alice, GROUP, 1023, 9)).lanes[0]!.log.owner, laptop)
    await connection.close()
  })
})

describe('removeLane', () => {
  it('keeps the lane with its cut-off and its current head, and emits LaneRemoved', async () => {
    const { registry, alice, stranger, list } = await deploy()
    await registry.connect(stranger).publish(TOPIC, NONE, A)
    await registry.addLane(GROUP, stranger, TOPIC)
    const receipt = await (await registry.removeLane(GROUP, stranger, TOPIC, A)).wait()
    assert.deepEqual(eventsOf(registry, receipt), [
      ['LaneRemoved', alice.address, GROUP, stranger.address, TOPIC, A, 2n],
    ])
    await registry.connect(stranger).publish(TOPIC, A, B)
    assert.deepEqual(await list(), [[stranger.address, TOPIC, false, A, B, 2n]])
  })

  it('changes the cut-off of a removed lane, also to none', async () => {
    const { registry, list } = await deploy()
    await registry.addLane(GROUP, phone, TOPIC)
    for (const [cutOff, revision] of [
      [A, 2n],
      [B, 3n],
      [NONE, 4n],
    ] as const) {
      await registry.removeLane(GROUP, phone, TOPIC, cutOff)
      assert.deepEqual(await list(), [[phone, TOPIC, false, cutOff, NONE, revision]])
    }
  })

  it('raises the revision of what was never listed, and keeps nothing else', async () => {
    const { registry, alice, list } = await deploy()
    await registry.removeLane(GROUP, phone, TOPIC, A)
    assert.deepEqual(await list(), [])
    const { listed, cutOff, revision } = await registry.laneOf(alice, GROUP, phone, TOPIC)
    assert.deepEqual([listed, cutOff, revision], [false, NONE, 1n])
  })
})

describe('lanesOf, laneOf', () => {
  it('give lanes with the heads that stand, page by page, with the block that they were read at', async () => {
    const { registry, alice, stranger, ethers } = await deploy()
    await registry.publish(TOPIC, NONE, A)
    await registry.connect(stranger).publish(TOPIC, NONE, B)
    for (const log of [alice.address, stranger.address, phone]) await registry.addLane(GROUP, log, TOPIC)
    const block = (await ethers.provider.getBlock('latest'))!
    for (const [offset, limit, wanted] of [
      [0, 9, [A, B, NONE]],
      [1, 1, [B]],
      [3, 1, []],
      [2n ** 256n - 1n, 2n ** 256n - 1n, []],
    ] as const) {
      const [seen, total, lanes] = await registry.lanesOf(alice, GROUP, offset, limit)
      assert.equal(total, 3n)
      assert.deepEqual([...seen], [BigInt(block.number), BigInt(block.timestamp), block.parentHash])
      assert.deepEqual(
        lanes.map(({ head }) => head),
        wanted,
      )
    }
    const lane = await registry.laneOf(alice, GROUP, stranger, TOPIC)
    assert.deepEqual([lane.listed, lane.cutOff, lane.head, lane.revision], [true, NONE, B, 1n])
  })

  it("are of one owner: another owner's list of the same name is another", async () => {
    const { registry, alice, stranger } = await deploy()
    await registry.addLane(GROUP, phone, TOPIC)
    assert.equal((await registry.lanesOf(stranger, GROUP, 0, 9)).total, 0n)
    assert.equal((await registry.lanesOf(alice, GROUP, 0, 9)).total, 1n)
  })
})
