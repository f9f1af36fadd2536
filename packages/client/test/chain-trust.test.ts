import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type LogId, type Reference, RemoteLogError, topicOf } from '@remote-log/core'
import { type Devnet, startDevnet } from '@remote-log/devnet'
import { RegistryNameSystem, signerOf } from '@remote-log/ethereum'
import { connect, type RemoteLog } from '../src/index.ts'
import { all, bulky, texts, textsOf } from './world.ts'

const names = (count: number, first = 0) => texts(count, first).map(({ payload }) => payload)

/** Anvil: its safe block is one behind the newest, its finalized one two. */
describe('what a chain that reorganises, an owner who rewrites and a block tag mean for a copy', () => {
  let folder: string
  let devnet: Devnet
  let topics = 0

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-log-trust-'))
    devnet = await startDevnet({ folder })
  })
  after(async () => {
    await devnet?.stop()
    await rm(folder, { recursive: true })
  })

  async function ask(method: string, ...params: unknown[]): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(devnet.rpcUrl, { method: 'POST', headers, body })
    const { result, error } = (await answer.json()) as { result: unknown; error?: { message: string } }
    assert.equal(error, undefined)
    return result
  }

  /** What happened since the snapshot is gone; so many empty blocks are there. */
  async function reorganise(snapshot: unknown, blocks: number): Promise<void> {
    assert.equal(await ask('evm_revert', snapshot), true)
    await ask('anvil_mine', `0x${blocks.toString(16)}`)
  }

  /** A new log, and devices on it. */
  function newLog() {
    const { address: owner, privateKey } = devnet.accounts[0]!
    const { chainId, registry, beeUrl: bee, rpcUrl: rpc, batch } = devnet
    const log: LogId = { chainId, registry, owner, topic: topicOf(`chain trust ${topics++}`) }
    const signer = signerOf(privateKey)
    return {
      log,
      writer: () => connect({ log, bee, rpc, batch, signer }),
      reader: () => connect({ log, bee, rpc }),
      registry: new RegistryNameSystem({ provider: rpc, chainId, registry, signer }),
    }
  }

  async function publish(log: RemoteLog, count: number, first: number): Promise<Reference> {
    await log.appendMany(bulky(count, first))
    return (await log.publish()).head!
  }

  /** It refuses by this error with both heads, and has what it had. */
  async function refuses(log: RemoteLog, code: string, trustedHead: Reference, head: Reference | undefined) {
    const before = log.status()
    const entries = await textsOf(log.read())
    const error = await log.sync().then(
      () => assert.fail('nothing was thrown'),
      (error: unknown) => error,
    )
    assert.ok(error instanceof RemoteLogError, String(error))
    assert.deepEqual([error.code, error.details.trustedHead, error.details.head], [code, trustedHead, head])
    assert.deepEqual(log.status(), before)
    assert.deepEqual(await textsOf(log.read()), entries)
    return error
  }

  test('the trusted block is gone, and an earlier head stands: REORG; when the transaction comes back all is well', async () => {
    const { log, writer, reader, registry } = newLog()
    const [alice, bob] = [await writer(), await reader()]
    const first = await publish(alice, 3, 0)
    const snapshot = await ask('evm_snapshot')
    const second = await publish(alice, 4, 3)
    await bob.sync()
    const { block } = bob.status()
    await reorganise(snapshot, 3)
    const error = await refuses(bob, 'REORG', second, first)
    assert.deepEqual(
      [error.details.trustedBlock, error.details.trustedBlockHash],
      [block?.number, block?.hash],
    )
    await refuses(alice, 'REORG', second, first)
    // A dropped transaction is included again, as a rule: it still moves the head from where it stands.
    await registry.publish(log, first, second)
    assert.ok((await bob.sync()).complete)
    assert.notEqual(bob.status().block?.hash, block?.hash)
    assert.ok((await alice.sync()).complete)
  })

  test('a publish of who wrote the dropped head brings it back, and what is new goes behind it', async () => {
    const { writer, reader } = newLog()
    const [alice, bob] = [await writer(), await reader()]
    await publish(alice, 3, 0)
    const snapshot = await ask('evm_snapshot')
    const dropped = await publish(alice, 4, 3)
    await bob.sync()
    await alice.appendMany(bulky(2, 7))
    await reorganise(snapshot, 3)
    const failed = await alice.publish({ onReorg: 'fail' }).catch((error: RemoteLogError) => error.code)
    assert.equal(failed, 'REORG')
    const { entries, published } = await alice.publish()
    assert.deepEqual([entries, published], [2, 9])
    const { complete, fresh } = await bob.sync()
    assert.deepEqual([complete, fresh], [true, 2])
    assert.deepEqual(await textsOf((await reader()).read()), names(9))
    assert.deepEqual(await alice.compare(dropped), { relation: 'earlier', entries: 7 })
  })

  test('in the new branch another device published: two heads, neither extends the other', async () => {
    const { writer, reader } = newLog()
    const [alice, carol, bob] = [await writer(), await writer(), await reader()]
    const first = await publish(alice, 3, 0)
    await carol.sync()
    const snapshot = await ask('evm_snapshot')
    const dropped = await publish(alice, 4, 3)
    await bob.sync()
    await reorganise(snapshot, 2)
    const other = await publish(carol, 5, 50)
    await refuses(bob, 'REORG', dropped, other)
    const forked = await bob.compare(other).catch((error: RemoteLogError) => error)
    assert.ok(forked instanceof RemoteLogError)
    assert.deepEqual(
      [forked.code, forked.details.trustedHead, forked.details.head, forked.details.entries],
      ['REWRITTEN', dropped, other, 8],
    )
    assert.deepEqual(await bob.compare(first), { relation: 'earlier', entries: 3 })
    assert.deepEqual(await bob.compare(dropped), { relation: 'same', entries: 7 })
    assert.deepEqual(await textsOf(bob.read()), names(7))
    await bob.forget()
    assert.ok((await bob.sync()).complete)
    assert.deepEqual(await textsOf(bob.read()), [...names(3), ...names(5, 50)])
    await assert.rejects(alice.publish(), { code: 'REORG' })
    // Whose entries were dropped reads them once more before it forgets, and appends those that are not there.
    const kept = await all(alice.read())
    await alice.forget()
    await alice.sync()
    const there = new Set((await all(alice.read())).map(({ id }) => id))
    const gone = kept.filter(({ id }) => !there.has(id))
    const again = gone.map(async entry => ({
      payload: await entry.bytes(),
      timestamp: entry.timestamp,
      id: entry.id,
    }))
    await alice.appendMany(await Promise.all(again))
    await alice.publish()
    assert.ok((await bob.sync()).complete)
    assert.deepEqual(await textsOf(bob.read()), [...names(3), ...names(5, 50), ...names(4, 3)])
  })

  test('the owner replaces or takes back what was published: REWRITTEN and ROLLBACK, also for who published it', async () => {
    const { log, writer, reader, registry } = newLog()
    const [alice, bob] = [await writer(), await reader()]
    const first = await publish(alice, 3, 0)
    const second = await publish(alice, 4, 3)
    await bob.sync()
    await registry.publish(log, second, first)
    await refuses(bob, 'ROLLBACK', second, first)
    await refuses(alice, 'ROLLBACK', second, first)
    await assert.rejects(alice.publish(), { code: 'ROLLBACK' })
    assert.equal((await registry.head(log)).head, first, 'what its owner took back stays so')
    // Somebody who never saw it goes on from there.
    const forked = await publish(await writer(), 4, 70)
    await refuses(bob, 'REWRITTEN', second, forked)
    await refuses(alice, 'REWRITTEN', second, forked)
    await registry.publish(log, forked, second)
    assert.ok((await bob.sync()).complete, 'what is true again is believed again')
  })

  test('safe and finalized show less, later, and are not touched by a reorganisation of newer blocks', async () => {
    const { writer, reader } = newLog()
    const alice = await writer()
    const first = await publish(alice, 2, 0)
    const snapshot = await ask('evm_snapshot')
    const second = await publish(alice, 3, 2)
    const [latest, safe, finalized] = [await reader(), await reader(), await reader()]
    assert.equal((await latest.sync()).head, second)
    assert.equal((await safe.sync({ at: 'safe' })).head, first)
    const nothing = await finalized.sync({ at: 'finalized' })
    assert.deepEqual([nothing.head, nothing.entries, nothing.complete], [undefined, 0, true])
    assert.equal((await safe.head({ at: 'finalized' })).head, undefined)
    const stale = await latest.sync({ at: 'finalized' }).catch((error: RemoteLogError) => error.code)
    assert.equal(stale, 'STALE')
    await ask('anvil_mine', '0x1')
    assert.equal((await finalized.sync({ at: 'finalized' })).head, first)
    assert.equal((await safe.sync({ at: 'safe' })).head, second)
    await ask('evm_revert', snapshot)
    await ask('anvil_mine', '0x3')
    await refuses(latest, 'REORG', second, first)
    await refuses(safe, 'REORG', second, first)
    const { head, complete, entries } = await finalized.sync({ at: 'finalized' })
    assert.deepEqual([head, complete, entries], [first, true, 2])
  })
})
