import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { AuditReport, RepairReport } from '@remote-log/client'
import { type BeeNode, type Devnet, startBeeNode, startDevnet } from '@remote-log/devnet'
import { cliHere as cli, jsonHere as cliJson } from './cli-here.ts'

const PASSWORD = { REMOTE_LOG_PASSWORD: 'correct horse' }

interface Part {
  readonly part: string
  readonly batch: string
  readonly expires: string
}

describe('a log whose chunks are lost', () => {
  let folder: string
  let net: Devnet
  /** A second, empty network: nobody there has anything. */
  let other: BeeNode
  const homes = { alice: '', bob: '' }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-log-e2e-'))
    net = await startDevnet()
    other = await startBeeNode({ manyPeers: true })
    homes.alice = join(folder, 'alice')
    homes.bob = join(folder, 'bob')
    const { rpcUrl, beeUrl, registry, batch, accounts } = net
    const env = { ...PASSWORD, REMOTE_LOG_KEY: accounts[0]!.privateKey }
    const { log } = await cliJson<{ log: string }>(
      [
        'init',
        '--rpc',
        rpcUrl,
        '--bee',
        beeUrl,
        '--registry',
        registry,
        '--chain-id',
        String(net.chainId),
        '--batch',
        batch,
        '--topic',
        'care',
      ],
      { home: homes.alice, env },
    )
    const lines = Array.from({ length: 300 }, (_, i) => `${i} ${'z'.repeat(200)}`).join('\n')
    assert.equal((await cli(['append', '--publish'], { home: homes.alice, env, input: lines })).code, 0)
    await writeFile(join(folder, 'photo'), Buffer.alloc(20_000, 'pixel'))
    const append = ['append', '--publish', '--whole', join(folder, 'photo')]
    assert.equal((await cli(append, { home: homes.alice, env })).code, 0)
    await cliJson(['init', '--rpc', rpcUrl, '--bee', beeUrl, '--log', log], { home: homes.bob })
  })
  after(async () => {
    await Promise.all([net.stop(), other.stop()])
    await rm(folder, { recursive: true, force: true })
  })

  test('is renewed: each part says when it dies, and lasts as long as was paid for', async () => {
    const { alice } = homes
    const short = await net.bee.grantBatch({ depth: 18, amount: 24_000n * 86_400n * 10n })
    const writes = { home: alice, env: { ...PASSWORD, REMOTE_LOG_KEY: net.accounts[0]!.privateKey } }
    assert.equal((await cli(['postage', 'use', short], writes)).code, 0)
    const lines = Array.from({ length: 40 }, (_, i) => `more ${i} ${'z'.repeat(200)}`).join('\n')
    assert.equal((await cli(['append', '--publish'], { ...writes, input: lines })).code, 0)

    const before = await cliJson<{ parts: Part[] }>(['status'], writes)
    assert.deepEqual(new Set(before.parts.map(({ batch }) => batch)), new Set([net.batch, short]))
    assert.deepEqual(
      before.parts.map(({ part, batch }) => [part, batch === short]),
      [
        ['pages', false],
        ['pages', true],
        ['payloads', false],
        ['payloads', true],
        ['head', true],
      ],
    )
    const shown = await cli(['status'], writes)
    assert.match(shown.stdout, /pages 0 to \d+ +dies in \d+\.\d days, until 21\d\d-/)
    assert.match(shown.stdout, /head page and newest index +dies in 10\.0 days, until 20/)

    const unasked = await cli(['renew', '--days', '30'], writes)
    assert.equal(unasked.code, 2)
    assert.match(unasked.stderr, /1 top-up for 1\.08\d+ BZZ: .*--yes/)
    const { renewed, parts } = await cliJson<{ renewed: { batch: string }[]; parts: Part[] }>(
      ['renew', '--days', '30', '--block-time', '1', '--yes'],
      writes,
    )
    assert.deepEqual(
      renewed.map(({ batch }) => batch),
      [short],
    )
    for (const { expires } of parts) assert.ok(Date.parse(expires) > Date.now() + 29.99 * 86_400_000, expires)
    const again = await cliJson<{ renewed: unknown[] }>(
      ['renew', '--days', '29', '--block-time', '1'],
      writes,
    )
    assert.deepEqual(again.renewed, [])
  })

  test('is audited, put back by a reader who has a copy and no key, and audited again', async () => {
    const { bob } = homes
    assert.ok((await cliJson<{ complete: boolean }>(['sync'], { home: bob })).complete)
    const whole = await cliJson<AuditReport>(['audit'], { home: bob })
    assert.deepEqual([whole.complete, whole.lost, whole.entries], [true, [], 341])

    const there = ['--bee', other.url]
    const gone = await cli(['audit', ...there], { home: bob })
    assert.equal(gone.code, 10, gone.stderr)
    assert.match(gone.stdout, /^INCOMPLETE: 0 chunks of 341 entries/)
    const payloadOnly = await cli(['repair', ...there, '--json'], { home: bob })
    assert.equal(payloadOnly.code, 19, 'no batch given')

    const batch = await other.grantBatch()
    const half = await cli(['repair', ...there, '--batch', batch, '--json'], { home: bob })
    assert.equal(half.code, 10, half.stderr)
    const { lost, restored, repaired }: RepairReport = JSON.parse(half.stdout)
    assert.deepEqual(
      lost.filter(({ restorable }) => !restorable).map(({ part, seq }) => [part, seq]),
      [['payload', 300]],
    )
    assert.deepEqual([restored, repaired], [whole.sound - 6, false])

    const photos = ['--payloads', folder]
    const rest = await cliJson<RepairReport>(['repair', ...there, '--batch', batch, ...photos], { home: bob })
    assert.deepEqual([rest.repaired, rest.restored], [true, 6])
    const now = await cliJson<AuditReport>(['audit', ...there], { home: bob })
    assert.deepEqual([now.complete, now.sound], [true, whole.sound])
    const shown = await cli(['audit', ...there], { home: bob })
    assert.match(shown.stdout, /^all there: \d+ chunks of 341 entries/)
  })
})
