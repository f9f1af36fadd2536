import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { parseAddress, ZERO_REFERENCE } from '@remote-log/core'
import { BrowserProvider, NonceManager } from 'ethers'
import { createKey, RegistryNameSystem } from '../src/index.ts'
import { FUNDED_KEY } from './chain.ts'
import { A, B, C, startWorld, TOPIC, thrownBy } from './world.ts'

test('a publication says head, block, transaction and gas', async t => {
  const { names, log, chain } = await startWorld(t)
  await names.publish(log, undefined, A)
  const { head, block, transaction, gasUsed } = await names.publish(log, A, B)
  const receipt = (await chain.ask('eth_getTransactionReceipt', transaction)) as Record<string, string>
  assert.equal(head, B)
  assert.equal(block.hash, receipt.blockHash)
  assert.equal(BigInt(block.number), BigInt(receipt.blockNumber!))
  assert.equal(gasUsed, BigInt(receipt.gasUsed!))
  assert.ok(gasUsed! > 21_000n && gasUsed! < 30_000n)
})

test('a stale expected head is CONFLICT with both heads, and no transaction is sent', async t => {
  const { names, log, node } = await startWorld(t)
  await names.publish(log, undefined, A)
  node.asked.length = 0
  const error = await thrownBy(names.publish(log, C, B))
  assert.equal(error.code, 'CONFLICT')
  assert.deepEqual(error.details, { expected: C, current: A })
  assert.ok(!node.asked.includes('eth_sendRawTransaction'))
})

test('a head that moves between the look and the estimate is CONFLICT', async t => {
  const { names, honest, log, node } = await startWorld(t)
  node.answer(async (method, honestly) => {
    if (method !== 'eth_estimateGas') return honestly()
    node.answer((_, ask) => ask())
    await honest.publish(log, undefined, C)
    return honestly()
  })
  const error = await thrownBy(names.publish(log, undefined, A))
  assert.equal(error.code, 'CONFLICT')
  assert.deepEqual(error.details, { expected: ZERO_REFERENCE, current: C })
})

test('a head that moves between the estimate and the block is CONFLICT: the transaction reverts', async t => {
  const { names, honest, log, node } = await startWorld(t)
  node.answer(async (method, honestly) => {
    // Hardhat mines at once and answers with the revert; other nodes take the transaction and answer nothing.
    if (method === 'eth_sendRawTransaction') return honestly().catch(() => undefined)
    const answer = await honestly()
    if (method === 'eth_estimateGas') await honest.publish(log, undefined, C)
    return answer
  })
  const error = await thrownBy(names.publish(log, undefined, A))
  assert.equal(error.code, 'CONFLICT')
  assert.deepEqual(error.details, { expected: ZERO_REFERENCE, current: C })
  assert.ok(node.asked.includes('eth_getTransactionReceipt'))
})

test('a node that answers the sending with the revert is CONFLICT too', async t => {
  const { names, honest, log, node } = await startWorld(t)
  node.answer(async (method, honestly) => {
    const answer = await honestly()
    if (method === 'eth_estimateGas') await honest.publish(log, undefined, C)
    return answer
  })
  const error = await thrownBy(names.publish(log, undefined, A))
  assert.equal(error.code, 'CONFLICT')
  assert.equal(error.details.current, C)
})

test('moving a head to where it stands is REFUSED', async t => {
  const { names, log } = await startWorld(t)
  await names.publish(log, undefined, A)
  const error = await thrownBy(names.publish(log, A, A))
  assert.equal(error.code, 'REFUSED')
  assert.equal(error.details.reason, 'UnchangedHead')
})

test('a signer without ether is REFUSED for its funds', async t => {
  const poor = createKey()
  const { names } = await startWorld(t, { signer: poor })
  const log = { owner: parseAddress(poor.address), topic: TOPIC }
  const error = await thrownBy(names.publish(log, undefined, A))
  assert.equal(error.code, 'REFUSED')
  assert.equal(error.details.reason, 'insufficient funds')
})

test('a lost receipt is UNAVAILABLE with the hash of the transaction, whose head may stand', async t => {
  const { names, honest, log, node } = await startWorld(t)
  node.answer((method, honestly) =>
    method === 'eth_getTransactionReceipt' ? Promise.reject({ code: -32000, message: 'lost' }) : honestly(),
  )
  const error = await thrownBy(names.publish(log, undefined, A))
  assert.equal(error.code, 'UNAVAILABLE')
  assert.match(String(error.details.transaction), /^0x[0-9a-f]{64}$/)
  assert.equal((await honest.head(log)).head, A)
})

test('a receipt that is none is UNAVAILABLE with the hash of the transaction', async t => {
  const { names, log, node } = await startWorld(t)
  const receipts = [
    {},
    5,
    { blockHash: A },
    { blockHash: `0x${A}`, blockNumber: '0x1', gasUsed: '0x1', logs: [] },
  ]
  for (const receipt of receipts) {
    node.answer((method, honestly) =>
      method === 'eth_getTransactionReceipt' ? Promise.resolve(receipt) : honestly(),
    )
    const { head } = await names.head(log)
    const error = await thrownBy(names.publish(log, head, head === A ? B : A))
    assert.equal(error.code, 'UNAVAILABLE')
    assert.match(String(error.details.transaction), /^0x[0-9a-f]{64}$/)
  }
})

test('a chain without a base fee is paid by its gas price', async t => {
  const { names, log, node, chain } = await startWorld(t)
  node.answer(async (method, honestly) => {
    const answer = await honestly()
    if (method === 'eth_maxPriorityFeePerGas') throw { code: -32601, message: 'method not found' }
    if (method !== 'eth_getBlockByNumber') return answer
    return { ...(answer as object), baseFeePerGas: undefined }
  })
  const { transaction } = await names.publish(log, undefined, A)
  const sent = (await chain.ask('eth_getTransactionByHash', transaction)) as { type: string }
  assert.equal(Number(sent.type), 0)
})

test('a few failed looks for the receipt are borne', async t => {
  const { names, log, node } = await startWorld(t)
  let failures = 0
  node.answer((method, honestly) => {
    if (method !== 'eth_getTransactionReceipt' || failures === 3) return honestly()
    failures += 1
    return Promise.reject({ code: -32000, message: 'busy' })
  })
  assert.equal((await names.publish(log, undefined, A)).head, A)
  assert.equal(failures, 3)
})

test('an answer lost while sending is UNAVAILABLE with the hash, though the transaction went out', async t => {
  const { names, honest, log, node } = await startWorld(t)
  node.answer(async (method, honestly) => {
    const answer = await honestly()
    if (method === 'eth_sendRawTransaction') throw new TypeError('fetch failed')
    return answer
  })
  const error = await thrownBy(names.publish(log, undefined, A))
  assert.equal(error.code, 'UNAVAILABLE')
  assert.match(String(error.details.transaction), /^0x[0-9a-f]{64}$/)
  assert.equal((await honest.head(log)).head, A)
})

test('a transaction that no block takes is UNAVAILABLE with its hash when the time is over', async t => {
  const { names, log, chain } = await startWorld(t, { receiptTimeoutMs: 60 })
  await chain.ask('evm_setAutomine', false)
  const error = await thrownBy(names.publish(log, undefined, A))
  assert.equal(error.code, 'UNAVAILABLE')
  assert.match(String(error.details.transaction), /^0x[0-9a-f]{64}$/)
})

test('a signal that fires after sending is ABORTED with the hash of the transaction', async t => {
  const { names, honest, log, node } = await startWorld(t)
  const stop = new AbortController()
  node.answer(async (method, honestly) => {
    if (method === 'eth_getTransactionReceipt') stop.abort('enough')
    return honestly()
  })
  const error = await thrownBy(names.publish(log, undefined, A, { signal: stop.signal }))
  assert.equal(error.code, 'ABORTED')
  assert.equal(error.cause, 'enough')
  assert.match(String(error.details.transaction), /^0x[0-9a-f]{64}$/)
  assert.equal((await honest.head(log)).head, A)
})

test('a signal that fires before sending is ABORTED without a transaction', async t => {
  const { names, log, node } = await startWorld(t)
  const stop = new AbortController()
  node.answer(async (method, honestly) => {
    if (method === 'eth_estimateGas') stop.abort('enough')
    return honestly()
  })
  const error = await thrownBy(names.publish(log, undefined, A, { signal: stop.signal }))
  assert.equal(error.code, 'ABORTED')
  assert.equal(error.details.transaction, undefined)
  assert.ok(!node.asked.includes('eth_sendRawTransaction'))
})

test('a signal that fires while another publication is under way takes this one out of the queue', async t => {
  const { names, log, node } = await startWorld(t)
  const stall = node.stall()
  const first = names.publish(log, undefined, A)
  await stall.reached
  const stop = new AbortController()
  const second = thrownBy(names.publish(log, undefined, B, { signal: stop.signal }))
  stop.abort()
  assert.equal((await second).code, 'ABORTED')
  stall.release()
  assert.equal((await first).head, A)
})

test('a nonce that another transaction took is replaced by the next one', async t => {
  const { names, log, node, alice, chain } = await startWorld(t)
  let lied = false
  node.answer(async (method, honestly) => {
    const answer = await honestly()
    if (method !== 'eth_getTransactionCount' || lied) return answer
    lied = true
    // A transfer to oneself takes the nonce that this answer gives away.
    const transfer = { to: alice.address, from: alice.address, nonce: answer, value: '0x0' }
    await chain.ask('eth_sendTransaction', transfer)
    return answer
  })
  assert.equal((await names.publish(log, undefined, A)).head, A)
  assert.ok(node.asked.filter(method => method === 'eth_sendRawTransaction').length === 2)
})

test('a transaction that another one replaced is tried again where the head still stands', async t => {
  const { names, log, node, alice, chain } = await startWorld(t)
  await chain.ask('evm_setAutomine', false)
  const publication = names.publish(log, undefined, A)
  await node.untilAsked('eth_getTransactionReceipt')
  const nonce = await chain.ask('eth_getTransactionCount', alice.address, 'latest')
  const fees = { maxFeePerGas: '0x2540be4000', maxPriorityFeePerGas: '0x2540be400' }
  await chain.ask('eth_sendTransaction', { to: alice.address, from: alice.address, nonce, ...fees })
  await chain.ask('evm_setAutomine', true)
  await chain.ask('hardhat_mine', '0x1')
  assert.equal((await publication).head, A)
})

test('with three confirmations a publication waits for two more blocks', async t => {
  const { names, log, node, chain } = await startWorld(t, { confirmations: 3 })
  let done = false
  const publication = names.publish(log, undefined, A).finally(() => {
    done = true
  })
  for (const asks of [2, 2]) {
    await node.untilAsked('eth_blockNumber', asks)
    assert.equal(done, false)
    await chain.ask('hardhat_mine', '0x1')
    node.asked.length = 0
  }
  const { block } = await publication
  assert.equal(BigInt((await chain.ask('eth_blockNumber')) as string), BigInt(block.number + 2))
})

test('a wallet that keeps its key (EIP-1193) publishes, and one that says no is REFUSED', async t => {
  const { chain, names, log, options } = await startWorld(t)
  let refusing = false
  const wallet = new BrowserProvider({
    request: async ({ method, params }: { method: string; params?: unknown[] }) => {
      if (method === 'eth_requestAccounts') return chain.ask('eth_accounts')
      if (method === 'eth_sendTransaction' && refusing) throw { code: 4001, message: 'User rejected' }
      return chain.ask(method, ...(params ?? []))
    },
  })
  t.after(() => wallet.destroy())
  const signer = await wallet.getSigner()
  const byWallet = new RegistryNameSystem({ ...options, signer })
  await byWallet.publish(log, undefined, A)
  assert.equal((await names.head(log)).head, A)
  refusing = true
  const error = await thrownBy(byWallet.publish(log, A, B))
  assert.equal(error.code, 'REFUSED')
  assert.equal(error.details.reason, 'rejected by the user')
})

test('a signer that wraps another publishes too', async t => {
  const { alice, log, options } = await startWorld(t)
  const wrapped = new RegistryNameSystem({ ...options, signer: new NonceManager(alice) })
  assert.equal((await wrapped.publish(log, undefined, A)).head, A)
})

test('a signer that fails is REFUSED', async t => {
  const { alice, log, options } = await startWorld(t)
  const broken = Object.assign(Object.create(alice), {
    signTransaction: () => Promise.reject(new TypeError('the device is unplugged')),
  })
  const error = await thrownBy(
    new RegistryNameSystem({ ...options, signer: broken }).publish(log, undefined, A),
  )
  assert.equal(error.code, 'REFUSED')
  assert.equal(error.details.reason, 'signer failed')
})

test('no error of a publication shows the key', async t => {
  const { names, log, node } = await startWorld(t)
  for (const method of ['eth_estimateGas', 'eth_sendRawTransaction', 'eth_getTransactionReceipt']) {
    node.answer((asked, honestly) =>
      asked === method ? Promise.reject({ code: -32000, message: 'out of order' }) : honestly(),
    )
    const error = await thrownBy(names.publish(log, undefined, A))
    assert.ok(!inspect(error, { depth: 9 }).toLowerCase().includes(FUNDED_KEY.slice(2)), method)
  }
})

test('confirmations that are no number of blocks are a RangeError', async t => {
  const { options } = await startWorld(t)
  for (const confirmations of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => new RegistryNameSystem({ ...options, confirmations }), RangeError)
  }
})
