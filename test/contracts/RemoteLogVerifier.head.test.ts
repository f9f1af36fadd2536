import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { logHash } from '@remote-log/core'
import { ZeroAddress, ZeroHash } from 'ethers'
import { honestLog, manyEntries, prove } from '../../packages/core/test/proof-model.ts'
import { bytes, deployVerifier, entryOrError, errorOf } from './proofs/world.ts'
import { A, bytes32, TOPIC } from './support/registry.ts'

/** A log of forty entries that the caller has published, and proofs of an early and of its last entry. */
async function publishLog() {
  const deployed = await deployVerifier()
  const { caller, registry, verifier } = deployed
  const key = { owner: caller.address.toLowerCase(), topic: TOPIC } as Parameters<typeof logHash>[0]
  const log = honestLog(manyEntries(40, 100), false, logHash(key))
  await registry.publish(TOPIC, ZeroHash, bytes(log.head))
  const proofOf = (seq: number) => `0x${Buffer.from(prove(log, seq).bytes).toString('hex')}`
  const ask = (seq: number, owner: string = caller.address, topic = TOPIC) =>
    entryOrError(verifier, verifier.entryOf(owner, topic, seq, proofOf(seq)))
  return { ...deployed, log, ask }
}

const timestampOf = (seq: number) => [...manyEntries(seq + 1, 100)][seq]!.timestamp

describe('deployment', () => {
  describe("when there is no contract at the registry's address", () => {
    it('should revert with NotAContract', async () => {
      const { ethers, verifier, caller } = await deployVerifier()
      for (const account of [ZeroAddress, caller.address]) {
        const error = await ethers
          .deployContract('RemoteLogVerifier', [account])
          .catch((thrown: unknown) => thrown)
        assert.deepEqual(errorOf(verifier, error), ['NotAContract', account])
      }
    })
  })

  describe('when there is', () => {
    it('should say which registry counts', async () => {
      const { registry, verifier } = await deployVerifier()
      assert.equal(await verifier.REGISTRY(), await registry.getAddress())
    })
  })
})

describe('entryOf', () => {
  describe('when the log was never published', () => {
    it('should revert with WrongHead', async () => {
      const { ask, stranger, log } = await publishLog()
      assert.deepEqual(await ask(3, stranger.address), ['WrongHead', ZeroHash, bytes(log.head)])
    })
  })

  describe('when the head has moved since the proof was made', () => {
    it('should revert with WrongHead', async () => {
      const { ask, registry, log } = await publishLog()
      await registry.publish(TOPIC, bytes(log.head), A)
      assert.deepEqual(await ask(3), ['WrongHead', A, bytes(log.head)])
    })
  })

  describe('when the proof is of a log of another topic or owner', () => {
    it('should revert with WrongHead', async () => {
      const { ask, caller, registry, stranger, log } = await publishLog()
      const other = bytes32(0x71)
      assert.deepEqual(await ask(3, caller.address, other), ['WrongHead', ZeroHash, bytes(log.head)])
      // The head of another's log, published as one's own: the page itself says whose it is.
      await registry.connect(stranger).publish(TOPIC, ZeroHash, bytes(log.head))
      const [error] = (await ask(3, stranger.address)) as unknown[]
      assert.equal(error, 'WrongLog')
    })
  })

  describe('when the head stands', () => {
    it('should give an entry of the head page', async () => {
      const { ask } = await publishLog()
      const entry = await ask(39)
      assert.ok(!Array.isArray(entry))
      assert.equal(entry.timestamp, timestampOf(39))
    })

    it('should give an entry of a sealed page', async () => {
      const { ask } = await publishLog()
      const entry = await ask(3)
      assert.ok(!Array.isArray(entry))
      assert.equal(entry.timestamp, timestampOf(3))
    })
  })
})
