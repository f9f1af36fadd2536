import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { connect, signerOf } from '@remote-log/client'
import { seededBytes } from '@remote-log/conformance'
import { type LogId, topicOf } from '@remote-log/core'
import { type BeeUnderTest, beeUnderTest, type Devnet, startDevnet } from '@remote-log/devnet'

const ENTRIES = 600
const textOf = (seq: number) => `entry ${seq} ${'.'.repeat(seq % 300)}`

describe('the whole way over the Bee under test and a local chain', () => {
  let devnet: Devnet
  let bee: BeeUnderTest
  before(async () => {
    ;[devnet, bee] = await Promise.all([startDevnet(), beeUnderTest()])
  })
  after(() => Promise.all([devnet?.stop(), bee?.stop()]))

  test('Alice publishes and is gone; Bob, who was offline, catches up through the other node', async () => {
    const [{ address, privateKey }] = devnet.accounts as [Devnet['accounts'][number]]
    const topic = topicOf(crypto.randomUUID()) // Another log in each run: the nodes of the last one may still live.
    const log: LogId = { chainId: devnet.chainId, registry: devnet.registry, owner: address, topic }
    const signer = signerOf(privateKey)
    const writing = {
      log,
      rpc: devnet.rpcUrl,
      bee: bee.url,
      readBack: bee.readBackUrl,
      batch: bee.batch,
      signer,
    }
    const large = seededBytes(topic, 100_000)

    const alice = await connect(writing)
    await alice.appendMany(Array.from({ length: ENTRIES }, (_, seq) => ({ payload: textOf(seq) })))
    await alice.append(large)
    const { head } = await alice.publish()
    await alice.close()

    const bob = await connect({ log, bee: bee.readBackUrl, rpc: devnet.rpcUrl })
    const first = await bob.sync()
    assert.deepEqual([first.complete, first.entries, first.head], [true, ENTRIES + 1, head])
    const texts: string[] = []
    for await (const entry of bob.read({ to: ENTRIES }))
      texts.push(new TextDecoder().decode(await entry.bytes()))
    assert.deepEqual(
      texts,
      Array.from({ length: ENTRIES }, (_, seq) => textOf(seq)),
    )
    assert.deepEqual(await (await bob.entry(ENTRIES)).bytes(), large)

    const again = await connect(writing)
    await again.append('while Bob was away')
    await again.publish()
    await again.close()
    const second = await bob.sync()
    assert.deepEqual([second.complete, second.fresh], [true, 1])
    assert.equal((await bob.verify()).entries, ENTRIES + 2)
    await bob.close()
  })
})
