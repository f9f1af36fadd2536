import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { connect } from '@remote-log/client'
import { type LogId, topicOf } from '@remote-log/core'
import { startDevnet } from '@remote-log/devnet'
import {
  addLane,
  authorizeWriter,
  type Eip1193Provider,
  httpProvider,
  lanesOf,
  RegistryNameSystem,
  revokeWriter,
  signerOf,
} from '@remote-log/ethereum'

const topic = topicOf('an owner and their phone')

/** Counts rounds: requests wait until no other one comes, and then go out together. */
function inRounds(honest: Eip1193Provider): Eip1193Provider & { rounds: number } {
  let round: Promise<void> | undefined
  const counted = {
    rounds: 0,
    async request(call: Parameters<Eip1193Provider['request']>[0]) {
      round ??= new Promise(resolve => {
        setImmediate(() => {
          counted.rounds += 1
          round = undefined
          resolve()
        })
      })
      await round
      return honest.request(call)
    },
  }
  return counted
}

/** A folder makes the devnet keep its chain in anvil; without one it is Hardhat's network. */
for (const node of ['anvil', "Hardhat's network"]) {
  describe(`on ${node}`, () => {
    test('a phone that the owner authorized publishes to their log, until it is revoked', async t => {
      const folder = node === 'anvil' ? await mkdtemp(join(tmpdir(), 'remote-log-writer-')) : undefined
      const devnet = await startDevnet({ folder })
      t.after(async () => {
        await devnet.stop()
        if (folder !== undefined) await rm(folder, { recursive: true })
      })
      const { rpcUrl, beeUrl, batch, registry, chainId, accounts } = devnet
      const [owner, phone] = accounts as [(typeof accounts)[number], (typeof accounts)[number]]
      const log: LogId = { chainId, registry, owner: owner.address, topic }
      const options = { provider: rpcUrl, registry, chainId, signer: signerOf(owner.privateKey) }
      const place = { log, bee: beeUrl, rpc: rpcUrl, batch }

      const signer = signerOf(phone.privateKey)
      await assert.rejects(connect({ ...place, signer }), { code: 'INVALID_ARGUMENT' })
      const onPhone = await connect({ ...place, signer, asWriter: true })
      t.after(() => onPhone.close())
      await onPhone.append('from the phone')
      await assert.rejects(onPhone.publish(), { code: 'READ_ONLY' })

      const expiry = Math.floor(Date.now() / 1000) + 3_600
      await authorizeWriter(options, { topic, writer: phone.address, expiry })
      const { head } = await onPhone.publish()

      const provider = inRounds(httpProvider(rpcUrl))
      const names = new RegistryNameSystem({ ...options, provider })
      assert.equal((await names.head(log)).head, head)
      assert.equal(provider.rounds, 1)

      const reader = await connect({ log, bee: beeUrl, rpc: rpcUrl })
      t.after(() => reader.close())
      assert.equal((await reader.sync()).entries, 1)
      const entry = await reader.entry(0)
      assert.equal(new TextDecoder().decode(await entry.bytes()), 'from the phone')

      await addLane(options, topic, log)
      provider.rounds = 0
      const { lanes } = await lanesOf({ ...options, provider }, { owner: owner.address, group: topic })
      assert.deepEqual(
        lanes.map(lane => lane.head),
        [head],
      )
      assert.equal(provider.rounds, 1)

      await revokeWriter(options, { topic, writer: phone.address })
      await onPhone.append('too late')
      await assert.rejects(onPhone.publish(), { code: 'READ_ONLY' })
      assert.equal((await names.head(log)).head, head)
    })
  })
}
