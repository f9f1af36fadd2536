import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { A, B, bytes32, C, deployRegistry, errorOf, eventsOf, NONE, TOPIC } from './support/registry.ts'

describe('publish', () => {
  it('sets the first head of a log and emits HeadMoved', async () => {
    const { registry, caller } = await deployRegistry()
    const receipt = await (await registry.publish(TOPIC, NONE, A)).wait()
    assert.deepEqual(eventsOf(registry, receipt), [['HeadMoved', caller.address, TOPIC, A]])
    assert.equal(await registry.headOf(caller, TOPIC), A)
  })

  it('moves the head that stands and emits HeadMoved', async () => {
    const { registry, caller } = await deployRegistry()
    await registry.publish(TOPIC, NONE, A)
    const receipt = await (await registry.publish(TOPIC, A, B)).wait()
    assert.deepEqual(eventsOf(registry, receipt), [['HeadMoved', caller.address, TOPIC, B]])
    assert.equal(await registry.headOf(caller, TOPIC), B)
  })

  it('moves a head back to an earlier one', async () => {
    const { registry, caller } = await deployRegistry()
    await registry.publish(TOPIC, NONE, A)
    await registry.publish(TOPIC, A, B)
    await registry.publish(TOPIC, B, A)
    assert.equal(await registry.headOf(caller, TOPIC), A)
  })

  it('reverts with StaleHead and the current head when another head stands', async () => {
    const { registry, caller } = await deployRegistry()
    await registry.publish(TOPIC, NONE, A)
    for (const expected of [NONE, C]) {
      const error = await errorOf(registry, registry.publish(TOPIC, expected, B))
      assert.deepEqual(error, ['StaleHead', caller.address, TOPIC, expected, A])
    }
    assert.equal(await registry.headOf(caller, TOPIC), A)
  })

  it('reverts with StaleHead and zero when no head stands', async () => {
    const { registry, caller } = await deployRegistry()
    const error = await errorOf(registry, registry.publish(TOPIC, A, B))
    assert.deepEqual(error, ['StaleHead', caller.address, TOPIC, A, NONE])
  })

  it('reverts with ZeroHead when the next head is zero, whatever stands', async () => {
    const { registry, caller } = await deployRegistry()
    assert.deepEqual(await errorOf(registry, registry.publish(TOPIC, NONE, NONE)), [
      'ZeroHead',
      caller.address,
      TOPIC,
    ])
    await registry.publish(TOPIC, NONE, A)
    assert.deepEqual(await errorOf(registry, registry.publish(TOPIC, A, NONE)), [
      'ZeroHead',
      caller.address,
      TOPIC,
    ])
  })

  it('reverts with UnchangedHead when the next head is the expected one', async () => {
    const { registry, caller } = await deployRegistry()
    await registry.publish(TOPIC, NONE, A)
    const error = await errorOf(registry, registry.publish(TOPIC, A, A))
    assert.deepEqual(error, ['UnchangedHead', caller.address, TOPIC, A])
  })

  it('touches neither another topic of the caller nor the same topic of another', async () => {
    const { registry, caller, stranger } = await deployRegistry()
    await registry.publish(TOPIC, NONE, A)
    assert.equal(await registry.headOf(caller, bytes32(0x71)), NONE)
    assert.equal(await registry.headOf(stranger, TOPIC), NONE)
    await registry.connect(stranger).publish(TOPIC, NONE, B)
    assert.equal(await registry.headOf(caller, TOPIC), A)
  })

  it('takes no ether', async () => {
    const { registry, caller } = await deployRegistry()
    const data = registry.interface.encodeFunctionData('publish', [TOPIC, NONE, A])
    await assert.rejects(caller.sendTransaction({ to: registry, data, value: 1n }))
    await assert.rejects(caller.sendTransaction({ to: registry, value: 1n }))
  })
})

describe('headsOf', () => {
  it('gives the head of each log in the order asked, doubles included, zero where none stands', async () => {
    const { registry, caller, stranger } = await deployRegistry()
    await registry.publish(TOPIC, NONE, A)
    await registry.connect(stranger).publish(TOPIC, NONE, B)
    const own = { owner: caller, topic: TOPIC }
    const logs = [{ owner: stranger, topic: TOPIC }, own, { owner: caller, topic: bytes32(0x71) }, own]
    assert.deepEqual([...(await registry.headsOf(logs))], [B, A, NONE, A])
  })

  it('gives nothing for no logs', async () => {
    const { registry } = await deployRegistry()
    assert.deepEqual([...(await registry.headsOf([]))], [])
  })
})

describe('headsWithBlock', () => {
  it('gives the heads, and number, time and parent of the block that they stand at', async () => {
    const { registry, caller, stranger, ethers } = await deployRegistry()
    await registry.publish(TOPIC, NONE, A)
    const logs = [
      { owner: caller, topic: TOPIC },
      { owner: stranger, topic: TOPIC },
    ]
    const receipt = await (await registry.publish(TOPIC, A, B)).wait()
    for (const [back, head] of [
      [0, B],
      [1, A],
    ] as const) {
      const block = (await ethers.provider.getBlock(receipt!.blockNumber - back))!
      const [seen, heads] = await registry.headsWithBlock(logs, { blockTag: block.number })
      assert.deepEqual([...heads], [head, NONE])
      assert.deepEqual([...seen], [BigInt(block.number), BigInt(block.timestamp), block.parentHash])
    }
  })
})
