import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getBytes } from 'ethers'
import {
  A,
  B,
  bytes32,
  C,
  deployRegistry,
  eventsOf,
  MAX_LEAD,
  NONE,
  NOW,
  ownerNumber,
  REFUSAL,
  TOPIC,
} from './support/registry.ts'

const [phone, laptop] = [ownerNumber(1), ownerNumber(2)] as const
const EVERY = bytes32(0xff)
const LATER = NOW + 1_000n

/** The caller is the owner; the phone is a live writer of the topic. */
async function deploy() {
  const deployed = await deployRegistry()
  await deployed.registry.authorizeWriter(TOPIC, phone, LATER)
  const owner = deployed.caller.address
  return {
    ...deployed,
    owner,
    byPhone: (changes: Parameters<typeof deployed.signedByWriter>[2] = {}) =>
      deployed.signedByWriter(phone, owner, changes),
  }
}

/** Submits one item; the reason why it was refused (0: it was not). */
async function submit(
  { registry, stranger }: Awaited<ReturnType<typeof deploy>>,
  item: ReturnType<Awaited<ReturnType<typeof deploy>>['byPhone']>,
): Promise<bigint> {
  const receipt = await (await registry.connect(stranger).publishSignedByWriters([item])).wait()
  const [event] = eventsOf(registry, receipt)
  return event![0] === 'HeadMoved' ? REFUSAL.None : (event![4] as bigint)
}

describe('publishSignedByWriters', () => {
  it('moves heads that live writers signed for, two steps of one log included', async () => {
    const { registry, owner, stranger, byPhone, signedByWriter } = await deploy()
    await registry.authorizeWriter(EVERY, laptop, LATER)
    const items = [
      byPhone(),
      byPhone({ expected: A, next: B }),
      signedByWriter(laptop, owner, { topic: C, next: C }),
    ]
    const receipt = await (await registry.connect(stranger).publishSignedByWriters(items)).wait()
    assert.deepEqual(eventsOf(registry, receipt), [
      ['HeadMoved', owner, TOPIC, A],
      ['HeadMoved', owner, TOPIC, B],
      ['HeadMoved', owner, C, C],
    ])
    assert.equal(await registry.headOf(owner, TOPIC), B)
    assert.equal(await registry.headOf(owner, C), C)
  })

  it('reports each bad item by an event with its position, reason and current head, and carries out the others', async () => {
    const { registry, owner, byPhone, signedByWriter } = await deploy()
    const items = [
      byPhone({ next: NONE }),
      byPhone(),
      byPhone({ expected: A, next: A }),
      byPhone({ expected: A, next: B, deadline: NOW - 1n }),
      byPhone({ expected: A, next: B, deadline: NOW + MAX_LEAD + 100n }),
      byPhone({ expected: C, next: B }),
      { ...byPhone({ expected: A, next: B }), r: B },
      signedByWriter(laptop, owner, { expected: A, next: B }),
      byPhone({ expected: A, next: B }),
    ]
    const receipt = await (await registry.publishSignedByWriters(items)).wait()
    const refused = (index: bigint, reason: bigint, current: string) =>
      ['SignedHeadRefused', owner, TOPIC, index, reason, current] as const
    assert.deepEqual(eventsOf(registry, receipt), [
      refused(0n, REFUSAL.ZeroHead, NONE),
      ['HeadMoved', owner, TOPIC, A],
      refused(2n, REFUSAL.UnchangedHead, A),
      refused(3n, REFUSAL.Expired, A),
      refused(4n, REFUSAL.DeadlineTooFar, A),
      refused(5n, REFUSAL.StaleHead, A),
      refused(6n, REFUSAL.BadSignature, A),
      refused(7n, REFUSAL.NotAWriter, A),
      ['HeadMoved', owner, TOPIC, B],
    ])
  })

  it('tells a caller beforehand what would become of each item', async () => {
    const { registry, owner, byPhone, signedByWriter, provider } = await deploy()
    await provider.request({ method: 'hardhat_mine', params: ['0x1'] })
    const items = [byPhone(), signedByWriter(laptop, owner, { expected: A, next: B })]
    const outcomes = getBytes(await registry.publishSignedByWriters.staticCall(items))
    assert.deepEqual([...outcomes].map(BigInt), [REFUSAL.None, REFUSAL.NotAWriter])
  })

  it('looks at the grant when it is carried out, not when it was signed: revoked and expired writers are out', async () => {
    const deployed = await deploy()
    const { registry, owner, byPhone, signedByWriter, setTime } = deployed
    const signed = byPhone()
    await registry.revokeWriter(TOPIC, phone)
    assert.equal(await submit(deployed, signed), REFUSAL.NotAWriter)
    await registry.authorizeWriter(TOPIC, laptop, LATER)
    await setTime(LATER)
    assert.equal(await submit(deployed, signedByWriter(laptop, owner)), REFUSAL.None)
    const late = signedByWriter(laptop, owner, { expected: A, next: B })
    await setTime(LATER + 1n)
    assert.equal(await submit(deployed, late), REFUSAL.NotAWriter)
  })

  it('takes no statement of another owner, topic, writer or chain, nor a malleable one', async () => {
    const deployed = await deploy()
    const { registry, owner, byPhone, signedByWriter, statementOf, digestOf, chainId } = deployed
    const good = byPhone()
    assert.equal(await submit(deployed, signedByWriter(phone, laptop.address)), REFUSAL.NotAWriter)
    assert.equal(await submit(deployed, byPhone({ topic: C })), REFUSAL.NotAWriter)
    assert.equal(await submit(deployed, { ...good, writer: owner }), REFUSAL.NotAWriter)
    await registry.authorizeWriter(TOPIC, laptop, LATER)
    assert.equal(await submit(deployed, { ...good, writer: laptop.address }), REFUSAL.BadSignature)
    const elsewhere = phone.signingKey.sign(digestOf(statementOf(owner), { chainId: chainId + 1n }))
    assert.equal(
      await submit(deployed, { ...good, r: elsewhere.r, vs: elsewhere.yParityAndS }),
      REFUSAL.BadSignature,
    )
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const parity = BigInt(good.vs) >> 255n
    const s = BigInt(good.vs) & ((1n << 255n) - 1n)
    const twin = ((order - s) | ((1n - parity) << 255n)).toString(16).padStart(64, '0')
    assert.equal(await submit(deployed, { ...good, vs: `0x${twin}` }), REFUSAL.BadSignature)
    assert.equal(await submit(deployed, good), REFUSAL.None)
  })

  it("gives a writer's signature no power over a log of its own, nor an owner's here", async () => {
    const deployed = await deploy()
    const { registry, byPhone, signedByWriter } = deployed
    const { statement, r, vs } = byPhone()
    const [outcome] = getBytes(await registry.publishSigned.staticCall([{ statement, r, vs }]))
    assert.equal(BigInt(outcome!), REFUSAL.BadSignature)
    assert.equal(await submit(deployed, signedByWriter(phone, phone.address)), REFUSAL.NotAWriter)
  })
})
