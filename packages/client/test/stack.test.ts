import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { seededBytes } from '@remote-log/conformance'
import { type LogId, NotFoundError, topicOf } from '@remote-log/core'
import { type Devnet, type FaultProxy, startDevnet, startFaultProxy } from '@remote-log/devnet'
import { type ConnectOptions, connect, signerOf } from '../src/index.ts'
import { bulky, texts, textsOf } from './world.ts'

const names = (count: number, first = 0) => texts(count, first).map(({ payload }) => payload)

describe('over a Bee node and a chain', () => {
  let devnet: Devnet
  let proxy: FaultProxy
  let topics = 0

  before(async () => {
    devnet = await startDevnet()
    proxy = await startFaultProxy({ target: devnet.beeUrl })
  })
  after(async () => {
    await proxy?.stop()
    await devnet?.stop()
  })

  /** How a writer, and a reader without key or batch, of a new log connect. */
  function parties(): { readonly writer: ConnectOptions; readonly reader: ConnectOptions } {
    const [{ address, privateKey }] = devnet.accounts as [Devnet['accounts'][number]]
    const log: LogId = {
      chainId: devnet.chainId,
      registry: devnet.registry,
      owner: address,
      topic: topicOf(`stack ${topics++}`),
    }
    const reader = { log, bee: proxy.url, rpc: devnet.rpcUrl }
    return { reader, writer: { ...reader, batch: devnet.batch, signer: signerOf(privateKey) } }
  }

  test('a log of all kinds of payloads is written, published, read and verified by another', async () => {
    const { writer, reader } = parties()
    const alice = await connect(writer)
    const large = seededBytes('large', 700_000)
    await alice.appendMany(bulky(20))
    await alice.append(large)
    const { publication, head } = await alice.publish()
    assert.match(publication?.transaction ?? '', /^0x[0-9a-f]{64}$/)
    assert.ok(publication?.gasUsed)
    const bob = await connect(reader)
    const statement = await bob.sync()
    assert.deepEqual([statement.complete, statement.entries, statement.head], [true, 21, head])
    assert.deepEqual(await textsOf(bob.read({ to: 20 })), names(20))
    assert.deepEqual(await (await bob.entry(20)).bytes(), large)
    await alice.appendMany(bulky(5, 21))
    await alice.publish()
    assert.equal((await bob.sync()).fresh, 5)
    assert.equal((await bob.verify()).entries, 26)
    await alice.close()
    await bob.close()
  })

  test('two devices of one owner publish over each other, and both entries stand', async () => {
    const { writer, reader } = parties()
    const one = await connect(writer)
    const two = await connect(writer)
    await one.append('one')
    await one.publish()
    await two.append('two')
    await one.append('three')
    const reports = await Promise.all([two.publish(), one.publish()])
    assert.deepEqual(
      reports.map(({ entries }) => entries),
      [1, 1],
    )
    const read = await textsOf((await connect(reader)).read())
    assert.equal(read[0], 'one')
    assert.deepEqual(read.toSorted(), ['one', 'three', 'two'])
  })

  test('a gateway that fails, lies, cuts or answers HTML costs time, never a wrong entry', async () => {
    const { writer, reader } = parties()
    const alice = await connect(writer)
    await alice.appendMany(bulky(150))
    await alice.publish()
    for (const fault of [
      { answer: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>hello</html>' } },
      { flipBit: 4242 },
      { cutAfter: 777 },
      { drop: true },
      { answer: { status: 500, body: '{"code":500,"message":"no"}' } },
    ]) {
      let left = 20
      proxy.setRule(({ index }) => (index % 3 === 0 && left-- > 0 ? fault : undefined))
      const bob = await connect(reader)
      for (let tries = 0; ; tries++) {
        const outcome = await bob.sync().catch(error => error)
        if (outcome.complete) break
        assert.ok(tries < 30, JSON.stringify(fault))
        const codes = outcome.code
          ? [outcome.code]
          : outcome.missing.map(({ reason }: { reason: string }) => reason)
        for (const code of codes) assert.match(code, /^(UNAVAILABLE|CORRUPT|NOT_FOUND)$/)
      }
      proxy.setRule(undefined)
      assert.deepEqual(await textsOf(bob.read()), names(150))
    }
  })

  test('a wrong chain, an address without code, a wrong owner and a wrong batch are told apart', async () => {
    const { writer, reader } = parties()
    const log = reader.log as LogId
    const wrongChain = await connect({ ...reader, log: { ...log, chainId: 5 } })
    await assert.rejects(wrongChain.sync(), { code: 'WRONG_CHAIN' })
    const noCode = await connect({ ...reader, log: { ...log, registry: log.owner } })
    await assert.rejects(noCode.sync(), { code: 'NO_CONTRACT' })
    const other = { ...log, owner: devnet.accounts[1]!.address }
    await assert.rejects(connect({ ...writer, log: other }), { code: 'INVALID_ARGUMENT' })
    const batchless = await connect({ ...writer, batch: 'ab'.repeat(32) })
    await batchless.append('waits')
    await assert.rejects(batchless.publish(), { code: 'REFUSED' })
    assert.equal(batchless.status().unsent, 1)
    await assert.rejects((await connect(reader)).entry(0), NotFoundError)
    await assert.rejects(connect({ ...reader, log: 'remotelog:nonsense' }), { code: 'INVALID_ARGUMENT' })
  })
})
