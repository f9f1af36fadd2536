import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type BeeNode, type Devnet, startBeeNode, startDevnet } from '@remote-log/devnet'
import { cliHere, jsonHere } from './cli-here.ts'

interface Initialised {
  readonly log: string
}
interface Bought {
  readonly batch: string
}
interface Status {
  readonly batch: { readonly id: string; readonly usable: boolean } | null
}

describe('a log that is set up with --own-stamps', () => {
  let net: Devnet
  let gateway: BeeNode
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-log-init-own-'))
    net = await startDevnet()
    gateway = await startBeeNode({ peers: net.bee })
    const { rpcUrl, beeUrl, chainId, registry, postage, batch, accounts } = net
    const facts = { rpcUrl, beeUrl, chainId, registry, postage, batch, accounts }
    await writeFile(join(folder, 'devnet.json'), JSON.stringify(facts))
  })
  after(async () => {
    await Promise.all([gateway.stop(), net.stop()])
    await rm(folder, { recursive: true })
  })

  const device = (name: string, account: number) => ({
    home: join(folder, name),
    env: { REMOTE_LOG_KEY: net.accounts[account]!.privateKey },
  })
  const where = () => ['--rpc', net.rpcUrl, '--registry', net.registry, '--chain-id', `${net.chainId}`]

  test('on a devnet: its batch is not used; one purchase, and the own key pays and stamps', async () => {
    const alice = device('alice', 3)
    const init = ['init', '--devnet', folder, '--topic', 'own', '--no-key-file', '--own-stamps']
    const started = await cliHere(init, alice)
    assert.match(started.stdout, /Nothing pays for publishing yet.*remote-log postage own buy --size/s)
    assert.equal((await cliHere(['append'], { ...alice, input: 'one\n' })).code, 0)
    const unpaid = await cliHere(['publish'], alice)
    assert.equal(unpaid.code, 19)
    assert.match(unpaid.stderr, /has no postage batch yet: remote-log postage own buy/)
    assert.match((await cliHere(['status'], alice)).stdout, /batch +none yet.*postage own buy/)

    const { batch } = await jsonHere<Bought>(
      ['postage', 'own', 'buy', '--depth', '17', '--days', '30', '--yes'],
      alice,
    )
    await net.syncPostage()
    assert.equal((await cliHere(['publish'], alice)).code, 0)
    const status = await jsonHere<Status>(['status'], alice)
    assert.deepEqual([status.batch?.id, status.batch?.usable], [batch, true])
    assert.notEqual(batch, net.batch)
  })

  test('with a batch that the key owns already: published at once, through a gateway that owns none', async () => {
    const dave = device('dave', 4)
    const at = ['--rpc', net.rpcUrl, '--postage-contract', net.postage]
    const { batch } = await jsonHere<Bought>(
      ['postage', 'own', 'buy', '--depth', '17', '--days', '30', '--yes', ...at],
      { ...dave, home: join(folder, 'elsewhere') },
    )
    await net.syncPostage()
    const init = ['init', ...where(), '--bee', gateway.url, '--topic', 'own', '--no-key-file', '--own-stamps']
    const named = [...init, '--postage-contract', net.postage, '--batch', batch]
    const { log } = await jsonHere<Initialised>(named, dave)
    assert.equal((await cliHere(['append', '--publish'], { ...dave, input: 'here\n' })).code, 0)
    const { stamps } = (await (await fetch(`${gateway.url}/stamps`)).json()) as { stamps: unknown[] }
    assert.deepEqual(stamps, [])
    const bob = { home: join(folder, 'bob') }
    await jsonHere(['init', '--rpc', net.rpcUrl, '--bee', net.beeUrl, '--log', log], bob)
    assert.match((await cliHere(['cat'], bob)).stdout, /here/)

    // Whoever turns to a batch of the node leaves own stamps behind.
    assert.equal((await cliHere(['postage', 'use', net.batch, '--bee', net.beeUrl], dave)).code, 0)
    assert.doesNotMatch((await cliHere(['status'], dave)).stdout, /stamped here/)
  })

  test('what can’t be is found out before anything is written down', async () => {
    const eve = device('eve', 5)
    const init = ['init', ...where(), '--bee', gateway.url, '--topic', 'own', '--no-key-file']
    const own = [...init, '--own-stamps']
    const cases: readonly [readonly string[], number, RegExp][] = [
      [own, 2, /no postage contract is known on chain 31337.*--postage-contract/],
      [[...own, '--postage-contract', net.postage, '--batch', 'ab'.repeat(32)], 10, /abab/],
      [[...init, '--postage-contract', net.postage], 2, /need --own-stamps/],
      [
        ['init', '--bee', gateway.url, '--rpc', net.rpcUrl, '--log', 'remotelog:…', '--own-stamps'],
        2,
        /--own-stamps/,
      ],
    ]
    for (const [args, code, says] of cases) {
      const result = await cliHere(args, eve)
      assert.equal(result.code, code, result.stderr)
      assert.match(result.stderr, says)
    }
    const alices = await jsonHere<Status>(['status'], device('alice', 3))
    const foreign = [...own, '--postage-contract', net.postage, '--batch', alices.batch!.id]
    const refused = await cliHere(foreign, eve)
    assert.equal(refused.code, 19)
    assert.match(refused.stderr, /the log's key is that of/)
    assert.equal((await cliHere(['status'], eve)).code, 10)
  })
})
