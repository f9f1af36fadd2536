import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { dataLength, id, namehash } from 'ethers'
import hre from 'hardhat'
import { ALICE_ETH, CHAT, startNames, TOPIC, wire } from './names/world.ts'
import { A, bytes32 } from './support/registry.ts'

/** Gas units of whole transactions (`gasUsed` of the receipt), of calls as estimated, and bytes of code. */
const SNAPSHOT = new URL('./RemoteLogResolver.gas.json', import.meta.url)
const UPDATE = process.env.UPDATE_SNAPSHOTS === '1'

async function gasOf(work: Promise<{ wait(): Promise<{ gasUsed: bigint } | null> }>): Promise<number> {
  return Number((await (await work).wait())!.gasUsed)
}

async function measure(): Promise<Record<string, number>> {
  const { resolver, as, alice, writer, publish, wrap } = await startNames()
  const mine = as(alice)
  const figures: Record<string, number> = {}
  figures['link, new'] = await gasOf(mine.link(ALICE_ETH, writer, TOPIC, ''))
  figures['link, other log'] = await gasOf(mine.link(ALICE_ETH, alice, bytes32(0x71), ''))
  figures['setText, url of 21 bytes'] = await gasOf(mine.setText(ALICE_ETH, 'url', 'https://alice.example'))
  figures.unlink = await gasOf(mine.unlink(ALICE_ETH))
  figures['link, url of 21 bytes'] = await gasOf(mine.link(ALICE_ETH, writer, TOPIC, 'https://alice.example'))
  await publish(TOPIC, A)
  await publish(id('chat'), A)
  const { interface: encode } = resolver
  const contenthash = (node: string) => encode.encodeFunctionData('contenthash', [node])
  const resolve = async (name: string) =>
    Number(await resolver.resolve.estimateGas(wire(name), contenthash(namehash(name))))
  figures['contenthash, as a transaction'] = Number(await resolver.contenthash.estimateGas(ALICE_ETH))
  figures['resolve contenthash, as a transaction'] = await resolve('alice.eth')
  figures['resolve contenthash of a topic, as a transaction'] = await resolve('chat.alice.eth')
  assert.equal(namehash('chat.alice.eth'), CHAT)
  await wrap(ALICE_ETH, alice, alice)
  figures['contenthash of a wrapped name, as a transaction'] = Number(
    await resolver.contenthash.estimateGas(ALICE_ETH),
  )
  figures['link of a wrapped name, other log'] = await gasOf(mine.link(ALICE_ETH, alice, bytes32(0x71), ''))
  const { deployedBytecode } = await hre.artifacts.readArtifact('RemoteLogResolver')
  figures['code, bytes'] = dataLength(deployedBytecode)
  return figures
}

describe('what the resolver costs', () => {
  it('is exactly what RemoteLogResolver.gas.json says (UPDATE_SNAPSHOTS=1 writes it)', async () => {
    const figures = await measure()
    if (UPDATE) writeFileSync(SNAPSHOT, `${JSON.stringify(figures, undefined, 2)}\n`)
    const snapshot = JSON.parse(readFileSync(SNAPSHOT, 'utf8')) as Record<string, number>
    // To measure coverage Hardhat adds instructions, so that only what is measured can be compared then.
    if (hre.globalOptions.coverage) assert.deepEqual(Object.keys(figures), Object.keys(snapshot))
    else assert.deepEqual(figures, snapshot)
  })
})
