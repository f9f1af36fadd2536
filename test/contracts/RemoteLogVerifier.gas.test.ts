import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { logHash } from '@remote-log/core'
import { type ContractTransactionReceipt, dataLength, Interface, keccak256, ZeroHash } from 'ethers'
import hre from 'hardhat'
import { honestLog, manyEntries, prove } from '../../packages/core/test/proof-model.ts'
import { bytes, deployVerifier } from './proofs/world.ts'
import { TOPIC } from './support/registry.ts'

/** Gas units of whole transactions, of calls where it says so, and bytes. */
const SNAPSHOT = new URL('./RemoteLogVerifier.gas.json', import.meta.url)
const UPDATE = process.env.UPDATE_SNAPSHOTS === '1'

/** What the figures may be at most, of any entry of 256 bytes in a log of 100,000. */
const TRANSACTION_BAR = 250_000
const CALL_BAR = 150_000

/**
 * Entries of a log of 100,000, 15 a page, ten in the head page. Of all entries 91,814 costs the most: the last of its
 * page, so that all pairs before it are proven; and on its way through the directory little is shared.
 */
const ENTRIES = { 'the dearest': 91_814, 'one in the middle': 50_000, 'one in the head page': 99_995 }

const METER = new Interface(['event Read(uint256 used, bytes32 payload)'])

interface Meter {
  read(...call: readonly unknown[]): Promise<{ wait(): Promise<ContractTransactionReceipt | null> }>
}

async function measure(): Promise<Record<string, number>> {
  const { ethers, registry, verifier, caller } = await deployVerifier()
  const meter = (await ethers.deployContract('Meter')) as unknown as Meter
  const key = { owner: caller.address.toLowerCase(), topic: TOPIC } as Parameters<typeof logHash>[0]
  const log = honestLog(manyEntries(100_000, 256), false, logHash(key))
  await registry.publish(TOPIC, ZeroHash, bytes(log.head))
  const figures: Record<string, number> = {}
  for (const [name, seq] of Object.entries(ENTRIES)) {
    const { bytes: proof, entry } = prove(log, seq)
    const call: [string, string, number, Uint8Array] = [caller.address, TOPIC, seq, proof]
    const receipt = (await (await meter.read(verifier, ...call)).wait())!
    const { used, payload } = METER.parseLog(receipt.logs[0]!)!.args
    assert.ok(entry.content.kind === 'embedded')
    assert.equal(payload, keccak256(entry.content.data))
    figures[`${name}: proof, bytes`] = proof.length
    figures[`${name}: another contract's whole transaction`] = Number(receipt.gasUsed)
    figures[`${name}: inside another contract's call`] = Number(used)
    const data = verifier.interface.encodeFunctionData('entryOf', call)
    const direct = await (await caller.sendTransaction({ to: verifier, data })).wait()
    figures[`${name}: entryOf, as a transaction`] = Number(direct!.gasUsed)
  }
  const deployment = await (verifier as unknown as typeof registry).deploymentTransaction()!.wait()
  figures.deployment = Number(deployment!.gasUsed)
  const { deployedBytecode } = await hre.artifacts.readArtifact('RemoteLogVerifier')
  figures['code, bytes'] = dataLength(deployedBytecode)
  return figures
}

describe('what a proof costs', () => {
  it('is exactly what RemoteLogVerifier.gas.json says (UPDATE_SNAPSHOTS=1 writes it) and within the bars', async () => {
    const figures = await measure()
    if (UPDATE) writeFileSync(SNAPSHOT, `${JSON.stringify(figures, undefined, 2)}\n`)
    const snapshot = JSON.parse(readFileSync(SNAPSHOT, 'utf8')) as Record<string, number>
    // To measure coverage Hardhat adds instructions, so that only what is measured can be compared then.
    if (hre.globalOptions.coverage) {
      assert.deepEqual(Object.keys(figures), Object.keys(snapshot))
      return
    }
    assert.deepEqual(figures, snapshot)
    for (const [what, figure] of Object.entries(figures)) {
      if (what.endsWith('transaction')) assert.ok(figure <= TRANSACTION_BAR, `${what}: ${figure}`)
      if (what.endsWith('call')) assert.ok(figure <= CALL_BAR, `${what}: ${figure}`)
    }
  })
})
