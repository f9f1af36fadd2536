import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answer, bytes, deployVerifier, reasonOf, VECTORS } from './proofs/world.ts'

describe('the vectors of proofs', () => {
  it('hold where TypeScript says so, and give the same entries', async () => {
    const { verifier } = await deployVerifier()
    for (const { entry, ...question } of VECTORS.entries) {
      assert.deepEqual(await answer(verifier, question), entry, question.name)
    }
  })

  it('are refused where TypeScript says so, and for the same reason', async () => {
    const { verifier } = await deployVerifier()
    for (const { refused, ...question } of VECTORS.refused) {
      const got = await answer(verifier, question)
      assert.ok(Array.isArray(got), `${question.name} is not refused`)
      assert.equal(reasonOf(got), refused, question.name)
    }
  })

  it('give the same bytes of files', async () => {
    const { verifier } = await deployVerifier()
    for (const { root, length, from, to, proof, data } of VECTORS.files) {
      assert.equal(await verifier.payload(bytes(root), length, from, to, bytes(proof)), bytes(data))
    }
  })
})
