import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getBytes } from 'ethers'
import { A, bytes32, deployRegistry, errorOf, MAX_LEAD, NONE, REFUSAL, TOPIC } from './support/registry.ts'

const HIGHEST = `0x${'ff'.repeat(20)}`
/** Accounts that a signature of nobody could be taken for, were a word of memory read that nothing was written to. */
const LOWEST = [0n, 1n, 2n].map(number => `0x${number.toString(16).padStart(40, '0')}`)

/** With a block at the time for which statements are made, so that calls run in it. */
async function deploy() {
  const deployed = await deployRegistry()
  await deployed.registry.publish(TOPIC, NONE, A)
  return deployed
}

describe('the edges of what is taken', () => {
  it('are the documented limits', async () => {
    const { registry } = await deployRegistry()
    assert.equal(await registry.MAX_LEAD(), MAX_LEAD)
    assert.equal(await registry.WALLET_GAS(), 400_000n)
    assert.equal(await registry.MAX_LANES(), 1_024n)
    assert.equal(await registry.EVERY_TOPIC(), bytes32(0xff))
  })

  it('take the highest address for an owner, and no number above it', async () => {
    const { registry, statementOf } = await deploy()
    const statement = statementOf(HIGHEST)
    const call = registry.interface.encodeFunctionData('publishSigned', [[{ statement, r: A, vs: NONE }]])
    const outcome = await registry.publishSigned.staticCall([{ statement, r: A, vs: NONE }])
    assert.deepEqual([...getBytes(outcome)], [Number(REFUSAL.BadSignature)])
    const word = HIGHEST.slice(2).padStart(64, '0')
    const above = call.replace(word, `${'0'.repeat(23)}1${'0'.repeat(40)}`)
    assert.notEqual(above, call)
    const { runner } = registry
    const error = await errorOf(registry, runner!.call!({ to: await registry.getAddress(), data: above }))
    assert.deepEqual(error, ['NotAnAddress', 1n << 160n])
  })

  it('take a signature of nobody for nobody', async () => {
    const { registry, statementOf } = await deploy()
    const items = LOWEST.map(owner => ({ statement: statementOf(owner), r: NONE, vs: NONE }))
    const outcomes = await registry.publishSigned.staticCall(items)
    assert.deepEqual(
      [...getBytes(outcomes)],
      LOWEST.map(() => Number(REFUSAL.BadSignature)),
    )
  })
})
