import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getBytes, Signature, TypedDataEncoder } from 'ethers'
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

const [alice, bob, carol] = [ownerNumber(0), ownerNumber(1), ownerNumber(2)] as const
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

type Deployed = Awaited<ReturnType<typeof deployRegistry>>
type Item = ReturnType<Deployed['signedByKey']>

/** Submits one item; the reason why it was refused (0: it was not), having checked that the event says the same. */
async function submit({ registry }: Deployed, item: Item): Promise<bigint> {
  const { owner, topic, next } = item.statement
  const before = await registry.headOf(owner, topic)
  const [event] = eventsOf(registry, await (await registry.publishSigned([item])).wait())
  const reason = event![0] === 'HeadMoved' ? REFUSAL.None : (event![4] as bigint)
  const wanted =
    reason === REFUSAL.None
      ? ['HeadMoved', owner, topic, next]
      : ['SignedHeadRefused', owner, topic, 0n, reason, before]
  assert.deepEqual(event, wanted)
  assert.equal(await registry.headOf(owner, topic), reason === REFUSAL.None ? next : before)
  return reason
}

describe('publishSigned', () => {
  it('moves the heads that owners signed for, submitted by anybody, and emits HeadMoved for each', async () => {
    const { registry, stranger, signedByKey } = await deployRegistry()
    const items = [signedByKey(alice), signedByKey(bob, { next: B }), signedByKey(carol, { next: C })]
    const receipt = await (await registry.connect(stranger).publishSigned(items)).wait()
    assert.deepEqual(eventsOf(registry, receipt), [
      ['HeadMoved', alice.address, TOPIC, A],
      ['HeadMoved', bob.address, TOPIC, B],
      ['HeadMoved', carol.address, TOPIC, C],
    ])
    assert.equal(await registry.headOf(alice, TOPIC), A)
    assert.equal(await registry.headOf(bob, TOPIC), B)
    assert.equal(await registry.headOf(carol, TOPIC), C)
  })

  it('takes two steps of one log in one batch', async () => {
    const { registry, signedByKey } = await deployRegistry()
    await registry.publishSigned([signedByKey(alice), signedByKey(alice, { expected: A, next: B })])
    assert.equal(await registry.headOf(alice, TOPIC), B)
  })

  it('reports each bad item by an event with its position, reason and current head, and carries out the others', async () => {
    const { registry, signedByKey } = await deployRegistry()
    const items = [
      signedByKey(alice, { next: NONE }),
      signedByKey(alice),
      signedByKey(alice, { expected: A, next: A }),
      signedByKey(alice, { expected: A, next: B, deadline: NOW - 1n }),
      signedByKey(alice, { expected: A, next: B, deadline: NOW + MAX_LEAD + 1n }),
      signedByKey(alice, { expected: C, next: B }),
      { ...signedByKey(alice, { expected: A, next: B }), r: B },
      signedByKey(bob),
    ]
    const receipt = await (await registry.publishSigned(items)).wait()
    const refused = (index: bigint, reason: bigint, current: string) =>
      ['SignedHeadRefused', alice.address, TOPIC, index, reason, current] as const
    assert.deepEqual(eventsOf(registry, receipt), [
      refused(0n, REFUSAL.ZeroHead, NONE),
      ['HeadMoved', alice.address, TOPIC, A],
      refused(2n, REFUSAL.UnchangedHead, A),
      refused(3n, REFUSAL.Expired, A),
      refused(4n, REFUSAL.DeadlineTooFar, A),
      refused(5n, REFUSAL.StaleHead, A),
      refused(6n, REFUSAL.BadSignature, A),
      ['HeadMoved', bob.address, TOPIC, A],
    ])
  })

  it('tells a caller beforehand, without a transaction, what would become of each item', async () => {
    const { registry, setTime, provider, signedByKey } = await deployRegistry()
    await setTime(NOW)
    await provider.request({ method: 'hardhat_mine', params: ['0x1'] })
    const items = [
      signedByKey(alice),
      signedByKey(bob, { expected: C }),
      signedByKey(alice, { expected: A, next: B }),
    ]
    const outcomes = getBytes(await registry.publishSigned.staticCall(items))
    assert.deepEqual([...outcomes].map(BigInt), [REFUSAL.None, REFUSAL.StaleHead, REFUSAL.None])
    assert.equal(await registry.headOf(alice, TOPIC), NONE)
  })

  it('does nothing for an empty batch', async () => {
    const { registry } = await deployRegistry()
    assert.deepEqual(eventsOf(registry, await (await registry.publishSigned([])).wait()), [])
  })

  it('takes a statement once: the second time its expected head is stale', async () => {
    const deployed = await deployRegistry()
    const item = deployed.signedByKey(alice)
    assert.equal(await submit(deployed, item), REFUSAL.None)
    assert.equal(await submit(deployed, item), REFUSAL.StaleHead)
    const { registry } = deployed
    const receipt = await (await registry.publishSigned([item, item])).wait()
    assert.equal(
      eventsOf(registry, receipt).every(([name]) => name === 'SignedHeadRefused'),
      true,
    )
  })

  it('takes a statement again after its owner moved the head back, until its deadline and no longer', async () => {
    const deployed = await deployRegistry()
    const { signedByKey, setTime } = deployed
    const revived = signedByKey(alice, { expected: A, next: B, deadline: NOW + 100n })
    assert.equal(await submit(deployed, signedByKey(alice)), REFUSAL.None)
    assert.equal(await submit(deployed, revived), REFUSAL.None)
    const back = signedByKey(alice, { expected: B, next: A })
    assert.equal(await submit(deployed, back), REFUSAL.None)
    await setTime(NOW + 100n)
    assert.equal(await submit(deployed, revived), REFUSAL.None)
    assert.equal(await submit(deployed, back), REFUSAL.None)
    assert.equal(await submit(deployed, revived), REFUSAL.Expired)
  })

  it('takes a statement in the second of its deadline and not one later', async () => {
    const deployed = await deployRegistry()
    const inTime = deployed.signedByKey(alice, { deadline: NOW })
    assert.equal(await submit(deployed, inTime), REFUSAL.None)
    const late = deployed.signedByKey(bob, { deadline: NOW })
    assert.equal(await submit(deployed, late), REFUSAL.Expired)
  })

  it('takes a deadline 30 days ahead and not one second more', async () => {
    const deployed = await deployRegistry()
    assert.equal(await deployed.registry.MAX_LEAD(), MAX_LEAD)
    assert.equal(
      await submit(deployed, deployed.signedByKey(alice, { deadline: NOW + MAX_LEAD })),
      REFUSAL.None,
    )
    const tooFar = deployed.signedByKey(bob, { deadline: NOW + 1n + MAX_LEAD + 1n })
    await deployed.setTime(NOW + 1n)
    assert.equal(await submit(deployed, tooFar), REFUSAL.DeadlineTooFar)
    const never = deployed.signedByKey(carol, { deadline: 2n ** 64n - 1n })
    assert.equal(await submit(deployed, never), REFUSAL.DeadlineTooFar)
    assert.equal(await submit(deployed, deployed.signedByKey(carol, { deadline: 0n })), REFUSAL.Expired)
  })

  it('refuses what was signed by another key, for another chain, registry, name or version', async () => {
    const deployed = await deployRegistry()
    const { signedByKey, statementOf } = deployed
    const { r, vs } = signedByKey(bob)
    assert.equal(
      await submit(deployed, { statement: statementOf(alice.address), r, vs }),
      REFUSAL.BadSignature,
    )
    for (const other of [
      { chainId: deployed.chainId + 1n },
      { verifyingContract: bob.address },
      { name: 'RemoteLogRegistry2' },
      { version: '2' },
    ]) {
      assert.equal(await submit(deployed, signedByKey(alice, {}, other)), REFUSAL.BadSignature)
    }
  })

  it('refuses a signature for every changed field of its statement', async () => {
    const deployed = await deployRegistry()
    const { r, vs } = deployed.signedByKey(alice, { deadline: NOW + 500n })
    for (const changes of [{ topic: A }, { next: B }, { deadline: NOW + 501n }]) {
      const statement = deployed.statementOf(alice.address, { deadline: NOW + 500n, ...changes })
      assert.equal(await submit(deployed, { statement, r, vs }), REFUSAL.BadSignature)
    }
    assert.equal(await submit(deployed, deployed.signedByKey(alice)), REFUSAL.None)
    const moved = deployed.statementOf(alice.address, { expected: A, next: B })
    assert.equal(await submit(deployed, { statement: moved, r, vs }), REFUSAL.BadSignature)
  })

  it('refuses the other signature that the same key could have made (malleability)', async () => {
    const deployed = await deployRegistry()
    const good = deployed.signedByKey(alice)
    const { s, yParity } = Signature.from({ r: good.r, yParityAndS: good.vs })
    const other = (ORDER - BigInt(s)) | (BigInt(1 - yParity) << 255n)
    const parityOnly = BigInt(good.vs) ^ (1n << 255n)
    for (const vs of [other, parityOnly]) {
      const text = `0x${vs.toString(16).padStart(64, '0')}`
      assert.equal(await submit(deployed, { ...good, vs: text }), REFUSAL.BadSignature)
    }
    assert.equal(await submit(deployed, good), REFUSAL.None)
  })

  it('lets nobody sign for the account zero with a signature of nobody', async () => {
    const deployed = await deployRegistry()
    const statement = deployed.statementOf(`0x${'00'.repeat(20)}`)
    for (const [r, vs] of [
      [NONE, NONE],
      [A, NONE],
      [NONE, A],
    ] as const) {
      assert.equal(await submit(deployed, { statement, r, vs }), REFUSAL.BadSignature)
    }
  })

  it('lets no contract wallet in: it has no key', async () => {
    const deployed = await deployRegistry()
    const wallet = await deployed.ethers.deployContract('MaliciousWallet', [0, deployed.registry])
    const { r, vs } = deployed.signedByKey(alice)
    const statement = deployed.statementOf(await wallet.getAddress())
    assert.equal(await submit(deployed, { statement, r, vs }), REFUSAL.BadSignature)
  })

  it('takes the key of an account that delegates to code (EIP-7702)', async () => {
    const deployed = await deployRegistry()
    const delegation = `0xef0100${deployed.address.slice(2)}`
    await deployed.provider.request({ method: 'hardhat_setCode', params: [alice.address, delegation] })
    assert.equal(await submit(deployed, deployed.signedByKey(alice)), REFUSAL.None)
  })

  it('reverts as a whole where the call data is cut or a field has bits that it can not have', async () => {
    const { registry, caller, signedByKey } = await deployRegistry()
    const data = registry.interface.encodeFunctionData('publishSigned', [[signedByKey(alice)]])
    await assert.rejects(caller.sendTransaction({ to: registry, data: data.slice(0, -2) }))
    const words = data.slice(10).match(/.{64}/g)!
    for (const word of [2, 6]) {
      const dirty = words.map((text, i) => (i === word ? `01${text.slice(2)}` : text)).join('')
      await assert.rejects(caller.sendTransaction({ to: registry, data: `${data.slice(0, 10)}${dirty}` }))
    }
    const dirty = `01${words[2]!.slice(2)}`
    const call = { to: registry, data: `${data.slice(0, 10)}${words.with(2, dirty).join('')}` }
    assert.deepEqual(await errorOf(registry, caller.call(call)), ['NotAnAddress', BigInt(`0x${dirty}`)])
    await caller.sendTransaction({ to: registry, data })
    assert.equal(await registry.headOf(alice, TOPIC), A)
  })
})

describe('what is signed', () => {
  it('is the EIP-712 digest that is written out here from the standard', async () => {
    const { ethers, domain, digestOf, statementOf } = await deployRegistry()
    const { keccak256, toUtf8Bytes, AbiCoder, concat } = ethers
    const hash = (text: string) => keccak256(toUtf8Bytes(text))
    const encode = (types: string[], values: unknown[]) =>
      keccak256(AbiCoder.defaultAbiCoder().encode(types, values))
    const domainHash = encode(
      ['bytes32', 'bytes32', 'bytes32', 'uint256', 'address'],
      [
        hash('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'),
        hash('RemoteLogRegistry'),
        hash('1'),
        domain.chainId,
        domain.verifyingContract,
      ],
    )
    const statement = statementOf(alice.address, { expected: B })
    const statementHash = encode(
      ['bytes32', 'address', 'bytes32', 'bytes32', 'bytes32', 'uint64'],
      [
        hash('SignedHead(address owner,bytes32 topic,bytes32 expected,bytes32 next,uint64 deadline)'),
        statement.owner,
        statement.topic,
        statement.expected,
        statement.next,
        statement.deadline,
      ],
    )
    assert.equal(keccak256(concat(['0x1901', domainHash, statementHash])), digestOf(statement))
  })

  it('is in the domain that the registry states (EIP-5267)', async () => {
    const { registry, domain, address } = await deployRegistry()
    const [fields, name, version, chainId, contract, salt, extensions] = await registry.eip712Domain()
    assert.equal(fields, '0x0f')
    assert.equal(contract, address)
    assert.equal(salt, NONE)
    assert.deepEqual([...extensions], [])
    const stated = { name, version, chainId, verifyingContract: contract }
    assert.equal(TypedDataEncoder.hashDomain(stated), TypedDataEncoder.hashDomain(domain))
  })
})
