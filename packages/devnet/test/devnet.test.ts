import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { LocalDamagedError, LockedError } from '@remote-log/core'
import { signerOf } from '@remote-log/ethereum'
import { FUNDED_KEYS } from '../src/chain/accounts.ts'
import { type Devnet, startDevnet } from '../src/index.ts'
import { processesWith, spawnNode, until } from './spawned.ts'

async function rpc<T>(url: string, method: string, params: unknown[] = []): Promise<T> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return ((await answer.json()) as { result: T }).result
}

const codeAt = (url: string, address: string) => rpc<string>(url, 'eth_getCode', [address, 'latest'])

/** Moves money, so that there is a block to be found again. */
async function mineBlock(url: string): Promise<string> {
  const [from, to] = await rpc<string[]>(url, 'eth_accounts')
  return rpc<string>(url, 'eth_sendTransaction', [{ from, to, value: '0x1' }])
}

describe('in memory', () => {
  let devnet: Devnet
  before(async () => {
    devnet = await startDevnet({ chainId: 4242 })
  })
  after(() => devnet.stop())

  test('chain, registry, node and batch are there', async () => {
    assert.equal(await rpc(devnet.rpcUrl, 'eth_chainId'), '0x1092')
    assert.notEqual(await codeAt(devnet.rpcUrl, devnet.registry), '0x')
    const stamp = (await (await fetch(`${devnet.beeUrl}/stamps/${devnet.batch}`)).json()) as {
      usable: boolean
    }
    assert.equal(stamp.usable, true)
    const wallet = (await (await fetch(`${devnet.beeUrl}/wallet`)).json()) as { chainID: number }
    assert.equal(wallet.chainID, 4242)
  })

  test('the accounts are those that the chain funds', async () => {
    const funded = await rpc<string[]>(devnet.rpcUrl, 'eth_accounts')
    assert.deepEqual(
      FUNDED_KEYS.map(key => signerOf(key).address.toLowerCase()),
      funded.slice(0, FUNDED_KEYS.length),
    )
    assert.deepEqual(
      devnet.accounts.map(({ privateKey }) => privateKey),
      [...FUNDED_KEYS],
    )
  })

  test('a transaction is a block at once, and blocks do not run ahead of the clock', async () => {
    for (let i = 0; i < 5; i++) await mineBlock(devnet.rpcUrl)
    const block = await rpc<{ timestamp: string }>(devnet.rpcUrl, 'eth_getBlockByNumber', ['latest', false])
    assert.ok(Number(block.timestamp) <= Math.floor(Date.now() / 1000) + 1)
  })

  test('a port that is in use is named, and nothing is left running', async () => {
    const port = Number(new URL(devnet.rpcUrl).port)
    for (const options of [{ rpcPort: port }, { beePort: devnet.bee.port }]) {
      await assert.rejects(startDevnet(options), LockedError)
    }
  })
})

describe('in a folder', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-log-devnet-'))
  })
  afterEach(async () => {
    assert.deepEqual(processesWith(folder), [], 'no process is left')
    await rm(folder, { recursive: true })
  })

  test('stopping and starting brings back chain, registry, batch, data and ports', async () => {
    const first = await startDevnet({ folder })
    const transaction = await mineBlock(first.rpcUrl)
    const file = JSON.parse(await readFile(join(folder, 'devnet.json'), 'utf8')) as object
    await first.stop()
    assert.deepEqual(processesWith(folder), [])
    await assert.rejects(fetch(first.rpcUrl))
    await assert.rejects(fetch(first.beeUrl))

    const second = await startDevnet({ folder })
    const { bee: _bee, stop: _stop, syncPostage: _sync, ...facts } = second
    assert.deepEqual(facts, file)
    const receipt = await rpc<{ status: string }>(second.rpcUrl, 'eth_getTransactionReceipt', [transaction])
    assert.equal(receipt.status, '0x1')
    for (const tag of ['latest', 'safe', 'finalized']) {
      const code = await rpc<string>(second.rpcUrl, 'eth_getCode', [second.registry, tag])
      assert.match(code ?? tag, /^0x../)
    }
    await assert.rejects(startDevnet({ folder }), LockedError)
    await second.stop()
    await assert.rejects(startDevnet({ folder, chainId: 1 }), { code: 'INVALID_ARGUMENT' })
  })

  test('killing the devnet leaves no process, and the chain as it was', async () => {
    type Facts = Pick<Devnet, 'rpcUrl' | 'beeUrl' | 'registry' | 'batch' | 'chainId'>
    const { said, end } = await spawnNode<Facts>(folder, 'devnet')
    const transaction = await mineBlock(said.rpcUrl)
    await end('SIGKILL')
    await until(() => processesWith(folder).length === 0)

    const again = await startDevnet({ folder })
    const { rpcUrl, beeUrl, registry, batch, chainId } = again
    assert.deepEqual({ rpcUrl, beeUrl, registry, batch, chainId }, said)
    assert.ok(await rpc(rpcUrl, 'eth_getTransactionReceipt', [transaction]))
    await again.stop()
  })

  test('an anvil whose keeper was killed too is ended by the next start', async () => {
    const { end } = await spawnNode<Devnet>(folder, 'devnet')
    const keeper = processesWith(folder).find(line => line.includes('anvil-keeper'))!
    process.kill(Number.parseInt(keeper, 10), 'SIGKILL')
    await end('SIGKILL')
    const orphan = processesWith(folder)
    assert.equal(orphan.length, 1, 'anvil alone')

    const again = await startDevnet({ folder })
    assert.ok(!processesWith(folder).some(line => line.startsWith(String(Number.parseInt(orphan[0]!, 10)))))
    await again.stop()
  })

  test('ports of last time that were taken since are replaced; a damaged chain is told', async () => {
    const first = await startDevnet({ folder })
    await first.stop()
    const squatter = await startDevnet({
      beePort: first.bee.port,
      rpcPort: Number(new URL(first.rpcUrl).port),
    })
    const second = await startDevnet({ folder })
    assert.notEqual(second.beeUrl, first.beeUrl)
    assert.notEqual(second.rpcUrl, first.rpcUrl)
    assert.equal(second.registry, first.registry)
    await second.stop()
    for (const options of [
      { rpcPort: Number(new URL(squatter.rpcUrl).port) },
      { beePort: squatter.bee.port },
    ]) {
      await assert.rejects(startDevnet({ folder, ...options }), LockedError)
    }
    await squatter.stop()
    await writeFile(join(folder, 'chain', 'state.json'), '{"block":')
    await assert.rejects(startDevnet({ folder }), LocalDamagedError)
  })
})
