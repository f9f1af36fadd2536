import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startBeeNode, startDevnet } from '@remote-log/devnet'
import { postageInterface } from '@remote-log/ethereum'
import { cliHere, jsonHere } from './cli-here.ts'
import { startRpcProxy } from './rpc-proxy.ts'

interface Bought {
  readonly batch: string
  readonly resumed?: boolean
}
interface Status {
  readonly batch: { readonly id: string; readonly usable: boolean; readonly ttlSeconds: number }
  readonly parts: readonly { readonly state: string; readonly batch: string; readonly expires: string }[]
}
interface Shown {
  readonly id: string
  readonly depth: number
  readonly seconds: number
}

test('a key buys its own batch, stamps for it through a gateway that owns none, and keeps it alive', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'remote-log-own-'))
  const net = await startDevnet()
  const gateway = await startBeeNode({ peers: net.bee })
  const create = postageInterface.getFunction('createBatch')!.selector.slice(2)
  let lose = false
  const provider = await startRpcProxy(net.rpcUrl, {
    answer: body => (lose ? '<html>bad gateway</html>' : body),
    request: async body => {
      // From the purchase on nothing comes back; what was sent before is done.
      lose ||= armed && body.includes('eth_sendRawTransaction') && body.includes(create)
      return body
    },
  })
  t.after(async () => {
    await Promise.all([provider.stop(), gateway.stop(), net.stop()])
    await rm(folder, { recursive: true })
  })
  let armed = false
  const { address, privateKey } = net.accounts[3]!
  const alice = { home: join(folder, 'alice'), env: { REMOTE_LOG_KEY: privateKey } }
  const where = ['--rpc', provider.url, '--registry', net.registry, '--chain-id', `${net.chainId}`]
  const at = ['--rpc', provider.url, '--postage-contract', net.postage]

  // A writer without a batch appends, and is told what publishing takes.
  const init = ['init', '--bee', gateway.url, ...where, '--topic', 'own', '--no-key-file']
  const started = await cliHere(init, alice)
  assert.match(started.stdout, /Nothing pays for publishing yet: remote-log postage buy/)
  assert.equal((await cliHere(['append'], { ...alice, input: 'one\ntwo\n' })).code, 0)
  const unpaid = await cliHere(['publish'], alice)
  assert.equal(unpaid.code, 19)
  assert.match(unpaid.stderr, /remote-log postage buy --use/)
  assert.match((await cliHere(['status'], alice)).stdout, /batch +none yet/)

  const wish = ['--depth', '17', '--days', '30']
  const quote = await cliHere(['postage', 'own', 'quote', ...wish, ...at], alice)
  assert.match(quote.stdout, /^depth 17: 0\.16307453952 BZZ, and gas; lasts 30\.0 days, until \d{4}-/)
  const unknown = await cliHere(['postage', 'own', 'quote', ...wish, '--rpc', provider.url])
  assert.match(unknown.stderr, /no postage contract is known on chain 31337/)
  assert.equal(unknown.code, 2)
  const unasked = await cliHere(['postage', 'own', 'buy', ...wish, ...at], alice)
  assert.deepEqual([unasked.code, /say --yes/.test(unasked.stderr)], [2, true])

  armed = true
  const buy = ['postage', 'own', 'buy', ...wish, ...at, '--yes', '--use']
  const cut = await cliHere(buy, alice)
  assert.equal(cut.code, 11, cut.stderr)
  lose = armed = false
  // The node can't know of it: another way to buy is refused until it is clear what became of this one.
  const node = ['postage', 'buy', '--depth', '17', '--days', '2', '--yes', '--bee', gateway.url]
  assert.match(
    (await cliHere(node, alice)).stderr,
    /own buy was begun .* may have been paid: finish it there/,
  )
  const bought = await jsonHere<Bought>(buy, alice)
  assert.equal(bought.resumed, true)
  const logs = await fetch(net.rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'eth_getLogs',
      params: [
        {
          address: net.postage,
          fromBlock: '0x0',
          topics: [postageInterface.getEvent('BatchCreated')!.topicHash],
        },
      ],
    }),
  })
  assert.equal(((await logs.json()) as { result: unknown[] }).result.length, 1)
  const [listed] = await jsonHere<Shown[]>(['postage', 'own', 'list'], alice)
  assert.deepEqual([listed?.id, listed?.depth], [bought.batch, 17])

  await net.syncPostage()
  assert.equal((await cliHere(['publish'], alice)).code, 0)
  const { stamps } = (await (await fetch(`${gateway.url}/stamps`)).json()) as { stamps: unknown[] }
  assert.deepEqual(stamps, [])
  const before = await jsonHere<Status>(['status'], alice)
  assert.deepEqual([before.batch.id, before.batch.usable], [bought.batch, true])
  assert.deepEqual(
    [...new Set(before.parts.map(({ batch, state }) => `${state} ${batch}`))],
    [`until ${bought.batch}`],
  )
  assert.match((await cliHere(['status'], alice)).stdout, /batch +usable, 30 days left, stamped here/)

  const { renewed } = await jsonHere<{ renewed: Bought[] }>(['renew', '--days', '60', '--yes'], alice)
  assert.deepEqual(
    renewed.map(({ batch }) => batch),
    [bought.batch],
  )
  const shown = await jsonHere<Shown>(['postage', 'own', 'show'], alice)
  assert.ok(Math.abs(shown.seconds - 60 * 86_400) <= 60, `${shown.seconds}`)
  const diluted = await jsonHere<Shown>(['postage', 'own', 'dilute', '--depth', '18', '--yes'], alice)
  assert.equal(diluted.depth, 18)
  const config = JSON.parse(await readFile(join(alice.home, 'config.json'), 'utf8'))
  assert.deepEqual([config.batch, config.stamps.depth, config.stamps.batch], [bought.batch, 18, bought.batch])
  await net.syncPostage()
  assert.equal((await cliHere(['append', '--publish'], { ...alice, input: 'three\n' })).code, 0)

  const bob = { home: join(folder, 'bob') }
  const log = `remotelog:${net.chainId}/${net.registry}/${address}/${config.log.split('/')[3]}`
  await jsonHere(['init', '--rpc', net.rpcUrl, '--bee', net.beeUrl, '--log', log], bob)
  const read = await cliHere(['cat'], bob)
  assert.match(read.stdout, /one\n.*two\n.*three/s)

  // The log's key is not that of the devnet's batch.
  const foreign = await cliHere(['postage', 'own', 'use', net.batch], alice)
  assert.equal(foreign.code, 10)
})
