import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { parseAddress, ZERO_REFERENCE } from '@remote-log/core'
import { signHead, submitSigned, walletSignedHead } from '../src/index.ts'
import { CHAIN_ID } from './chain.ts'
import { A, B, C, startWorld, TOPIC, thrownBy } from './world.ts'

const WALLET = parseAddress('0x00000000000000000000000000000000000a11ce')
/** Code that answers every question with ERC-1271's magic value. */
const SAYS_YES = `0x7f1626ba7e${'00'.repeat(28)}5f5260205ff3`

async function startRelay(t: TestContext) {
  const world = await startWorld(t)
  const { registry, alice, bob, options, chain } = world
  const log = { chainId: CHAIN_ID, registry, owner: parseAddress(alice.address), topic: TOPIC }
  await chain.ask('hardhat_setCode', WALLET, SAYS_YES)
  const relay = { ...options, signer: bob }
  return { ...world, log, relay, walletLog: { ...log, owner: WALLET } }
}

test('signed heads of owners without gas are submitted by somebody else, in one transaction', async t => {
  const { log, relay, alice, names } = await startRelay(t)
  const heads = [
    await signHead(alice, { log, expected: undefined, next: A }),
    await signHead(alice, { log, expected: A, next: B }),
  ]
  const { outcomes, transactions } = await submitSigned(relay, heads)
  assert.equal(transactions.length, 1)
  const { transaction } = transactions[0]!
  assert.deepEqual(outcomes, [
    { head: heads[0], refusal: 'none', current: A, transaction },
    { head: heads[1], refusal: 'none', current: B, transaction },
  ])
  assert.equal((await names.head(log)).head, B)
})

test('heads that the registry would refuse are reported with their reason and not sent', async t => {
  const { log, relay, alice, names } = await startRelay(t)
  const good = await signHead(alice, { log, expected: undefined, next: A })
  const stale = await signHead(alice, { log, expected: C, next: B })
  const forged = { ...(await signHead(alice, { log, expected: A, next: C })), next: B }
  const { outcomes, transactions } = await submitSigned(relay, [stale, good, forged])
  assert.deepEqual(
    outcomes.map(outcome => outcome?.refusal),
    ['stale-head', 'none', 'bad-signature'],
  )
  assert.deepEqual(
    outcomes.map(outcome => outcome?.transaction !== undefined),
    [false, true, false],
  )
  assert.equal(transactions.length, 1)
  assert.equal((await names.head(log)).head, A)
  const again = await submitSigned(relay, [stale, good, forged])
  assert.deepEqual(
    again.outcomes.map(outcome => [outcome?.refusal, outcome?.current]),
    [
      ['stale-head', A],
      ['stale-head', A],
      ['bad-signature', A],
    ],
  )
  assert.deepEqual(again.transactions, [])
})

test('a head that becomes stale after the forecast is reported from the receipt', async t => {
  const { log, relay, alice, node, honest } = await startRelay(t)
  const head = await signHead(alice, { log, expected: undefined, next: A })
  node.answer(async (method, honestly) => {
    if (method === 'eth_estimateGas') {
      node.answer((_, ask) => ask())
      await honest.publish(log, undefined, C)
    }
    return honestly()
  })
  const { outcomes, transactions } = await submitSigned(relay, [head])
  assert.deepEqual(outcomes, [
    { head, refusal: 'stale-head', current: C, transaction: transactions[0]!.transaction },
  ])
})

test('heads by keys and by wallets go in transactions of their own, and come back in the order given', async t => {
  const { log, walletLog, relay, alice, names } = await startRelay(t)
  const progress: number[] = []
  const heads = [
    walletSignedHead({ log: walletLog, expected: undefined, next: B }, '0x12'),
    await signHead(alice, { log, expected: undefined, next: A }),
  ]
  const { outcomes, transactions } = await submitSigned(relay, heads, {
    onProgress: ({ outcomes }) => progress.push(outcomes.filter(outcome => outcome !== undefined).length),
  })
  assert.equal(transactions.length, 2)
  assert.deepEqual(
    outcomes.map(outcome => [outcome?.refusal, outcome?.current]),
    [
      ['none', B],
      ['none', A],
    ],
  )
  assert.deepEqual(progress, [1, 2])
  const [ofWallet, ofAlice] = await names.heads([walletLog, log])
  assert.deepEqual([ofWallet!.head, ofAlice!.head], [B, A])
})

test('more heads than one transaction bears go in several', async t => {
  const { log, relay, alice } = await startRelay(t)
  const signed = await signHead(alice, { log, expected: undefined, next: A })
  const heads = [signed]
  for (let i = 1; i < 201; i++) {
    const hex = (n: number) => n.toString(16).padStart(64, '1') as typeof A
    heads.push(await signHead(alice, { log, expected: i === 1 ? A : hex(i - 1), next: hex(i) }))
  }
  const { outcomes, transactions } = await submitSigned(relay, heads)
  assert.equal(transactions.length, 2)
  assert.ok(outcomes.every(outcome => outcome?.refusal === 'none'))
})

test('a head for another registry or chain, or of the wrong length, is INVALID_ARGUMENT and nothing is sent', async t => {
  const { log, relay, alice, node } = await startRelay(t)
  const good = await signHead(alice, { log, expected: undefined, next: A })
  for (const bad of [
    { ...good, chainId: 1 },
    { ...good, registry: WALLET },
    { ...good, signature: `${good.signature}00` },
  ]) {
    assert.equal((await thrownBy(submitSigned(relay, [good, bad]))).code, 'INVALID_ARGUMENT')
  }
  assert.deepEqual(node.asked, [])
})

test('no heads are no transaction', async t => {
  const { relay, node } = await startRelay(t)
  assert.deepEqual(await submitSigned(relay, []), { outcomes: [], transactions: [] })
  assert.deepEqual(node.asked, [])
})

test('an address without a registry is NO_CONTRACT, a broken node UNAVAILABLE, a fired signal ABORTED', async t => {
  const { log, relay, alice, node } = await startRelay(t)
  const head = await signHead(alice, { log, expected: undefined, next: A })
  const nowhere = parseAddress(`0x${ZERO_REFERENCE.slice(0, 38)}77`)
  const elsewhere = await signHead(alice, {
    log: { ...log, registry: nowhere },
    expected: undefined,
    next: A,
  })
  assert.equal(
    (await thrownBy(submitSigned({ ...relay, registry: nowhere }, [elsewhere]))).code,
    'NO_CONTRACT',
  )
  const aborted = { signal: AbortSignal.abort() }
  assert.equal((await thrownBy(submitSigned(relay, [head], aborted))).code, 'ABORTED')
  node.fail()
  assert.equal((await thrownBy(submitSigned(relay, [head]))).code, 'UNAVAILABLE')
})
