import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type BeeNode, type FaultProxy, startBeeNode, startFaultProxy } from '@remote-log/devnet'
import { cliHere as cli, jsonHere as cliJson } from './cli-here.ts'

interface Batch {
  readonly batch: string
  readonly resumed?: boolean
  readonly quote?: { readonly costPlur: string; readonly costBzz: string; readonly depth: number }
}

describe('remote-log postage', () => {
  let folder: string
  let node: BeeNode
  let proxy: FaultProxy
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-log-postage-'))
    node = await startBeeNode({ blockTimeMs: 20 })
    proxy = await startFaultProxy({ target: node.url })
  })
  after(async () => {
    await proxy.stop()
    await node.stop()
    await rm(folder, { recursive: true })
  })

  const world = () => ({ home: join(folder, 'alice') })
  const at = (...args: string[]) => ['postage', ...args, '--bee', proxy.url, '--block-time', '5']
  const balance = async () => {
    const { bzzBalance } = (await (await fetch(`${node.url}/wallet`)).json()) as { bzzBalance: string }
    return BigInt(bzzBalance)
  }
  const wish = ['--depth', '18', '--days', '30']

  test('says the cost before, spends nothing without a yes, and buys once though it is cut off', async () => {
    const full = await balance()
    const quoted = await cli(at('quote', '--size', '500MB', '--days', '30'), world())
    assert.equal(quoted.code, 0)
    assert.match(quoted.stdout, /^depth 20: 1\.30459631616 BZZ, and gas; lasts 30\.0 days, until \d{4}-/)

    const unasked = await cli(at('buy', ...wish), world())
    assert.equal(unasked.code, 2)
    assert.match(unasked.stdout, /BZZ, and gas/)
    assert.match(unasked.stderr, /say --yes/)
    assert.equal(await balance(), full)

    // The answer is lost, and so is every look at what became of the purchase.
    proxy.setRule(({ method, path }) => {
      if (method === 'POST') return { cutAfter: 0 }
      return path === '/stamps' && node.batches().length > 0 ? { answer: { status: 403 } } : undefined
    })
    const cut = await cli([...at('buy', ...wish), '--yes', '--json'], world())
    assert.notEqual(cut.code, 0)
    proxy.setRule(undefined)
    const paid = full - (await balance())
    assert.ok(paid > 0n)

    const bought = await cliJson<Batch>([...at('buy', ...wish), '--yes', '--json'], world())
    assert.equal(bought.resumed, true)
    assert.equal(full - (await balance()), paid)
    assert.deepEqual(
      node.batches().map(({ id }) => id),
      [bought.batch],
    )
  })

  test('lists, chooses, tops up and dilutes', async () => {
    const [listed] = await cliJson<{ id: string; ttlSeconds: number; expires: string }[]>(
      [...at('list'), '--json'],
      world(),
    )
    const id = listed!.id
    const chosen = await cliJson<{ batch: { id: string }; rejected: unknown[] }>(
      [...at('choose'), '--json'],
      world(),
    )
    assert.deepEqual([chosen.batch.id, chosen.rejected], [id, []])
    const none = await cli(at('choose', '--days', '3000'), world())
    assert.match(none.stdout, /^no batch fits: remote-log postage buy\nnot [0-9a-f]{64}\n {2}lasts \d+ s/)

    const before = await balance()
    const topped = await cliJson<Batch & { seconds: number }>(
      [...at('topup', id, '--days', '30', '--yes'), '--json'],
      world(),
    )
    assert.equal(before - (await balance()), BigInt(topped.quote!.costPlur))
    assert.ok(topped.seconds > listed!.ttlSeconds)
    const diluted = await cliJson<{ depth: number }>(
      [...at('dilute', id, '--depth', '19', '--yes'), '--json'],
      world(),
    )
    assert.equal(diluted.depth, 19)
    const again = await cli([...at('dilute', id, '--depth', '18', '--yes'), '--json'], world())
    assert.equal(again.code, 19)
  })

  test('what is missing or wrong is said before anybody is asked', async () => {
    for (const args of [
      ['buy', '--days', '1'],
      ['buy', '--depth', '17'],
      ['quote', '--depth', '17', '--size', '1MB', '--days', '1'],
      ['quote', '--depth', '16', '--days', '1'],
      ['topup', 'ab'.repeat(32)],
      ['topup', '--days', '1'],
      ['use', 'xyz'],
    ]) {
      assert.equal((await cli(at(...args), world())).code, 2, args.join(' '))
    }
    assert.equal((await cli(['postage', 'list'], { home: join(folder, 'nobody') })).code, 10)
  })

  test('use makes a batch the one that pays', async () => {
    const home = join(folder, 'bob')
    const network = ['--rpc', 'http://127.0.0.1:1', '--bee', proxy.url, '--registry', `0x${'11'.repeat(20)}`]
    const env = { REMOTE_LOG_PASSWORD: 'secret', REMOTE_LOG_KEY: `0x${'42'.repeat(32)}` }
    await cliJson(
      ['init', ...network, '--chain-id', '1', '--topic', 'x', '--batch', 'ab'.repeat(32), '--no-key-file'],
      { home, env },
    )
    const batch = await node.grantBatch({ immutable: true })
    assert.equal((await cli(['postage', 'use', batch], { home })).code, 0)
    assert.equal(JSON.parse(await readFile(join(home, 'config.json'), 'utf8')).batch, batch)
    const unknown = await cli(['postage', 'use', 'cd'.repeat(32), '--json'], { home })
    assert.equal(unknown.code, 10)
    assert.equal(JSON.parse(await readFile(join(home, 'config.json'), 'utf8')).batch, batch)
  })
})
