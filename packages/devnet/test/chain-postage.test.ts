import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { parseAddress, RemoteLogError } from '@remote-log/core'
import {
  batchIdOf,
  bzzInterface,
  ChainPostage,
  type Eip1193Provider,
  httpProvider,
  postageInterface,
  signerOf,
} from '@remote-log/ethereum'
import { type Devnet, ManualClock, startDevnet } from '../src/index.ts'

async function thrownBy(work: Promise<unknown>): Promise<RemoteLogError> {
  const [outcome] = await Promise.allSettled([work])
  assert.ok(outcome.status === 'rejected' && outcome.reason instanceof RemoteLogError, 'nothing was thrown')
  return outcome.reason
}

const DAY_PLUR = 24_000n * 17_280n

describe('postage for own keys, over the contract', () => {
  const clock = new ManualClock()
  let net: Devnet
  before(async () => {
    net = await startDevnet({ clock, bee: { blockTimeMs: 5000 } })
  })
  after(() => net.stop())

  /** Postage that the n-th account pays; `lose` says which answers of the node are lost after it did its work. */
  function payer(n: number, lose: (method: string) => boolean = () => false) {
    const { privateKey, address } = net.accounts[n]!
    const honest = httpProvider(net.rpcUrl)
    const provider: Eip1193Provider = {
      async request(question, options) {
        const answer = await honest.request(question, options)
        if (lose(question.method)) throw new TypeError('the connection was cut')
        return answer
      },
    }
    const { postage, chainId } = net
    const options = { postage, chainId, provider, pollMs: 5, receiptTimeoutMs: 50 }
    return { address, postage: new ChainPostage({ ...options, signer: signerOf(privateKey) }) }
  }

  const call = async (abi: typeof bzzInterface, to: string, method: string, args: unknown[]) => {
    const params = [{ to, data: abi.encodeFunctionData(method, args) }, 'latest']
    const answer = await httpProvider(net.rpcUrl).request({ method: 'eth_call', params })
    return abi.decodeFunctionResult(method, String(answer))[0]
  }
  const tokenAddress = async () => String(await call(postageInterface, net.postage, 'bzzToken', []))
  const view = async (name: string, ...values: unknown[]) =>
    call(bzzInterface, await tokenAddress(), name, values)

  const batchAtNode = async (id: string) => {
    await net.syncPostage()
    return (await fetch(`${net.beeUrl}/batches/${id}`)).json() as Promise<Record<string, unknown>>
  }

  test('a batch is bought once, with exactly its cost approved, and the Bee node knows it', async () => {
    const { postage, address } = payer(0)
    const { pricePlur, minimumPlur } = await postage.price()
    assert.deepEqual([pricePlur, minimumPlur], [24_000n, DAY_PLUR])
    const order = JSON.parse(JSON.stringify(await postage.order({ amountPlur: 5n * DAY_PLUR, depth: 18 })))
    const full = await view('balanceOf', address)
    const bought = await postage.buy(order)
    assert.equal(bought.id, batchIdOf(address, order.nonce))
    assert.equal((await postage.buy(order)).id, bought.id)
    assert.equal(full - (await view('balanceOf', address)), (5n * DAY_PLUR) << 18n)
    assert.equal(await view('allowance', address, net.postage), 0n)
    assert.deepEqual([bought.owner, bought.depth, bought.immutable], [parseAddress(address), 18, true])

    const known = await batchAtNode(bought.id)
    assert.deepEqual(
      [known.owner, known.depth, known.immutable, known.batchTTL],
      [address.slice(2).toLowerCase(), 18, true, 5 * 86_400],
    )
  })

  test('anybody tops up, once; only the owner dilutes; the node follows both', async () => {
    const [alice, bob] = [payer(0), payer(1)]
    const order = await alice.postage.order({ amountPlur: 4n * DAY_PLUR, depth: 17 })
    const { id } = await alice.postage.buy(order)
    await batchAtNode(id)
    const topUp = await bob.postage.orderTopUp(id, 2n * DAY_PLUR)
    const before = await view('balanceOf', bob.address)
    const value = (await bob.postage.topUp(topUp)).valuePlur
    assert.equal((await bob.postage.topUp(topUp)).valuePlur, value)
    assert.equal(before - (await view('balanceOf', bob.address)), (2n * DAY_PLUR) << 17n)
    assert.equal((await batchAtNode(id)).batchTTL, 6 * 86_400)

    const refused = await thrownBy(bob.postage.dilute(id, 18))
    assert.deepEqual([refused.code, refused.details.reason], ['REFUSED', 'NotBatchOwner'])
    for (let again = 0; again < 2; again++) assert.equal((await alice.postage.dilute(id, 18)).depth, 18)
    const { depth, batchTTL } = await batchAtNode(id)
    assert.deepEqual([depth, batchTTL], [18, 3 * 86_400])
  })

  test('a receipt that is lost does not pay twice', async () => {
    let cut = false
    const lossy = payer(2, method => cut && method === 'eth_getTransactionReceipt')
    const order = await lossy.postage.order({ amountPlur: 2n * DAY_PLUR, depth: 17 })
    const full = await view('balanceOf', lossy.address)
    // The approval first, so that what is cut off is the purchase itself.
    cut = true
    const first = await thrownBy(lossy.postage.buy(order))
    assert.equal(first.code, 'UNAVAILABLE')
    assert.match(String(first.details.transaction), /^0x[0-9a-f]{64}$/)
    const second = await thrownBy(lossy.postage.buy(order))
    assert.equal(second.code, 'UNAVAILABLE')
    const { id } = await lossy.postage.buy(order)
    assert.equal(id, batchIdOf(lossy.address, order.nonce))
    cut = false
    await lossy.postage.buy(order)
    assert.equal(full - (await view('balanceOf', lossy.address)), (2n * DAY_PLUR) << 17n)
  })

  test('what the contract refuses is told with its reason, and nothing is paid', async () => {
    const { postage, address } = payer(3)
    const full = await view('balanceOf', address)
    for (const [wish, reason] of [
      [{ amountPlur: DAY_PLUR - 1n, depth: 17 }, 'InsufficientBalance'],
      [{ amountPlur: DAY_PLUR, depth: 16 }, 'InvalidDepth'],
      [{ amountPlur: 10n ** 16n, depth: 30 }, 'out-of-funds'],
    ] as const) {
      const error = await thrownBy(postage.buy(await postage.order(wish)))
      assert.deepEqual([error.code, error.details.reason], ['REFUSED', reason])
    }
    const { id } = await postage.buy(await postage.order({ amountPlur: DAY_PLUR, depth: 17 }))
    for (const [depth, reason] of [
      [18, 'InsufficientBalance'],
      [16, 'DepthNotIncreasing'],
    ] as const) {
      const error = await thrownBy(postage.dilute(id, depth))
      assert.deepEqual([error.code, error.details.reason], ['REFUSED', reason])
    }
    assert.equal(full - (await view('balanceOf', address)), DAY_PLUR << 17n)
    assert.equal((await thrownBy(postage.batch('ab'.repeat(32)))).code, 'NOT_FOUND')

    const blocks = (await postage.batch(id)).blocks!
    await httpProvider(net.rpcUrl).request({ method: 'hardhat_mine', params: [`0x${blocks.toString(16)}`] })
    const ended = await postage.batch(id)
    assert.deepEqual([ended.remainingPlur, ended.blocks], [0n, 0n])
    const topUp = await postage.orderTopUp(id, DAY_PLUR)
    assert.equal((await thrownBy(postage.topUp(topUp))).details.reason, 'BatchExpired')
  })

  test('while a transaction of the payer is not mined, nothing is paid', async () => {
    const { postage } = payer(4)
    const { id } = await postage.buy(await postage.order({ amountPlur: DAY_PLUR, depth: 17 }))
    const topUp = await postage.orderTopUp(id, DAY_PLUR)
    const chain = httpProvider(net.rpcUrl)
    await chain.request({ method: 'evm_setAutomine', params: [false] })
    try {
      const from = net.accounts[4]!.address
      await chain.request({ method: 'eth_sendTransaction', params: [{ from, to: from, value: '0x1' }] })
      const error = await thrownBy(postage.topUp(topUp))
      assert.deepEqual([error.code, error.details.pending], ['UNAVAILABLE', 1n])
    } finally {
      await chain.request({ method: 'evm_setAutomine', params: [true] })
      await chain.request({ method: 'hardhat_mine', params: ['0x1'] })
    }
    assert.equal((await postage.topUp(topUp)).valuePlur, BigInt(topUp.beforePlur) + DAY_PLUR)
  })

  test('a top-up whose nonce another transaction took is looked for before it is sent again', async () => {
    const { privateKey, address } = net.accounts[5]!
    const honest = httpProvider(net.rpcUrl)
    const ask = (method: string, ...params: unknown[]) => honest.request({ method, params })
    // A node that has not heard yet of what the payer sent through another one.
    const provider: Eip1193Provider = {
      async request(question, options) {
        const params = question.params as unknown[]
        if (question.method === 'eth_getTransactionCount') params[1] = 'latest'
        if (question.method === 'eth_sendRawTransaction') await ask('hardhat_mine', '0x1')
        return honest.request(question, options)
      },
    }
    const { chainId, postage: contract } = net
    const options = { chainId, provider, pollMs: 5, receiptTimeoutMs: 50, signer: signerOf(privateKey) }
    const postage = new ChainPostage({ ...options, postage: contract })
    const { id } = await postage.buy(await postage.order({ amountPlur: DAY_PLUR, depth: 17 }))
    const order = await postage.orderTopUp(id, DAY_PLUR)
    // Approved beforehand, so that what is cut off is the top-up itself.
    const token = await tokenAddress()
    const data = bzzInterface.encodeFunctionData('approve', [contract, 2n ** 200n])
    await ask('eth_sendTransaction', { from: address, to: token, data })
    const first = payer(5, method => method === 'eth_sendRawTransaction').postage
    await ask('evm_setAutomine', false)
    try {
      assert.equal((await thrownBy(first.topUp(order))).code, 'UNAVAILABLE')
      const error = await thrownBy(postage.topUp(order))
      assert.deepEqual(
        [error.code, parseAddress(String(error.details.payer))],
        ['UNAVAILABLE', parseAddress(address)],
      )
    } finally {
      await ask('evm_setAutomine', true)
      await ask('hardhat_mine', '0x1')
    }
    const before = await view('balanceOf', address)
    assert.equal((await postage.topUp(order)).valuePlur, BigInt(order.beforePlur) + DAY_PLUR)
    assert.equal(await view('balanceOf', address), before)
  })

  test('a top-up is known again though the batch was diluted since, and one that was not made is made', async () => {
    const [alice, bob] = [payer(6), payer(7)]
    const { id } = await alice.postage.buy(
      await alice.postage.order({ amountPlur: 8n * DAY_PLUR, depth: 17 }),
    )
    const made = await bob.postage.orderTopUp(id, 2n * DAY_PLUR)
    const open = await bob.postage.orderTopUp(id, 3n * DAY_PLUR)
    await bob.postage.topUp(made)
    await alice.postage.dilute(id, 18)
    const before = await view('balanceOf', bob.address)
    await bob.postage.topUp(made)
    assert.equal(await view('balanceOf', bob.address), before)
    for (let again = 0; again < 2; again++) await bob.postage.topUp(open)
    assert.equal(before - (await view('balanceOf', bob.address)), (3n * DAY_PLUR) << 18n)
  })

  test('an order is its payer’s: with another key it is refused, for it would be another batch', async () => {
    const order = await payer(6).postage.order({ amountPlur: DAY_PLUR, depth: 17 })
    const error = await thrownBy(payer(7).postage.buy(order))
    assert.deepEqual([error.code, error.details.payer], ['INVALID_ARGUMENT', payer(6).address])
  })

  test('the node stamps with a batch that the chain gives to its address, and reckons by the chain’s price', async () => {
    const { postage } = payer(0)
    const owner = parseAddress(`0x${net.bee.address.replace(/^0x/, '')}`)
    const { id } = await postage.buy(
      await postage.order({ amountPlur: 10n * DAY_PLUR, depth: 17 }, { owner }),
    )
    await net.syncPostage()
    const listed = async () => {
      const { stamps } = (await (await fetch(`${net.beeUrl}/stamps`)).json()) as {
        stamps: { batchID: string }[]
      }
      return stamps.find(({ batchID }) => batchID === id) as Record<string, unknown> | undefined
    }
    assert.deepEqual([(await listed())?.label, (await listed())?.usable], ['recovered', false])
    clock.advance(50_000)
    const stored = await fetch(`${net.beeUrl}/chunks`, {
      method: 'POST',
      headers: { 'swarm-postage-batch-id': id, 'content-type': 'application/octet-stream' },
      body: Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('mine')]),
    })
    assert.equal(stored.status, 201)

    const all = (await (await fetch(`${net.beeUrl}/batches`)).json()) as { batches: { batchID: string }[] }
    assert.ok(all.batches.some(({ batchID }) => batchID === id))
    const ttl = Number((await batchAtNode(id)).batchTTL)
    const oracle = net.accounts.at(-1)!
    for (const [price, left] of [
      [48_000n, ttl / 2],
      [0n, -1],
      [24_000n, ttl],
    ] as const) {
      const data = postageInterface.encodeFunctionData('setPrice', [price])
      const transaction = { from: oracle.address, to: net.postage, data }
      await httpProvider(net.rpcUrl).request({ method: 'eth_sendTransaction', params: [transaction] })
      assert.ok(Math.abs(Number((await batchAtNode(id)).batchTTL) - left) <= 5, `${price}`)
    }
  })

  test('another contract is NO_CONTRACT, another chain WRONG_CHAIN, no signer READ_ONLY', async () => {
    const provider = net.rpcUrl
    const { chainId, registry, postage } = net
    const reader = new ChainPostage({ provider, chainId, postage })
    assert.equal((await thrownBy(reader.order({ amountPlur: 1n, depth: 17 }))).code, 'READ_ONLY')
    const wrong = new ChainPostage({ provider, chainId, postage: registry })
    assert.equal((await thrownBy(wrong.price())).code, 'NO_CONTRACT')
    assert.equal(
      (await thrownBy(new ChainPostage({ provider, chainId: 1, postage }).price())).code,
      'WRONG_CHAIN',
    )
  })
})
