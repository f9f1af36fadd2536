import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { dataLength } from 'ethers'
import hre from 'hardhat'
import { A, B, bytes32, deployRegistry, NONE, NOW, ownerNumber, TOPIC } from './support/registry.ts'

/** Gas units of whole transactions (`gasUsed` of the receipt), and bytes of code. */
const SNAPSHOT = new URL('./gas.json', import.meta.url)
const MANUAL = new URL('../../docs/registry.md', import.meta.url)
const UPDATE = process.env.UPDATE_SNAPSHOTS === '1'

const EVERY = bytes32(0xff)

/** What the figures may be at most. */
const BARS: Readonly<Record<string, number>> = {
  'publish, existing log': 29_800,
  'publishSigned, batch of 100, existing logs, per head': 14_500,
}

async function gasOf(work: Promise<{ wait(): Promise<{ gasUsed: bigint } | null> }>): Promise<number> {
  const receipt = await (await work).wait()
  return Number(receipt!.gasUsed)
}

async function measure(): Promise<Record<string, number>> {
  const { ethers, registry, caller, stranger, signedByKey, signedByWriter, statementOf, digestOf } =
    await deployRegistry()
  const figures: Record<string, number> = {}
  figures['publish, new log'] = await gasOf(registry.publish(TOPIC, NONE, A))
  figures['publish, existing log'] = await gasOf(registry.publish(TOPIC, A, B))

  const owners = Array.from({ length: 100 }, (_, i) => ownerNumber(i))
  // Without zero bytes where a deadline has none: calldata costs what it can cost at most.
  const deadline = NOW + 0x0101n
  const items = (expected: string, next: string) =>
    owners.map(owner => signedByKey(owner, { expected, next, deadline }))
  const first = await gasOf(registry.publishSigned(items(NONE, A)))
  figures['publishSigned, batch of 100, new logs, per head'] = Math.ceil(first / 100)
  const second = await gasOf(registry.publishSigned(items(A, B)))
  const heads = await registry.headsOf(owners.map(({ address }) => ({ owner: address, topic: TOPIC })))
  assert.ok(
    heads.every(head => head === B),
    'the batch did not move all its heads',
  )
  figures['publishSigned, batch of 100, existing logs'] = second
  figures['publishSigned, batch of 100, existing logs, per head'] = Math.ceil(second / 100)
  const one = signedByKey(owners[0]!, { expected: B, next: A, deadline })
  figures['publishSigned, one head, existing log'] = await gasOf(registry.publishSigned([one]))
  figures['publishSigned, batch of 100, all stale, per head'] = Math.ceil(
    (await gasOf(registry.publishSigned(items(bytes32(0xdd), B)))) / 100,
  )

  const key = ownerNumber(0)
  const wallet = await (await ethers.deployContract('KeyWallet', [key.address])).getAddress()
  const byWallet = (expected: string, next: string) => {
    const statement = statementOf(wallet, { expected, next, deadline })
    return [{ statement, signature: key.signingKey.sign(digestOf(statement)).serialized }]
  }
  await registry.publishSignedByWallets(byWallet(NONE, A))
  figures['publishSignedByWallets, one head, existing log'] = await gasOf(
    registry.publishSignedByWallets(byWallet(A, B)),
  )

  const expiry = NOW + 0x01010101n
  figures['authorizeWriter, new writer'] = await gasOf(registry.authorizeWriter(TOPIC, stranger, expiry))
  figures['authorizeWriter, known writer'] = await gasOf(registry.authorizeWriter(TOPIC, stranger, expiry))
  const asWriter = registry.connect(stranger)
  figures['publishFor, writer of the topic, existing log'] = await gasOf(
    asWriter.publishFor(caller, TOPIC, B, A),
  )
  await registry.authorizeWriter(EVERY, stranger, expiry)
  figures.revokeWriter = await gasOf(registry.revokeWriter(TOPIC, stranger))
  figures['publishFor, writer of every topic, existing log'] = await gasOf(
    asWriter.publishFor(caller, TOPIC, A, B),
  )
  await registry.authorizeWriter(TOPIC, owners[1]!, expiry)
  let head = B
  const steps = Array.from({ length: 100 }, (_, i) => {
    const next = bytes32(1 + i)
    const step = signedByWriter(owners[1]!, caller.address, { expected: head, next, deadline })
    head = next
    return step
  })
  figures['publishSignedByWriters, one head, existing log'] = await gasOf(
    registry.publishSignedByWriters(steps.slice(0, 1)),
  )
  figures['publishSignedByWriters, batch of 99 of one log, per head'] = Math.ceil(
    (await gasOf(registry.publishSignedByWriters(steps.slice(1)))) / 99,
  )
  figures['addLane, new lane'] = await gasOf(registry.addLane(TOPIC, owners[0]!, TOPIC))
  figures.removeLane = await gasOf(registry.removeLane(TOPIC, owners[0]!, TOPIC, A))
  for (const owner of owners.slice(1)) await registry.addLane(TOPIC, owner, TOPIC)
  const all = registry.interface.encodeFunctionData('lanesOf', [caller.address, TOPIC, 0, 1024])
  const call = await ethers.provider.estimateGas({ to: registry, data: all })
  figures['lanesOf, list of 100, per lane (a call, no transaction)'] = Math.ceil(Number(call - 21_000n) / 100)

  const receipt = await registry.deploymentTransaction()?.wait()
  figures.deployment = Number(receipt!.gasUsed)
  const { deployedBytecode } = await hre.artifacts.readArtifact('RemoteLogRegistry')
  figures['code, bytes'] = dataLength(deployedBytecode)
  return figures
}

describe('what the registry costs', () => {
  it('is exactly what gas.json says (UPDATE_SNAPSHOTS=1 writes it) and within the bars', async () => {
    const figures = await measure()
    if (UPDATE) writeFileSync(SNAPSHOT, `${JSON.stringify(figures, undefined, 2)}\n`)
    assert.deepEqual(figures, JSON.parse(readFileSync(SNAPSHOT, 'utf8')))
    for (const [what, bar] of Object.entries(BARS)) {
      assert.ok(figures[what]! <= bar, `${what}: ${figures[what]} is above ${bar}`)
    }
  })

  it('is what docs/registry.md says', () => {
    const figures = JSON.parse(readFileSync(SNAPSHOT, 'utf8')) as Record<string, number>
    const manual = readFileSync(MANUAL, 'utf8')
    for (const [what, figure] of Object.entries(figures)) {
      const text = figure.toLocaleString('en')
      const line = what === 'code, bytes' ? `Its code has ${text} bytes` : `| ${what} | ${text} |`
      assert.ok(manual.includes(line), `docs/registry.md does not say: ${line}`)
    }
  })
})
