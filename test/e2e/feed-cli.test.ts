import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDevnet } from '@remote-log/devnet'
import { parseSignedHead, signerOf, submitSigned } from '@remote-log/ethereum'
import { cliHere as cli, jsonHere as cliJson } from './cli-here.ts'

interface Published {
  readonly gasUsed?: string
  readonly entries: number
  readonly provisional: { readonly entries: number } | null
  readonly anchorTrouble?: { readonly code: string }
}

test('the feed by command: announced without gas, shown as provisional, anchored by a relayer after so many', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'remote-log-feed-'))
  const net = await startDevnet()
  const payer = { ...net.accounts[1]!, provider: net.rpcUrl, registry: net.registry, chainId: net.chainId }
  let dead = false
  const relayer = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request)).toString()
    if (!dead)
      await submitSigned({ ...payer, signer: signerOf(payer.privateKey) }, [
        parseSignedHead(JSON.parse(body)),
      ])
    response.writeHead(dead ? 503 : 202).end()
  }).listen(0, '127.0.0.1')
  await once(relayer, 'listening')
  t.after(async () => {
    relayer.close()
    await net.stop()
    await rm(folder, { recursive: true })
  })
  // A key without ether.
  const env = { REMOTE_LOG_KEY: `0x${'51'.repeat(32)}` }
  const place = ['--rpc', net.rpcUrl, '--bee', net.beeUrl]
  const alice = { home: join(folder, 'alice'), env }
  const bob = { home: join(folder, 'bob') }
  const url = `http://127.0.0.1:${(relayer.address() as AddressInfo).port}/heads`
  const own = [
    '--registry',
    net.registry,
    '--chain-id',
    String(net.chainId),
    '--batch',
    net.batch,
    '--topic',
    'notes',
  ]
  const options = ['--feed', '--anchor-every', '2', '--relayer', url, '--no-key-file']
  const { log } = await cliJson<{ log: string }>(['init', ...place, ...own, ...options], alice)
  await cliJson(['init', ...place, '--log', log, '--feed'], bob)
  const publish = async (text: string) => {
    await cli(['append'], { ...alice, input: text })
    return await cliJson<Published>(['publish'], alice)
  }
  const first = await publish('one')
  assert.deepEqual([first.entries, first.provisional, first.gasUsed], [1, null, undefined])
  assert.equal((await publish('two')).provisional?.entries, 2)
  await cliJson(['sync'], bob)
  assert.equal((await cli(['cat'], bob)).stdout, 'one\n')
  assert.equal((await cli(['cat', '--provisional'], bob)).stdout, 'one\ntwo\n')
  dead = true
  const due = await publish('three')
  assert.deepEqual([due.provisional?.entries, due.anchorTrouble?.code], [3, 'UNAVAILABLE'])
  assert.equal((await cli(['publish', '--anchor'], alice)).code, 11)
  dead = false
  assert.equal((await cliJson<Published>(['publish', '--anchor'], alice)).provisional, null)
  await cliJson(['sync'], bob)
  assert.equal((await cli(['cat'], bob)).stdout, 'one\ntwo\nthree\n')
})
