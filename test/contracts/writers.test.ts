import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  A,
  B,
  bytes32,
  C,
  deployRegistry,
  errorOf,
  eventsOf,
  NONE,
  NOW,
  ownerNumber,
  TOPIC,
} from './support/registry.ts'

const OTHER = bytes32(0x71)
const EVERY = bytes32(0xff)
const ZERO = `0x${'00'.repeat(20)}`
const LATER = NOW + 1_000n
const phone = ownerNumber(7).address

/** Alice, the caller, has the log; Bob may be its writer. */
async function deploy() {
  const deployed = await deployRegistry()
  return {
    ...deployed,
    alice: deployed.caller,
    bob: deployed.stranger,
    asBob: deployed.registry.connect(deployed.stranger),
  }
}

describe('authorizeWriter', () => {
  it('writes expiry and revision, lists the writer once, and emits WriterAuthorized', async () => {
    const { registry, alice } = await deploy()
    const receipt = await (await registry.authorizeWriter(TOPIC, phone, LATER)).wait()
    assert.deepEqual(eventsOf(registry, receipt), [
      ['WriterAuthorized', alice.address, TOPIC, phone, LATER, 1n],
    ])
    assert.deepEqual([...(await registry.grantOf(alice, TOPIC, phone))], [LATER, 1n])
    await registry.authorizeWriter(TOPIC, phone, LATER + 5n)
    assert.deepEqual([...(await registry.grantOf(alice, TOPIC, phone))], [LATER + 5n, 2n])
    const [, total, writers] = await registry.writersOf(alice, 0, 9)
    assert.equal(total, 1n)
    assert.deepEqual([...writers[0]!], [TOPIC, phone, LATER + 5n, 2n])
  })

  it('takes an expiry in the second of its block, and reverts with ExpiryPassed for one before', async () => {
    const { registry, alice, setTime } = await deploy()
    await registry.authorizeWriter(TOPIC, phone, NOW)
    await setTime(NOW + 10n)
    const error = await errorOf(registry, registry.authorizeWriter(TOPIC, phone, NOW + 9n))
    assert.deepEqual(error, ['ExpiryPassed', alice.address, TOPIC, phone, NOW + 9n, NOW + 10n])
    assert.equal((await errorOf(registry, registry.authorizeWriter(TOPIC, phone, 0)))[0], 'ExpiryPassed')
  })

  it('reverts with ZeroWriter for the account 0x0', async () => {
    const { registry, alice } = await deploy()
    const error = await errorOf(registry, registry.authorizeWriter(TOPIC, ZERO, LATER))
    assert.deepEqual(error, ['ZeroWriter', alice.address, TOPIC])
  })
})

describe('revokeWriter', () => {
  it('ends a grant at once, keeps its line with expiry zero, and emits WriterRevoked', async () => {
    const { registry, alice, bob, asBob } = await deploy()
    await registry.authorizeWriter(TOPIC, bob, LATER)
    const receipt = await (await registry.revokeWriter(TOPIC, bob)).wait()
    assert.deepEqual(eventsOf(registry, receipt), [['WriterRevoked', alice.address, TOPIC, bob.address, 2n]])
    const error = await errorOf(registry, asBob.publishFor(alice, TOPIC, NONE, A))
    assert.deepEqual(error, ['NotAWriter', alice.address, TOPIC, bob.address, 0n])
    const [, , writers] = await registry.writersOf(alice, 0, 9)
    assert.deepEqual(
      writers.map(line => [...line]),
      [[TOPIC, bob.address, 0n, 2n]],
    )
  })

  it('counts in the same block already: the transaction behind it is refused', async () => {
    const { registry, alice, bob, asBob, provider } = await deploy()
    await registry.authorizeWriter(TOPIC, bob, LATER)
    await provider.request({ method: 'evm_setAutomine', params: [false] })
    const gasLimit = 200_000
    const revoked = await registry.revokeWriter(TOPIC, bob, {
      gasLimit,
      maxPriorityFeePerGas: 2_000_000_000n,
    })
    const late = await asBob.publishFor(alice, TOPIC, NONE, A, {
      gasLimit,
      maxPriorityFeePerGas: 1_000_000_000n,
    })
    await provider.request({ method: 'hardhat_mine', params: ['0x1'] })
    const [first, second] = await Promise.all(
      [revoked, late].map(({ hash }) => registry.runner!.provider!.getTransactionReceipt(hash)),
    )
    assert.equal(first!.blockNumber, second!.blockNumber)
    assert.deepEqual([first!.status, second!.status], [1, 0])
    assert.equal(await registry.headOf(alice, TOPIC), NONE)
  })

  it('leaves the grant for every topic, which is another one', async () => {
    const { registry, alice, bob, asBob } = await deploy()
    await registry.authorizeWriter(TOPIC, bob, LATER)
    await registry.authorizeWriter(EVERY, bob, LATER)
    await registry.revokeWriter(TOPIC, bob)
    await asBob.publishFor(alice, TOPIC, NONE, A)
    await registry.revokeWriter(EVERY, bob)
    assert.equal((await errorOf(registry, asBob.publishFor(alice, TOPIC, A, B)))[0], 'NotAWriter')
  })

  it('raises the revision of who was never authorized, and lists nobody', async () => {
    const { registry, alice } = await deploy()
    await registry.revokeWriter(TOPIC, phone)
    assert.deepEqual([...(await registry.grantOf(alice, TOPIC, phone))], [0n, 1n])
    assert.equal((await registry.writersOf(alice, 0, 9)).total, 0n)
    await registry.authorizeWriter(TOPIC, phone, LATER)
    assert.equal((await registry.writersOf(alice, 0, 9)).total, 1n)
  })
})

describe('publishFor', () => {
  it('moves the head of who authorized the caller and emits HeadMoved', async () => {
    const { registry, alice, bob, asBob } = await deploy()
    await registry.authorizeWriter(TOPIC, bob, LATER)
    const receipt = await (await asBob.publishFor(alice, TOPIC, NONE, A)).wait()
    assert.deepEqual(eventsOf(registry, receipt), [['HeadMoved', alice.address, TOPIC, A]])
    assert.equal(await registry.headOf(alice, TOPIC), A)
    assert.equal(await registry.headOf(bob, TOPIC), NONE)
    await registry.publish(TOPIC, A, B)
    await asBob.publishFor(alice, TOPIC, B, C)
  })

  it('reverts with NotAWriter for a stranger, for another topic, and for another owner', async () => {
    const { registry, alice, bob, asBob } = await deploy()
    assert.deepEqual(await errorOf(registry, asBob.publishFor(alice, TOPIC, NONE, A)), [
      'NotAWriter',
      alice.address,
      TOPIC,
      bob.address,
      0n,
    ])
    await registry.authorizeWriter(TOPIC, bob, LATER)
    assert.deepEqual(await errorOf(registry, asBob.publishFor(alice, OTHER, NONE, A)), [
      'NotAWriter',
      alice.address,
      OTHER,
      bob.address,
      0n,
    ])
    assert.deepEqual(await errorOf(registry, asBob.publishFor(phone, TOPIC, NONE, A)), [
      'NotAWriter',
      phone,
      TOPIC,
      bob.address,
      0n,
    ])
    assert.deepEqual(await errorOf(registry, registry.publishFor(alice, TOPIC, NONE, A)), [
      'NotAWriter',
      alice.address,
      TOPIC,
      alice.address,
      0n,
    ])
  })

  it('takes a writer in the second of the expiry and not one later, and says when its time was over', async () => {
    const { registry, alice, bob, asBob, setTime } = await deploy()
    await registry.authorizeWriter(TOPIC, bob, LATER)
    await registry.authorizeWriter(EVERY, bob, LATER - 1n)
    await setTime(LATER)
    await asBob.publishFor(alice, TOPIC, NONE, A)
    await setTime(LATER + 1n)
    assert.deepEqual(await errorOf(registry, asBob.publishFor(alice, TOPIC, A, B)), [
      'NotAWriter',
      alice.address,
      TOPIC,
      bob.address,
      LATER,
    ])
    assert.deepEqual(await errorOf(registry, asBob.publishFor(alice, OTHER, A, B)), [
      'NotAWriter',
      alice.address,
      OTHER,
      bob.address,
      LATER - 1n,
    ])
  })

  it('takes a writer of every topic, also where the grant for the topic is over', async () => {
    const { registry, alice, bob, asBob, setTime } = await deploy()
    await registry.authorizeWriter(TOPIC, bob, NOW + 5n)
    await registry.authorizeWriter(EVERY, bob, LATER)
    await setTime(NOW + 50n)
    await asBob.publishFor(alice, TOPIC, NONE, A)
    await asBob.publishFor(alice, OTHER, NONE, B)
    assert.deepEqual([await registry.headOf(alice, TOPIC), await registry.headOf(alice, OTHER)], [A, B])
  })

  it('holds a writer to the rules of a head: ZeroHead, UnchangedHead, StaleHead, of the owner', async () => {
    const { registry, alice, bob, asBob } = await deploy()
    await registry.authorizeWriter(TOPIC, bob, LATER)
    await registry.publish(TOPIC, NONE, A)
    for (const [expected, next, error] of [
      [A, NONE, ['ZeroHead', alice.address, TOPIC]],
      [A, A, ['UnchangedHead', alice.address, TOPIC, A]],
      [NONE, B, ['StaleHead', alice.address, TOPIC, NONE, A]],
    ] as const) {
      assert.deepEqual(await errorOf(registry, asBob.publishFor(alice, TOPIC, expected, next)), error)
    }
  })

  it('lets a writer authorize nobody and change no lane: those calls are about the caller', async () => {
    const { registry, alice, bob, asBob } = await deploy()
    await registry.authorizeWriter(EVERY, bob, LATER)
    await asBob.authorizeWriter(TOPIC, phone, LATER)
    await asBob.addLane(TOPIC, phone, TOPIC)
    assert.equal(await registry.isWriter(alice, TOPIC, phone), false)
    assert.equal((await registry.lanesOf(alice, TOPIC, 0, 9)).total, 0n)
  })
})

describe('isWriter, grantOf, writersOf', () => {
  it('say who may write, by either grant', async () => {
    const { registry, alice } = await deploy()
    assert.equal(await registry.EVERY_TOPIC(), EVERY)
    assert.equal(await registry.isWriter(alice, TOPIC, phone), false)
    await registry.authorizeWriter(EVERY, phone, 2n ** 64n - 1n)
    assert.equal(await registry.isWriter(alice, TOPIC, phone), true)
    assert.deepEqual([...(await registry.grantOf(alice, TOPIC, phone))], [0n, 0n])
    assert.equal(await registry.isWriter(phone, TOPIC, phone), false)
  })

  it("give an owner's list page by page, with the block that it was read at", async () => {
    const { registry, alice, ethers } = await deploy()
    const all = [0, 1, 2].map(n => ownerNumber(n).address)
    for (const writer of all) await registry.authorizeWriter(TOPIC, writer, LATER)
    const block = (await ethers.provider.getBlock('latest'))!
    for (const [offset, limit, wanted] of [
      [0, 9, all],
      [0, 2, all.slice(0, 2)],
      [2, 2, all.slice(2)],
      [1, 0, []],
      [3, 9, []],
      [2n ** 256n - 1n, 2n ** 256n - 1n, []],
      [1, 2n ** 256n - 1n, all.slice(1)],
    ] as const) {
      const [seen, total, writers] = await registry.writersOf(alice, offset, limit)
      assert.equal(total, 3n)
      assert.deepEqual([...seen], [BigInt(block.number), BigInt(block.timestamp), block.parentHash])
      assert.deepEqual(
        writers.map(({ writer }) => writer),
        wanted,
      )
    }
  })
})
