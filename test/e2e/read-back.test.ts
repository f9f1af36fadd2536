import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startBeeNode, startDevnet, startFaultProxy } from '@remote-log/devnet'
import { cliHere, jsonHere } from './cli-here.ts'

interface Published {
  readonly publish: { readonly chunks: number; readonly entries: number }
}

test('a publish asks a second node for every chunk where that is wanted, and moves no head before', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'remote-log-read-back-'))
  const net = await startDevnet()
  const other = await startBeeNode({ peers: net.bee })
  const second = await startFaultProxy({ target: other.url })
  t.after(async () => {
    await Promise.all([second.stop(), other.stop(), net.stop()])
    await rm(folder, { recursive: true })
  })
  const { privateKey } = net.accounts[0]!
  const alice = { home: join(folder, 'alice'), env: { REMOTE_LOG_KEY: privateKey } }
  const network = ['--rpc', net.rpcUrl, '--registry', net.registry, '--chain-id', `${net.chainId}`]
  const init = ['init', ...network, '--batch', net.batch, '--topic', 'evidence', '--no-key-file']

  // Found out at once, not at the first publish.
  const alone = await cliHere([...init, '--bee', net.beeUrl, '--evidence', 'all'], alice)
  assert.equal(alone.code, 2)
  assert.match(alone.stderr, /name it by --read-back, or a second --bee/)
  assert.equal((await cliHere([...init, '--bee', net.beeUrl, '--evidence', 'most'], alice)).code, 2)

  const both = ['--bee', net.beeUrl, '--bee', second.url]
  const { log } = await jsonHere<{ log: string }>([...init, ...both, '--evidence', 'all'], alice)
  const bob = { home: join(folder, 'bob') }
  await jsonHere(['init', '--rpc', net.rpcUrl, '--bee', net.beeUrl, '--log', log], bob)

  // What the second node forges is no evidence: the head stays, what was appended too.
  second.setRule(({ path }) => (path.startsWith('/chunks/') ? { flipBit: 100 } : undefined))
  const forged = await cliHere(['append', '--publish'], { ...alice, input: 'one\ntwo\n' })
  assert.equal(forged.code, 12, forged.stderr)
  assert.match(forged.stderr, new RegExp(second.url))
  assert.equal((await jsonHere<{ head: unknown }>(['head'], bob)).head, null)

  second.setRule(undefined)
  second.resetStats()
  const { publish } = await jsonHere<Published>(['append', '--publish'], { ...alice, input: 'three\n' })
  assert.equal(publish.entries, 3)
  assert.equal(second.stats().requests, publish.chunks)

  // For one publish the tags alone will do; the configuration says so for all.
  second.resetStats()
  assert.equal(
    (await cliHere(['append', '--publish', '--evidence', 'tag'], { ...alice, input: 'four\n' })).code,
    0,
  )
  assert.equal(second.stats().requests, 0)
  const config = JSON.parse(await readFile(join(alice.home, 'config.json'), 'utf8'))
  assert.deepEqual([config.evidence, config.readBack], ['all', undefined])
  assert.match((await cliHere(['cat'], bob)).stdout, /one\n.*two\n.*three\n.*four/s)
})
