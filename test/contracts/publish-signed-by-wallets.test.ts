import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getBytes } from 'ethers'
import {
  A,
  B,
  C,
  deployRegistry,
  errorOf,
  eventsOf,
  MAX_LEAD,
  NONE,
  NOW,
  ownerNumber,
  REFUSAL,
  TOPIC,
} from './support/registry.ts'

const key = ownerNumber(0)

/** `Way` of MaliciousWallet, in order. */
const WAYS = [
  'SaysYesToAll',
  'SaysNo',
  'Reverts',
  'RevertsWithTheMagicValue',
  'BurnsAllGas',
  'AnswersWithoutEnd',
  'RevertsWithoutEnd',
  'AnswersNothing',
  'AnswersFourBytes',
  'AnswersTheMagicValueAndGarbage',
  'AnswersOne',
  'MovesItsHeadWhileAsked',
  'SubmitsAgainWhileAsked',
] as const

async function deployWallets() {
  const deployed = await deployRegistry()
  const { ethers, registry, digestOf, statementOf, setTime } = deployed
  const wallet = await (await ethers.deployContract('KeyWallet', [key.address])).getAddress()
  const malicious = async (way: (typeof WAYS)[number]) =>
    (await ethers.deployContract('MaliciousWallet', [WAYS.indexOf(way), registry])).getAddress()
  /** The wallet's statement, signed by its one key. */
  const signedByWallet = (changes: Parameters<typeof statementOf>[1] = {}) => {
    const statement = statementOf(wallet, changes)
    return { statement, signature: key.signingKey.sign(digestOf(statement)).serialized }
  }
  const start = NOW + 1_000n
  await setTime(start)
  return { ...deployed, wallet, malicious, signedByWallet, start }
}

describe('publishSignedByWallets', () => {
  it('moves the head of a wallet that confirms, and emits HeadMoved', async () => {
    const { registry, stranger, wallet, signedByWallet } = await deployWallets()
    const items = [signedByWallet(), signedByWallet({ expected: A, next: B })]
    const receipt = await (await registry.connect(stranger).publishSignedByWallets(items)).wait()
    assert.deepEqual(eventsOf(registry, receipt), [
      ['HeadMoved', wallet, TOPIC, A],
      ['HeadMoved', wallet, TOPIC, B],
    ])
    assert.equal(await registry.headOf(wallet, TOPIC), B)
  })

  it('reports each bad item by an event with its position, reason and current head, and carries out the others', async () => {
    const { registry, wallet, signedByWallet, start } = await deployWallets()
    const items = [
      signedByWallet({ next: NONE }),
      signedByWallet(),
      signedByWallet({ expected: A, next: A }),
      signedByWallet({ expected: A, next: B, deadline: start - 1n }),
      signedByWallet({ expected: A, next: B, deadline: start + MAX_LEAD + 1n }),
      signedByWallet({ expected: C, next: B }),
      { ...signedByWallet({ expected: A, next: B }), signature: '0x' },
      { ...signedByWallet({ expected: A, next: B }), signature: signedByWallet().signature },
      signedByWallet({ expected: A, next: B }),
    ]
    const receipt = await (await registry.publishSignedByWallets(items)).wait()
    const refused = (index: bigint, reason: bigint, current: string) =>
      ['SignedHeadRefused', wallet, TOPIC, index, reason, current] as const
    assert.deepEqual(eventsOf(registry, receipt), [
      refused(0n, REFUSAL.ZeroHead, NONE),
      ['HeadMoved', wallet, TOPIC, A],
      refused(2n, REFUSAL.UnchangedHead, A),
      refused(3n, REFUSAL.Expired, A),
      refused(4n, REFUSAL.DeadlineTooFar, A),
      refused(5n, REFUSAL.StaleHead, A),
      refused(6n, REFUSAL.BadSignature, A),
      refused(7n, REFUSAL.BadSignature, A),
      ['HeadMoved', wallet, TOPIC, B],
    ])
  })

  for (const way of WAYS.filter(way => way !== 'SaysYesToAll')) {
    it(`refuses a wallet that ${way}, and carries out the items around it`, async () => {
      const { registry, wallet, malicious, statementOf, signedByWallet } = await deployWallets()
      const bad = await malicious(way)
      const items = [
        signedByWallet(),
        { statement: statementOf(bad, { topic: NONE }), signature: '0x1234' },
        signedByWallet({ expected: A, next: B }),
      ]
      const receipt = await (await registry.publishSignedByWallets(items)).wait()
      assert.deepEqual(eventsOf(registry, receipt), [
        ['HeadMoved', wallet, TOPIC, A],
        ['SignedHeadRefused', bad, NONE, 1n, REFUSAL.BadSignature, NONE],
        ['HeadMoved', wallet, TOPIC, B],
      ])
    })
  }

  it('bears a batch of nothing but wallets that burn gas and answer without end', async () => {
    const { registry, malicious, statementOf } = await deployWallets()
    const bad = await Promise.all([
      malicious('BurnsAllGas'),
      malicious('AnswersWithoutEnd'),
      malicious('RevertsWithoutEnd'),
    ])
    const items = Array.from({ length: 30 }, (_, i) => ({
      statement: statementOf(bad[i % bad.length]!),
      signature: '0x',
    }))
    const receipt = await (await registry.publishSignedByWallets(items)).wait()
    assert.equal(eventsOf(registry, receipt).length, items.length)
    assert.ok(receipt!.gasUsed < 30n * 420_000n, `gas used: ${receipt!.gasUsed}`)
  })

  it('moves the head of a wallet that says yes to all: that is the wallet’s own affair', async () => {
    const { registry, malicious, statementOf } = await deployWallets()
    const lax = await malicious('SaysYesToAll')
    await registry.publishSignedByWallets([{ statement: statementOf(lax), signature: '0x' }])
    assert.equal(await registry.headOf(lax, TOPIC), A)
  })

  it('refuses accounts without code and precompiled contracts, which answer no question', async () => {
    const { registry, statementOf } = await deployWallets()
    const owners = [key.address, ...[1, 2, 3, 4, 9].map(n => `0x${n.toString(16).padStart(40, '0')}`)]
    const items = owners.map(owner => ({ statement: statementOf(owner), signature: '0x' }))
    const receipt = await (await registry.publishSignedByWallets(items)).wait()
    for (const [name, , , , reason] of eventsOf(registry, receipt)) {
      assert.deepEqual([name, reason], ['SignedHeadRefused', REFUSAL.BadSignature])
    }
  })

  it('reverts with NotEnoughGas before it asks a wallet with less than WALLET_GAS', async () => {
    const { registry, signedByWallet } = await deployWallets()
    const items = [signedByWallet(), signedByWallet({ expected: A, next: B })]
    const [name, index, needed, left] = await errorOf(
      registry,
      registry.publishSignedByWallets.staticCall(items, { gasLimit: 500_000n }),
    )
    assert.equal(name, 'NotEnoughGas')
    assert.equal(index, 1n)
    assert.equal(needed, ((await registry.WALLET_GAS()) * 64n) / 63n + 40_000n)
    assert.ok((left as bigint) < (needed as bigint))
  })

  it('is estimated with enough gas for the wallet to answer', async () => {
    const { registry, wallet, signedByWallet } = await deployWallets()
    const gasLimit = await registry.publishSignedByWallets.estimateGas([signedByWallet()])
    await registry.publishSignedByWallets([signedByWallet()], { gasLimit })
    assert.equal(await registry.headOf(wallet, TOPIC), A)
  })

  it('tells a caller beforehand, without a transaction, what would become of each item', async () => {
    const { registry, signedByWallet } = await deployWallets()
    const items = [signedByWallet(), { ...signedByWallet({ expected: A, next: B }), signature: '0x' }]
    const outcomes = getBytes(await registry.publishSignedByWallets.staticCall(items))
    assert.deepEqual([...outcomes].map(BigInt), [REFUSAL.None, REFUSAL.BadSignature])
  })

  it('leaves a wallet its own way: it calls publish itself', async () => {
    const { ethers, registry, malicious } = await deployWallets()
    const address = await malicious('SaysNo')
    const wallet = await ethers.getContractAt('MaliciousWallet', address)
    await wallet.publish!(TOPIC, NONE, B)
    assert.equal(await registry.headOf(address, TOPIC), B)
  })
})
