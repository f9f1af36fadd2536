import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect, signerOf } from '@remote-log/client'
import { formatLogId, parseAddress, topicOf } from '@remote-log/core'
import { startDevnet } from '@remote-log/devnet'
import { cliHere, jsonHere } from './cli-here.ts'

const NOWHERE = 'http://127.0.0.1:9'

test('a log goes by file to a device without network that trusts nothing but a block', async t => {
  const net = await startDevnet()
  t.after(() => net.stop())
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
