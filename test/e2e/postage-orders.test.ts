import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { type BeeNode, type FaultProxy, startBeeNode, startFaultProxy } from '@remote-log/devnet'
import { cliHere, jsonHere } from './cli-here.ts'

interface Bought {
  readonly batch: string
  readonly resumed?: boolean
}

describe('an order of postage is kept until it is clear what became of it', () => {
  let folder: string
  let node: BeeNode
  let proxy: FaultProxy
  let home: string
  let homes = 0
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-log-orders-'))
    node = await startBeeNode({ blockTimeMs: 20 })
    proxy = await startFaultProxy({ target: node.url })
  })
  beforeEach(async () => {
    home = join(folder, `home-${homes++}`)
    await mkdir(home)
  })
  after(async () => {
    await proxy.stop()
    await node.stop()
    await rm(folder, { recursive: true })
  })

  const buying = () => [
    'postage',
    'buy',
    '--bee',
    proxy.url,
    '--block-time',
    '5',
    '--depth',
    '17',
    '--days',
    '9',
  ]
  const buy = (...more: string[]) => [...buying(), '--yes', ...more]
  const order = () => join(home, 'postage-order.json')
  const funds = '{"code":402,"message":"out of funds"}'
  const refuse = () =>
    proxy.setRule(({ method }) => (method === 'POST' ? { answer: { status: 402, body: funds } } : undefined))

  test('one that is refused at once is dropped; one that is refused when it is resumed is kept, and done later, once', async () => {
    refuse()
    assert.equal((await cliHere(buy(), { home })).code, 19)
    assert.equal(existsSync(order()), false)

    // The purchase arrives, nobody learns of it, and then the node no longer shows it: the refusal is of the second.
    let sent = false
    proxy.setRule(({ method, path }) => {
      sent ||= method === 'POST'
      if (method === 'POST') return { cutAfter: 0 }
      return sent && path === '/stamps' ? { answer: { status: 403 } } : undefined
    })
    const before = node.batches().length
    assert.equal((await cliHere(buy(), { home })).code, 11)
    const kept = await readFile(order(), 'utf8')
    proxy.setRule(({ method, path }) => {
      if (method === 'POST') return { answer: { status: 402, body: funds } }
      return path === '/stamps' ? { answer: { status: 200, body: '{"stamps":[]}' } } : undefined
    })
    assert.equal((await cliHere(buy(), { home })).code, 19)
    assert.equal(await readFile(order(), 'utf8'), kept)
    proxy.setRule(undefined)
    const { batch, resumed } = await jsonHere<Bought>(buy(), { home })
    assert.deepEqual([resumed, existsSync(order()), node.batches().length], [true, false, before + 1])
    assert.ok(node.batches().some(({ id }) => id === batch))
  })

  test('one that can’t be read stops every purchase: what it was for may have been paid', async () => {
    const before = node.batches().length
    for (const make of [() => writeFile(order(), '{"kind":'), () => writeFile(order(), '[]')]) {
      await make()
      const result = await cliHere(buy(), { home })
      assert.deepEqual([result.code, existsSync(order())], [25, true])
      assert.match(result.stderr, /postage list before you remove it/)
    }
    await rm(order())
    await mkdir(order())
    const unreadable = await cliHere(buy(), { home })
    assert.equal(unreadable.code, 25)
    assert.match(unreadable.stderr, /can't be read/)
    assert.equal(node.batches().length, before)
  })

  test('with --use it ends when the batch is configured, and without a log nothing is bought', async () => {
    const before = node.batches().length
    const nowhere = await cliHere(buy('--use'), { home })
    assert.equal(nowhere.code, 10)
    assert.match(nowhere.stderr, /remote-log init/)
    assert.equal(node.batches().length, before)

    const network = ['--rpc', 'http://127.0.0.1:1', '--bee', proxy.url, '--registry', `0x${'11'.repeat(20)}`]
    const env = { REMOTE_LOG_KEY: `0x${'42'.repeat(32)}` }
    await jsonHere(['init', ...network, '--chain-id', '1', '--topic', 'x', '--no-key-file'], { home, env })
    // The configuration can't be written: the purchase is done, the order is not.
    const blocked = join(home, 'config.json.new')
    await mkdir(blocked)
    assert.notEqual((await cliHere(buy('--use'), { home })).code, 0)
    assert.deepEqual([existsSync(order()), node.batches().length], [true, before + 1])
    await rm(blocked, { recursive: true })
    const { batch, resumed } = await jsonHere<Bought>(buy('--use'), { home })
    assert.equal(JSON.parse(await readFile(join(home, 'config.json'), 'utf8')).batch, batch)
    assert.deepEqual([resumed, existsSync(order()), node.batches().length], [true, false, before + 1])
  })
})
