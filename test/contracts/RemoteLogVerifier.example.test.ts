import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { defaultMessageId, logHash, type NewEntry } from '@remote-log/core'
import { hexlify, Interface, toUtf8Bytes, ZeroHash } from 'ethers'
import { BASE, honestLog, manyEntries, prove } from '../../packages/core/test/proof-model.ts'
import { bytes, deployVerifier } from './proofs/world.ts'
import { TOPIC } from './support/registry.ts'

const GUIDE = new URL('../../docs/contracts-reading.md', import.meta.url)
const CONTRACT = new URL('./proofs/Bet.sol', import.meta.url)
const ERRORS = new Interface(['error AlreadySettled()', 'error NoAnswer(bytes written)'])
const SEQ = 20

interface Bet {
  settle(proof: string): Promise<unknown>
  isYes(): Promise<boolean>
  isSettled(): Promise<boolean>
}

/** A bet on entry 20 of the caller's log, where it says this. */
async function betOn(said: string) {
  const { ethers, registry, verifier, caller } = await deployVerifier()
  const bet = (await ethers.deployContract('Bet', [verifier, caller, TOPIC, SEQ])) as unknown as Bet
  const key = { owner: caller.address.toLowerCase(), topic: TOPIC } as Parameters<typeof logHash>[0]
  const data = toUtf8Bytes(said)
  const answer: NewEntry = {
    timestamp: BASE,
    id: defaultMessageId(data),
    content: { kind: 'embedded', data },
  }
  const log = honestLog([...manyEntries(SEQ, 256), answer], false, logHash(key))
  await registry.publish(TOPIC, ZeroHash, bytes(log.head))
  const proof = (seq: number) => hexlify(prove(log, seq).bytes)
  return { bet, proof }
}

async function errorOf(work: Promise<unknown>): Promise<unknown[]> {
  const { data } = (await work.catch((thrown: unknown) => thrown)) as { data: string }
  const { name, args } = ERRORS.parseError(data)!
  return [name, ...args]
}

describe('the example of docs/contracts-reading.md', () => {
  it('is the contract that is tested here', () => {
    const [, block] = /```solidity\n([\s\S]*?)```/.exec(readFileSync(GUIDE, 'utf8')) ?? []
    const contract = readFileSync(CONTRACT, 'utf8').replace('../../../contracts/', './')
    assert.equal(block, contract)
  })

  it('settles by the entry, once', async () => {
    for (const said of ['yes', 'no']) {
      const { bet, proof } = await betOn(said)
      await bet.settle(proof(SEQ))
      assert.equal(await bet.isSettled(), true)
      assert.equal(await bet.isYes(), said === 'yes')
      assert.deepEqual(await errorOf(bet.settle(proof(SEQ))), ['AlreadySettled'])
    }
  })

  it('takes no other entry and no other answer', async () => {
    const { bet, proof } = await betOn('perhaps')
    await assert.rejects(bet.settle(proof(SEQ - 1)))
    assert.deepEqual(await errorOf(bet.settle(proof(SEQ))), ['NoAnswer', hexlify(toUtf8Bytes('perhaps'))])
    assert.equal(await bet.isSettled(), false)
  })
})
