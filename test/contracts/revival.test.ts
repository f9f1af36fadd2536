import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getBytes } from 'ethers'
import {
  A,
  B,
  deployRegistry,
  errorOf,
  type Grant,
  NOW,
  ownerNumber,
  REFUSAL,
  TOPIC,
} from './support/registry.ts'

const [alice, phone] = [ownerNumber(0), ownerNumber(1)] as const
const LATER = NOW + 1_000_000n

/** Alice's log stands at A; her phone is a writer of it by revision 1. */
async function deploy() {
  const deployed = await deployRegistry()
  const { registry, digestOfGrant, signedByKey, signedByWriter } = deployed
  const submitGrant = (changes: Partial<Grant>) => {
    const grant = {
      owner: alice.address,
      topic: TOPIC,
      writer: phone.address,
      expiry: LATER,
      revision: 0n,
      deadline: NOW + 86_400n,
      ...changes,
    }
    return registry.setWriterSigned(grant, alice.signingKey.sign(digestOfGrant(grant)).compactSerialized)
  }
  await registry.publishSigned([signedByKey(alice)])
  await submitGrant({})
  const byPhone = async (item: ReturnType<typeof signedByWriter>): Promise<bigint> => {
    const [outcome] = getBytes(await registry.publishSignedByWriters.staticCall([item]))
    await registry.publishSignedByWriters([item])
    return BigInt(outcome!)
  }
  return {
    ...deployed,
    submitGrant,
    byPhone,
    stepOfPhone: (expected: string, next: string) => signedByWriter(phone, alice.address, { expected, next }),
  }
}

describe('what works again', () => {
  it("an owner's statement, after a writer moved the head back", async () => {
    const { registry, signedByKey, byPhone, stepOfPhone } = await deploy()
    const step = signedByKey(alice, { expected: A, next: B })
    await registry.publishSigned([step])
    assert.equal(await registry.headOf(alice, TOPIC), B)
    assert.equal(await byPhone(stepOfPhone(B, A)), REFUSAL.None)
    await registry.publishSigned([step])
    assert.equal(await registry.headOf(alice, TOPIC), B)
  })

  it("a revoked writer's statement, after the writer was authorized again", async () => {
    const { submitGrant, byPhone, stepOfPhone } = await deploy()
    const step = stepOfPhone(A, B)
    await submitGrant({ expiry: 0n, revision: 1n })
    assert.equal(await byPhone(step), REFUSAL.NotAWriter)
    await submitGrant({ revision: 2n })
    assert.equal(await byPhone(step), REFUSAL.None)
  })

  it('a grant signed ahead for the revision that a revocation leads to, but none after one of a higher revision', async () => {
    const { registry, submitGrant } = await deploy()
    await submitGrant({ expiry: 0n, revision: 1n })
    await submitGrant({ revision: 2n })
    assert.equal(await registry.isWriter(alice, TOPIC, phone), true)
    await submitGrant({ expiry: 0n, revision: 9n })
    for (const revision of [3n, 9n]) {
      assert.deepEqual(await errorOf(registry, submitGrant({ revision })), ['StaleRevision', revision, 10n])
    }
    assert.equal(await registry.isWriter(alice, TOPIC, phone), false)
  })

  it('nothing of it behind its deadline', async () => {
    const { registry, setTime, signedByKey, byPhone, stepOfPhone } = await deploy()
    const step = signedByKey(alice, { expected: A, next: B, deadline: NOW + 50n })
    await registry.publishSigned([step])
    assert.equal(await byPhone(stepOfPhone(B, A)), REFUSAL.None)
    await setTime(NOW + 51n)
    await registry.publishSigned([step])
    assert.equal(await registry.headOf(alice, TOPIC), A)
  })
})
