import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACCOUNTS, ended, startAnvil, startDeploy } from './deploy-process.ts'
import { startRpcProxy } from './rpc-proxy.ts'

const [ALICE] = ACCOUNTS

test('a deployment that is killed while its transaction waits goes on with that transaction', async t => {
  const chain = await startAnvil(100)
  t.after(() => chain.stop())
  let waiting = Promise.withResolvers<void>()
  // Looking for a receipt is what comes after the transaction was sent and noted.
  const proxy = await startRpcProxy(chain.rpcUrl, {
    request: body => {
      if (body.includes('eth_getTransactionReceipt')) waiting.resolve()
      return body
    },
  })
  t.after(() => proxy.stop())
  const run = ['--rpc', proxy.url, '--place-createx', '--json']
  await chain.ask('evm_setAutomine', false)

  const first = startDeploy(run, ALICE.key)
  const firstEnd = ended(first)
  await Promise.race([waiting.promise, firstEnd])
  first.kill('SIGKILL')
  assert.equal((await firstEnd).code, null)
  assert.equal(await chain.ask('eth_blockNumber'), '0x0')

  waiting = Promise.withResolvers<void>()
  const second = ended(startDeploy(run, ALICE.key))
  await Promise.race([waiting.promise, second])
  await chain.ask('evm_setAutomine', true)
  await chain.ask('anvil_mine')
  const { code, stdout, stderr } = await second
  assert.equal(code, 0, stderr)
  const { contracts } = JSON.parse(stdout) as { contracts: { address: string }[] }
  for (const { address } of contracts) {
    assert.notEqual(await chain.ask('eth_getCode', address, 'latest'), '0x')
  }
  const sent = await chain.ask('eth_getTransactionCount', ALICE.address, 'latest')
  assert.equal(Number(sent), contracts.length)
})
