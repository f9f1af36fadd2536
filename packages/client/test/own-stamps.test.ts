import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { topicOf } from '@remote-log/core'
import { startBeeNode, startDevnet } from '@remote-log/devnet'
import { ClassicLevel } from 'classic-level'
import { connect, signerOf } from '../src/index.ts'
import { LocalStamps } from '../src/local-stamps.ts'
import { bulky, memory, texts, textsOf } from './world.ts'

test('a log is written through a node that does not own the batch, and read by another', async t => {
  const devnet = await startDevnet()
  t.after(() => devnet.stop())
  const [{ address, privateKey }] = devnet.accounts as [(typeof devnet.accounts)[number]]
  const signer = signerOf(privateKey)
  const batch = await devnet.bee.grantBatch({ owner: address, depth: 17, immutable: true })
  const log = { chainId: devnet.chainId, registry: devnet.registry, owner: address, topic: topicOf('own') }
  const reader = { log, bee: devnet.beeUrl, rpc: devnet.rpcUrl }
  const local = memory()
  const writer = { ...reader, signer, batch, local, stampWith: { signer, depth: 17 } }
  const alice = await connect(writer)
  await assert.rejects(connect({ ...writer, log: { ...log, topic: topicOf('other') } }), { code: 'LOCKED' })
  // Far more than two chunks of some buckets: 900 entries make about 300 pages.
  await alice.appendMany(bulky(900))
  await alice.publish()
  await alice.appendMany(bulky(3, 900))
  await alice.publish()
  await alice.close()
  const again = await connect(writer)
  await again.append('entry 903')
  await again.publish()
  const bob = await connect(reader)
  assert.ok((await bob.sync()).complete)
  assert.deepEqual(
    await textsOf(bob.read()),
    texts(904).map(({ payload }) => payload),
  )
  await again.close()
  await assert.rejects(connect({ ...writer, batch: undefined }), { code: 'INVALID_ARGUMENT' })
})

test('with a feed, announcements and anchors are paid by the own key alone, through a gateway that owns nothing', async t => {
  const devnet = await startDevnet()
  t.after(() => devnet.stop())
  const gateway = await startBeeNode({ peers: devnet.bee })
  t.after(() => gateway.stop())
  const [{ address, privateKey }] = devnet.accounts as [(typeof devnet.accounts)[number]]
  const signer = signerOf(privateKey)
  const batch = await devnet.bee.grantBatch({ owner: address, depth: 17, immutable: true })
  const log = {
    chainId: devnet.chainId,
    registry: devnet.registry,
    owner: address,
    topic: topicOf('own feed'),
  }
  const where = { log, bee: gateway.url, rpc: devnet.rpcUrl }
  const writer = { ...where, signer, batch, local: memory(), stampWith: { signer, depth: 17 } }
  const alice = await connect({ ...writer, feed: { beginsLog: true }, anchor: 'onDemand' })
  await alice.appendMany(texts(3))
  assert.equal((await alice.publish()).provisional?.entries, 3)
  await alice.appendMany(texts(2, 3))
  await alice.publish({ anchor: true })
  await alice.appendMany(texts(1, 5))
  await alice.publish()
  await alice.close()
  const bob = await connect({ ...where, bee: devnet.beeUrl, feed: true })
  await bob.sync()
  assert.equal(bob.status().provisional?.entries, 6)
  await bob.close()
  const { stamps } = (await (await fetch(`${gateway.url}/stamps`)).json()) as { stamps: unknown[] }
  assert.deepEqual(stamps, [])
})

/** Stamps until it is killed, and says which slot each chunk got. */
const STAMPER = `
  import { seededReference } from '@remote-log/conformance'
  import { ClassicLevel } from 'classic-level'
  import { Stamper } from '@remote-log/swarm'
  const { LocalStamps } = await import('../src/local-stamps.ts')
  const [, path, batch, run] = process.argv
  const storage = new LocalStamps(new ClassicLevel(path), batch)
  const signer = { sign: async () => new Uint8Array(65) }
  const stamper = await Stamper.open({ batch, depth: 30, signer, storage })
  for (let i = 0; ; i++) {
    const reference = '00' + (i % 4).toString(16).padStart(2, '0') + seededReference(run + ' ' + i).slice(4)
    const stamp = Buffer.from(await stamper.stamp(reference))
    process.stdout.write(reference + ' ' + stamp.toString('hex', 32, 48) + '\\n')
  }
`

test('killed at any moment and started again, a stamper never gives a slot out twice', async t => {
  const path = await mkdtemp(join(tmpdir(), 'remote-log-stamps-'))
  t.after(() => rm(path, { recursive: true, force: true }))
  const batch = 'ab'.repeat(32)
  const owners = new Map<string, string>()
  let last = 0n
  for (let run = 0; run < 6; run++) {
    const args = ['--input-type=module-typescript', '--eval', STAMPER, path, batch, `${run}`]
    const child = spawn(process.execPath, args, {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => child.kill('SIGKILL'))
    let text = ''
    for await (const piece of child.stdout) {
      if (text === '') {
        const other = new LocalStamps(new ClassicLevel<string, Uint8Array>(path), batch)
        await assert.rejects(other.records().next(), { code: 'LOCKED' })
        await other.close()
      }
      text += piece
      if (text.length > 3000 + 2611 * run) child.kill('SIGKILL')
    }
    for (const line of text.split('\n').slice(0, -1)) {
      const [reference, content] = line.split(' ') as [string, string]
      const index = content.slice(0, 16)
      assert.ok((owners.get(index) ?? reference) === reference, `slot ${index} was given out twice`)
      owners.set(index, reference)
      const time = BigInt(`0x${content.slice(16)}`)
      assert.ok(time > last, 'times rise over restarts')
      last = time
    }
  }
  assert.ok(owners.size > 300, `${owners.size} stamps`)
})
