import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect, type ExportOptions, type RemoteLog, signerOf } from '@remote-log/client'
import { formatLogId, type LogId, parseAddress, topicOf } from '@remote-log/core'
import { type Devnet, startDevnet } from '@remote-log/devnet'
import { askHeadProof } from '@remote-log/ethereum'
import { cliHere, jsonHere } from './cli-here.ts'

const NOWHERE = 'http://127.0.0.1:9'

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

async function textsOf(log: RemoteLog): Promise<string[]> {
  return Promise.all((await Array.fromAsync(log.read())).map(entry => entry.text()))
}

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
    assert.deepEqual([trust, await textsOf(bob), bob.status().block], ['block', ['one'], block])
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

test('a log goes by file to a device without network that trusts nothing but a block', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'remote-log-bundle-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const { chainId, registry, beeUrl, rpcUrl, batch } = net
  const { address, privateKey } = net.accounts[0]!
  const log = { chainId, registry, owner: parseAddress(address), topic: topicOf('by file') }
  const writer = await connect({ log, bee: beeUrl, rpc: rpcUrl, batch, signer: signerOf(privateKey) })
  await writer.append('a short one')
  await writer.append('a long one, '.repeat(1000))
  const { publication } = await writer.publish()
  await writer.close()

  const [near, far] = [join(folder, 'near'), join(folder, 'far')]
  await jsonHere(['init', '--rpc', rpcUrl, '--bee', beeUrl, '--log', formatLogId(log)], { home: near })
  await jsonHere(['init', '--rpc', NOWHERE, '--bee', NOWHERE, '--log', formatLogId(log)], { home: far })
  await jsonHere(['sync'], { home: near })
  const file = join(folder, 'log.rlb')
  const { hash } = publication!.block
  const args = ['export', file, '--payloads', '--proof', hash]
  assert.match((await cliHere(args, { home: near })).stdout, /2 entries in \d+ bytes, head [0-9a-f]{64}/)

  const refused = await cliHere(['import', file, '--json'], { home: far })
  assert.equal(refused.code, 19, refused.stderr)
  const other = await cliHere(['import', file, '--block', `0x${'12'.repeat(32)}`], { home: far })
  assert.equal(other.code, 2, other.stderr)
  const imported = await cliHere(['import', file, '--block', hash], { home: far })
  assert.match(imported.stdout, /^2 entries, 2 of them new, 0 pages and 1 payload kept, .*trusted by: block/)
  const entries = await jsonHere<{ text: string }>(['cat', '--offline', '--from', '1'], { home: far })
  assert.equal(entries.text, 'a long one, '.repeat(1000))
})
