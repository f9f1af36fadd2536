import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { parseAddress } from '@remote-log/core'
import { batchIdOf, bzzInterface, postageInterface, signerOf } from '@remote-log/ethereum'
import fc from 'fast-check'
import { MINIMUM_VALIDITY_BLOCKS, PRICE } from '../src/bee/postage-chain.ts'
import { FUNDED_KEYS } from '../src/chain/accounts.ts'
import { callChain } from '../src/chain/call-chain.ts'
import type { LocalChain } from '../src/chain/local-chain.ts'
import { startMemoryChain } from '../src/chain/memory-chain.ts'
import { deployPostage } from '../src/postage/deploy-postage.ts'

const addressOf = (n: number) => parseAddress(signerOf(FUNDED_KEYS[n]!).address)
const [ALICE, BOB, ORACLE] = [addressOf(0), addressOf(1), addressOf(2)]
const NOBODY = `0x${'00'.repeat(20)}`
const MINIMUM = PRICE * BigInt(MINIMUM_VALIDITY_BLOCKS)
/** PUSH 0, MSTORE at 0, RETURN 32 bytes: whatever is asked, the answer is false. */
const SAYS_FALSE = '0x60006000526020' + '6000f3'

interface Batch {
  readonly owner: string
  readonly depth: number
  /** PLUR per chunk, of the total at which it ends. */
  readonly value: bigint
}

/** What the contract is to do, in bigints, without a word of Solidity. */
class Model {
  readonly batches = new Map<string, Batch>()
  price = PRICE
  #before = 0n
  #block: number

  constructor(block: number) {
    this.#block = block
  }

  total(block: number): bigint {
    return this.#before + this.price * BigInt(block - this.#block)
  }

  setPrice(block: number, price: bigint): void {
    this.#before = this.total(block)
    this.#block = block
    this.price = price
  }

  create(block: number, id: string, owner: string, amount: bigint, depth: number): string | undefined {
    if (depth <= 16) return 'InvalidDepth'
    if (this.batches.has(id)) return 'BatchExists'
    if (amount < this.#minimum()) return 'InsufficientBalance'
    this.batches.set(id, { owner, depth, value: this.total(block) + amount })
    return undefined
  }

  topUp(block: number, id: string, amount: bigint): string | undefined {
    const batch = this.batches.get(id)
    if (!batch) return 'BatchDoesNotExist'
    if (batch.value <= this.total(block)) return 'BatchExpired'
    if (batch.value - this.total(block) + amount < this.#minimum()) return 'InsufficientBalance'
    this.batches.set(id, { ...batch, value: batch.value + amount })
    return undefined
  }

  dilute(block: number, id: string, sender: string, depth: number): string | undefined {
    const batch = this.batches.get(id)
    if (batch?.owner !== sender) return 'NotBatchOwner'
    if (depth <= batch.depth) return 'DepthNotIncreasing'
    if (batch.value <= this.total(block)) return 'BatchExpired'
    const left = (batch.value - this.total(block)) / 2n ** BigInt(depth - batch.depth)
    if (left < this.#minimum()) return 'InsufficientBalance'
    this.batches.set(id, { ...batch, depth, value: this.total(block) + left })
    return undefined
  }

  #minimum(): bigint {
    return this.price * BigInt(MINIMUM_VALIDITY_BLOCKS)
  }
}

describe('the contract that sells postage', () => {
  let chain: LocalChain
  let postage: string
  let token: string
  let nonces = 0
  before(async () => {
    chain = await startMemoryChain({ chainId: 31337, port: 0 })
    postage = await deployPostage(chain.rpcUrl, ORACLE, [ALICE, BOB])
    token = (await read('bzzToken'))[0]
    for (const from of [ALICE, BOB]) {
      const data = bzzInterface.encodeFunctionData('approve', [postage, 2n ** 255n])
      await callChain(chain.rpcUrl, 'eth_sendTransaction', [{ from, to: token, data }])
    }
  })
  after(() => chain.stop())

  const ask = (method: string, params: unknown[]) => callChain(chain.rpcUrl, method, params)
  const mine = (blocks: bigint) => ask('hardhat_mine', [`0x${blocks.toString(16)}`])
  const block = async () => Number(await ask('eth_blockNumber', []))
  const read = async (name: string, ...values: unknown[]) => {
    const data = postageInterface.encodeFunctionData(name, values)
    return postageInterface.decodeFunctionResult(name, String(await ask('eth_call', [{ to: postage, data }])))
  }
  const balance = async (of: string) => {
    const data = bzzInterface.encodeFunctionData('balanceOf', [of])
    const answer = String(await ask('eth_call', [{ to: token, data }]))
    return bzzInterface.decodeFunctionResult('balanceOf', answer)[0] as bigint
  }
  const nonce = () => `0x${(++nonces).toString(16).padStart(64, '0')}`

  /** Sends; the name of the error where the contract refuses, undefined where it does not. */
  async function send(from: string, name: string, ...values: unknown[]): Promise<string | undefined> {
    const data = postageInterface.encodeFunctionData(name, values)
    const answer = await fetch(chain.rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'eth_sendTransaction',
        params: [{ from, to: postage, data, gas: '0x5b8d80' }],
      }),
    })
    const { error } = (await answer.json()) as { error?: { data?: string | { data?: string } } }
    if (!error) return undefined
    const bytes = typeof error.data === 'string' ? error.data : String(error.data?.data)
    return postageInterface.parseError(bytes)?.name ?? bytes
  }
  const create = (from: string, owner: string, amount: bigint, depth: number, id = nonce()) =>
    send(from, 'createBatch', owner, amount, depth, 16, id, true)

  test('each of its errors comes for what it names, and nothing is paid', async () => {
    const [first, second] = [nonce(), nonce()]
    assert.equal(await create(ALICE, ALICE, MINIMUM + 10n * PRICE, 17, first), undefined)
    assert.equal(await create(ALICE, BOB, 4n * MINIMUM, 17, second), undefined)
    const [id, bobs] = [first, second].map(n => `0x${batchIdOf(ALICE, n)}`) as [string, string]
    const full = await balance(ALICE)
    const none = `0x${'ee'.repeat(32)}`
    assert.equal(await create(ALICE, NOBODY, MINIMUM, 17), 'ZeroAddress')
    assert.equal(await create(ALICE, ALICE, MINIMUM, 16), 'InvalidDepth')
    for (const bucketDepth of [0, 15, 17]) {
      const values = [ALICE, MINIMUM, 17, bucketDepth, nonce(), true]
      assert.equal(await send(ALICE, 'createBatch', ...values), 'InvalidDepth', `${bucketDepth}`)
    }
    assert.equal(await create(ALICE, ALICE, MINIMUM, 17, first), 'BatchExists')
    assert.equal(await create(ALICE, ALICE, MINIMUM - 1n, 17), 'InsufficientBalance')
    assert.equal(await send(ALICE, 'topUp', none, 1n), 'BatchDoesNotExist')
    await assert.rejects(read('remainingBalance', none))
    assert.equal(await send(ALICE, 'increaseDepth', bobs, 18), 'NotBatchOwner')
    assert.equal(await send(ALICE, 'increaseDepth', none, 18), 'NotBatchOwner')
    assert.equal(await send(BOB, 'increaseDepth', bobs, 17), 'DepthNotIncreasing')
    assert.equal(await send(BOB, 'increaseDepth', bobs, 20), 'InsufficientBalance')
    assert.equal(await send(ALICE, 'setPrice', 1n), 'PriceOracleOnly')
    await mine(20n)
    assert.equal(await send(ALICE, 'topUp', id, 1n), 'InsufficientBalance')
    await mine(BigInt(MINIMUM_VALIDITY_BLOCKS))
    assert.equal((await read('remainingBalance', id))[0], 0n)
    assert.equal(await send(ALICE, 'topUp', id, 10n * MINIMUM), 'BatchExpired')
    assert.equal(await send(ALICE, 'increaseDepth', id, 18), 'BatchExpired')
    assert.equal(await balance(ALICE), full)

    await ask('hardhat_setCode', ['0x00000000000000000000000000000000000000fa', SAYS_FALSE])
    const real = postage
    try {
      const word = (value: bigint) => value.toString(16).padStart(64, '0')
      const { POSTAGE_CODE } = await import('../src/generated/postage-contracts.ts')
      const data = POSTAGE_CODE + [0xfan, 16n, 1n, 1n].map(word).join('')
      const hash = await ask('eth_sendTransaction', [{ from: ORACLE, data, gas: '0x5b8d80' }])
      postage = ((await ask('eth_getTransactionReceipt', [hash])) as { contractAddress: string })
        .contractAddress
      assert.equal(await create(ALICE, ALICE, 1n, 17), 'TransferFailed')
    } finally {
      postage = real
    }
  })

  test('a batch ends in the block in which the total reaches its value, and a price counts from its block on', async () => {
    const n = nonce()
    await create(ALICE, ALICE, MINIMUM, 17, n)
    const id = `0x${batchIdOf(ALICE, n)}`
    await mine(BigInt(MINIMUM_VALIDITY_BLOCKS) - 1n)
    assert.equal((await read('remainingBalance', id))[0], PRICE)
    // The next block is the one in which it ends.
    assert.equal(await send(ALICE, 'topUp', id, MINIMUM), 'BatchExpired')

    const before = (await read('currentTotalOutPayment'))[0]
    assert.equal(await send(ORACLE, 'setPrice', 3n * PRICE), undefined)
    assert.equal((await read('currentTotalOutPayment'))[0], before + PRICE)
    await mine(5n)
    assert.equal((await read('currentTotalOutPayment'))[0], before + 16n * PRICE)
    assert.equal((await read('minimumInitialBalancePerChunk'))[0], 3n * MINIMUM)
    assert.equal(await create(ALICE, ALICE, 3n * MINIMUM - 1n, 17), 'InsufficientBalance')
    assert.equal(await send(ORACLE, 'setPrice', PRICE), undefined)
  })

  test('does as its model does, whatever is asked in whatever order', async () => {
    const step = fc.record({
      act: fc.constantFrom('create', 'create', 'topUp', 'topUp', 'dilute', 'dilute', 'price', 'mine'),
      from: fc.constantFrom(ALICE, BOB),
      batch: fc.nat(3),
      amount: fc.oneof(fc.bigInt(0n, 3n * MINIMUM), fc.constantFrom(MINIMUM, MINIMUM - 1n)),
      depth: fc.integer({ min: 16, max: 20 }),
      blocks: fc.bigInt(1n, 2n * BigInt(MINIMUM_VALIDITY_BLOCKS)),
    })
    const outcomes = new Set<string | undefined>()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 25, maxLength: 25 }), async steps => {
        await send(ORACLE, 'setPrice', PRICE)
        const model = new Model(await block())
        const start = (await read('currentTotalOutPayment'))[0]
        const paid = { [ALICE]: await balance(ALICE), [BOB]: await balance(BOB) }
        const names = Array.from({ length: 4 }, nonce)
        for (const { act, from, batch, amount, depth, blocks } of steps) {
          const name = names[batch]!
          const id = `0x${batchIdOf(ALICE, name)}`
          const at = (await block()) + 1
          if (act === 'mine') {
            await mine(blocks)
          } else if (act === 'price') {
            model.setPrice(at, amount / 20_000n)
            assert.equal(await send(ORACLE, 'setPrice', amount / 20_000n), undefined)
          } else {
            const depthBefore = model.batches.get(id)?.depth ?? depth
            const [wanted, got, payer] =
              act === 'create'
                ? [
                    model.create(at, id, from, amount, depth),
                    await create(ALICE, from, amount, depth, name),
                    ALICE,
                  ]
                : act === 'topUp'
                  ? [model.topUp(at, id, amount), await send(from, 'topUp', id, amount), from]
                  : [model.dilute(at, id, from, depth), await send(from, 'increaseDepth', id, depth), from]
            assert.equal(got, wanted, act)
            outcomes.add(wanted)
            if (wanted === undefined && act !== 'dilute') paid[payer]! -= amount << BigInt(depthBefore)
          }
          assert.equal((await read('currentTotalOutPayment'))[0] - start, model.total(await block()))
          const state = await read('batches', id)
          const known = model.batches.get(id)
          assert.deepEqual(
            [parseAddress(state.owner), Number(state.depth)],
            [known?.owner ?? NOBODY, known?.depth ?? 0],
          )
          if (known) assert.equal(state.normalisedBalance - start, known.value)
        }
        for (const who of [ALICE, BOB]) assert.equal(await balance(who), paid[who])
      }),
      { numRuns: 6, endOnFailure: true },
    )
    assert.ok(outcomes.size >= 5, `${[...outcomes]}`)
  })
})
