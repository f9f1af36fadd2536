import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, type RequestReport, signerOf } from '@remote-log/client'
import { type LogId, topicOf } from '@remote-log/core'
import { startBeeNode, startDevnet } from '@remote-log/devnet'

test('Alice publishes twenty times by feed and pays gas once; Bob sees each at once, and trusts the anchor', async t => {
  const net = await startDevnet()
  const other = await startBeeNode({ peers: net.bee })
  t.after(async () => {
    await other.stop()
    await net.stop()
  })
  const alice = net.accounts[0]!
  const log: LogId = {
    chainId: net.chainId,
    registry: net.registry,
    owner: alice.address,
    topic: topicOf('by feed'),
  }
  const signer = signerOf(alice.privateKey)
  const place = { log, bee: net.beeUrl, rpc: net.rpcUrl, batch: net.batch, signer }
  const writer = await connect({ ...place, feed: { beginsLog: true }, anchor: 'onDemand' })
  let asked: RequestReport[] = []
  const bob = await connect({
    log,
    bee: other.url,
    rpc: net.rpcUrl,
    feed: true,
    onRequest: each => asked.push(each),
  })
  const textsOf = async (options = {}) =>
    await Promise.all((await Array.fromAsync(bob.read(options))).map(entry => entry.text()))

  const words = Array.from({ length: 20 }, (_, i) => `entry ${i}`)
  for (const [i, word] of words.entries()) {
    await writer.append(word)
    const report = await writer.publish()
    assert.equal(report.publication, undefined)
    asked = []
    const statement = await bob.sync()
    assert.equal(statement.entries, 0)
    assert.equal(statement.provisional?.entries, i + 1)
    // Those that only open connections end whenever they end.
    const fetched = asked.filter(({ route, status }) => route !== '/health' && status === 200)
    assert.equal(fetched.length, 1, 'one fetch gives head and entries')
    assert.deepEqual(await textsOf({ provisional: true }), words.slice(0, i + 1))
    assert.deepEqual(await textsOf(), [])
  }
  const { publication, chunks } = await writer.anchor()
  assert.ok(publication?.gasUsed)
  assert.equal(chunks, 0)
  const statement = await bob.sync()
  assert.deepEqual([statement.complete, statement.entries, statement.provisional], [true, 20, undefined])
  assert.deepEqual(await textsOf(), words)
  assert.equal((await bob.verify()).entries, 20)
  await writer.append('behind the anchor')
  assert.equal((await writer.publish()).provisional?.index, 0, 'the feed on the new head')
  await bob.sync()
  assert.equal((await textsOf({ provisional: true })).at(-1), 'behind the anchor')
  await assert.rejects(connect({ ...place, asWriter: true, feed: true }), { code: 'INVALID_ARGUMENT' })
  await writer.close()
  await bob.close()
})
