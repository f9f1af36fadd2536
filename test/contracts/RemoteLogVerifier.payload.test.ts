import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bytes, deployVerifier, errorOf, VECTORS } from './proofs/world.ts'

type File = (typeof VECTORS.files)[number]

const fileOf = (length: number) => VECTORS.files.find(file => file.length === length)!

/** The bytes that the verifier gives, or its error. */
async function ask(file: File, change: Partial<File> = {}): Promise<unknown> {
  const { verifier } = await deployVerifier()
  const { root, length, from, to, proof } = { ...file, ...change }
  return await verifier
    .payload(bytes(root), length, from, to, bytes(proof))
    .catch((error: unknown) => errorOf(verifier, error))
}

describe('payload', () => {
  describe('when there are no such bytes', () => {
    it('should revert with RangeOutOfFile', async () => {
      const file = fileOf(9000)
      for (const [from, to] of [
        [5, 5],
        [6, 5],
        [8999, 9001],
      ] as const) {
        const error = await ask(file, { from, to })
        assert.deepEqual(error, ['RangeOutOfFile', BigInt(from), BigInt(to), 9000n])
      }
    })
  })

  describe('when the proof leads to another file', () => {
    it('should revert with WrongRoot', async () => {
      const file = fileOf(4096)
      const error = await ask(file, { root: 'ee'.repeat(32) })
      assert.deepEqual(error, ['WrongRoot', bytes('ee'.repeat(32)), bytes(file.root)])
      const [name] = (await ask(file, { proof: `${file.proof.slice(0, -2)}00` })) as unknown[]
      assert.equal(name, 'WrongRoot')
    })
  })

  describe('when the file is said to be shorter than it is', () => {
    it('should revert with PaddingNotZero', async () => {
      assert.deepEqual(await ask(fileOf(4096), { length: 4090, to: 4090 }), ['PaddingNotZero', 4090n])
    })
  })

  describe('when the proof ends too early', () => {
    it('should revert with ProofTooShort', async () => {
      for (const file of VECTORS.files) {
        const length = BigInt(file.proof.length / 2)
        const error = await ask(file, { proof: file.proof.slice(0, -2) })
        assert.deepEqual(error, ['ProofTooShort', length, length - 1n])
      }
    })
  })

  describe('when the proof goes on', () => {
    it('should revert with ProofTooLong', async () => {
      for (const file of VECTORS.files) {
        const length = BigInt(file.proof.length / 2)
        assert.deepEqual(await ask(file, { proof: `${file.proof}00` }), ['ProofTooLong', length, length + 1n])
      }
    })
  })

  describe('when all is right', () => {
    it('should give bytes of one leaf', async () => {
      const file = fileOf(4096)
      assert.equal(await ask(file), bytes(file.data))
    })

    it('should give bytes of many leaves', async () => {
      for (const length of [9000, 4097, 4096 * 130 + 17]) {
        const file = fileOf(length)
        assert.equal(await ask(file), bytes(file.data))
      }
    })
  })
})
