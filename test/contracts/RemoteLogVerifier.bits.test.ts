import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answer, bytes, deployVerifier, VECTORS } from './proofs/world.ts'

interface Flipper {
  survivors(...call: readonly unknown[]): Promise<bigint>
}

/** Bits that one call tries, with the gas that a call may have at most (EIP-7825). */
const BITS_A_CALL = 100
const GAS_A_CALL = 16_777_216n

async function survivors(name: string): Promise<{ bits: number; survived: bigint }> {
  const { ethers, verifier } = await deployVerifier()
  const flipper = (await ethers.deployContract('Flipper')) as unknown as Flipper
  const { entry, ...question } = VECTORS.entries.find(vector => vector.name === name)!
  const { head, log, seq, proof } = question
  assert.deepEqual(await answer(verifier, question), entry)
  const bits = 4 * proof.length
  let survived = 0n
  for (let from = 0; from < bits; from += BITS_A_CALL) {
    const to = Math.min(from + BITS_A_CALL, bits)
    const call = [verifier, bytes(head), bytes(log), seq, bytes(proof), from, to]
    survived += await flipper.survivors(...call, { gasLimit: GAS_A_CALL })
  }
  return { bits, survived }
}

describe('a proof of which one bit is changed', () => {
  it('is refused, whatever the bit, where the entry is in the head page', async () => {
    const { bits, survived } = await survivors('open first page: 2')
    assert.ok(bits > 2000)
    assert.equal(survived, 0n)
  })

  it('is refused, whatever the bit, where the entry is in a sealed page', async () => {
    const { bits, survived } = await survivors('one sealed page: 0')
    assert.ok(bits > 5000)
    assert.equal(survived, 0n)
  })

  it('is refused, whatever the bit, where the directory has three levels', async () => {
    const { bits, survived } = await survivors('16,385 pages: 16384')
    assert.ok(bits > 10_000)
    assert.equal(survived, 0n)
  })
})
