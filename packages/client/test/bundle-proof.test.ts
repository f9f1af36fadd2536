import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type LogId, parseAddress, topicOf } from '@remote-log/core'
import { type Devnet, startDevnet } from '@remote-log/devnet'
import { askHeadProof } from '@remote-log/ethereum'
import { connect, type ExportOptions, type RemoteLog, signerOf } from '../src/index.ts'
import { textsOf } from './world.ts'

let net: Devnet
let id: LogId
let alice: RemoteLog
before(async () => {
  net = await startDevnet()
  const { chainId, registry, beeUrl, rpcUrl, batch } = net
  const { address, privateKey } = net.accounts[0]!
  id = { chainId, registry, owner: parseAddress(address), topic: topicOf('proven') }
  alice = await connect({ log: id, bee: beeUrl, rpc: rpcUrl, batch, signer: signerOf(privateKey) })
  await alice.append('one')
  await alice.publish()
})
after(async () => {
  await alice?.close()
  await net?.stop()
})

async function bytesOf(log: RemoteLog, options?: ExportOptions): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(log.export(options)))
}

async function* once(bytes: Uint8Array) {
  yield bytes
}

const offline = () => connect({ log: id, bee: 'http://127.0.0.1:9', rpc: 'http://127.0.0.1:9' })

test('who trusts a block needs no network and no word of anybody: the bundle proves its head at it', async () => {
  const bundle = await bytesOf(alice, { proof: true })
  const { block, stateRoot } = await askHeadProof(
    { provider: net.rpcUrl, registry: net.registry },
    id,
    undefined,
  )
  for (const trusted of [
    { block: block.hash },
    { block: block.hash.toUpperCase().replace('X', 'x') },
    { stateRoot },
  ]) {
    const bob = await offline()
    const { trust } = await bob.import(once(bundle), trusted)
    assert.deepEqual([trust, await textsOf(bob.read()), bob.status().block], ['block', ['one'], block])
    assert.equal(bob.status().offChain, undefined, 'the chain has stated it')
  }
  const carol = await offline()
  await assert.rejects(carol.import(once(bundle), { block: `0x${'12'.repeat(32)}` }), {
    code: 'INVALID_ARGUMENT',
  })
  await assert.rejects(carol.import(once(bundle), { block: block.hash, head: '1'.repeat(64) as never }), {
    code: 'INVALID_ARGUMENT',
  })
  await assert.rejects(
    carol.import(once(bundle)),
    { code: 'REFUSED' },
    'a proof alone is no trust in its block',
  )
  await assert.rejects(carol.import(once(await bytesOf(alice)), { block: block.hash }), { code: 'REFUSED' })
  assert.equal(carol.status().head, undefined)
})

test('a proof that was changed, or is of another log, is found out', async () => {
  const bundle = await bytesOf(alice, { proof: true })
  const text = bundle.toString('latin1')
  const { block } = alice.status()
  for (const field of [
    '"stateRoot":"0x',
    '"accountProof":["0x',
    '"proof":["0x',
    '"value":"0x',
    '"hash":"0x',
  ]) {
    const at = text.indexOf(field) + field.length + 3
    assert.ok(at > 100)
    const changed = Buffer.from(bundle)
    changed[at] = changed[at] === 0x37 ? 0x38 : 0x37
    const bob = await offline()
    await assert.rejects(bob.import(once(changed), { block: block!.hash }), { code: 'CORRUPT' }, field)
    assert.equal(bob.status().head, undefined)
  }
})

test('a block at which another head stood proves nothing of this one', async () => {
  const before = alice.status().block!.hash
  await alice.append('two')
  await alice.publish()
  await assert.rejects(bytesOf(alice, { proof: before }), { code: 'NOT_FOUND' })
  const { hash } = alice.status().block!
  const bob = await offline()
  assert.equal((await bob.import(once(await bytesOf(alice, { proof: hash })), { block: hash })).entries, 2)
})
