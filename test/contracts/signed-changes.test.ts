import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type BaseWallet, type ContractTransactionResponse, Signature } from 'ethers'
import type { RemoteLogRegistry } from '../../packages/ethereum/src/generated/RemoteLogRegistry.ts'
import {
  A,
  bytes32,
  deployRegistry,
  errorOf,
  eventsOf,
  type Grant,
  type LaneChange,
  MAX_LEAD,
  NONE,
  NOW,
  ownerNumber,
  TOPIC,
} from './support/registry.ts'

const [alice, bob] = [ownerNumber(0), ownerNumber(1)] as const
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const GROUP = bytes32(0x61)
const LATER = NOW + 1_000_000n
/** `SaysYesToAll` and the others of MaliciousWallet. */
const WAYS = [...Array(13).keys()]

type Signed = readonly [statement: object, signature: string]
type Shared = Partial<Pick<Grant, 'owner' | 'revision' | 'deadline'>>

/** One of the two kinds of statements. */
interface Kind {
  /** Authorizes a writer, or adds a lane. */
  gives(changes: Shared, key?: BaseWallet, domain?: object): Signed
  /** Revokes it, or removes it. */
  takes(changes: Shared): Signed
  submit(...signed: Signed): Promise<ContractTransactionResponse>
  /** Whether Bob is a writer, or a lane, and the revision. */
  stands(): Promise<readonly [boolean, bigint]>
  /** By transaction. */
  takeBack(from: RemoteLogRegistry): Promise<ContractTransactionResponse>
}

/** Everything that statements about writers and about lanes have in common, tried with both. */
async function deploy() {
  const deployed = await deployRegistry()
  const { registry, digestOfGrant, digestOfLane } = deployed
  const compact = (key: BaseWallet, digest: string) => key.signingKey.sign(digest).compactSerialized
  const grantOf = (changes: Partial<Grant> = {}): Grant => ({
    owner: alice.address,
    topic: TOPIC,
    writer: bob.address,
    expiry: LATER,
    revision: 0n,
    deadline: NOW + 86_400n,
    ...changes,
  })
  const laneOf = (changes: Partial<LaneChange> = {}): LaneChange => ({
    owner: alice.address,
    group: GROUP,
    laneOwner: bob.address,
    laneTopic: TOPIC,
    listed: true,
    cutOff: NONE,
    revision: 0n,
    deadline: NOW + 86_400n,
    ...changes,
  })
  const kinds: Kind[] = [
    {
      gives: (changes: Shared, key = alice, other = {}) => {
        const grant = grantOf(changes)
        return [grant, compact(key, digestOfGrant(grant, other))] as const
      },
      takes: (changes: Shared) => {
        const grant = grantOf({ expiry: 0n, ...changes })
        return [grant, compact(alice, digestOfGrant(grant))] as const
      },
      submit: (statement: object, signature: string) =>
        registry.setWriterSigned(statement as Grant, signature),
      stands: async () => {
        const [expiry, revision] = await registry.grantOf(alice, TOPIC, bob)
        return [expiry !== 0n, revision]
      },
      takeBack: from => from.revokeWriter(TOPIC, bob),
    },
    {
      gives: (changes: Shared, key = alice, other = {}) => {
        const change = laneOf(changes)
        return [change, compact(key, digestOfLane(change, other))] as const
      },
      takes: (changes: Shared) => {
        const change = laneOf({ listed: false, cutOff: A, ...changes })
        return [change, compact(alice, digestOfLane(change))] as const
      },
      submit: (statement: object, signature: string) =>
        registry.setLaneSigned(statement as LaneChange, signature),
      stands: async () => {
        const { listed, revision } = await registry.laneOf(alice, GROUP, bob, TOPIC)
        return [listed, revision]
      },
      takeBack: from => from.removeLane(GROUP, bob, TOPIC, NONE),
    },
  ]
  return { ...deployed, grantOf, laneOf, compact, kinds }
}

describe('a signed change of a writer or a lane', () => {
  it('is carried out as the owner signed it, whoever submits it', async () => {
    const { registry, kinds } = await deploy()
    const [writers, lanes] = kinds
    for (const [kind, gives, takes] of [
      [
        writers!,
        ['WriterAuthorized', alice.address, TOPIC, bob.address, LATER, 1n],
        ['WriterRevoked', alice.address, TOPIC, bob.address, 2n],
      ],
      [
        lanes!,
        ['LaneAdded', alice.address, GROUP, bob.address, TOPIC, 1n],
        ['LaneRemoved', alice.address, GROUP, bob.address, TOPIC, A, 2n],
      ],
    ] as const) {
      const given = await (await kind.submit(...kind.gives({}))).wait()
      assert.deepEqual(eventsOf(registry, given), [gives])
      assert.deepEqual(await kind.stands(), [true, 1n])
      const taken = await (await kind.submit(...kind.takes({ revision: 1n }))).wait()
      assert.deepEqual(eventsOf(registry, taken), [takes])
      assert.deepEqual(await kind.stands(), [false, 2n])
    }
  })

  it('works once: StaleRevision, also after it was taken back', async () => {
    const { registry, kinds } = await deploy()
    for (const kind of kinds) {
      const given = kind.gives({})
      await kind.submit(...given)
      assert.deepEqual(await errorOf(registry, kind.submit(...given)), ['StaleRevision', 0n, 1n])
      const taken = kind.takes({ revision: 1n })
      await kind.submit(...taken)
      assert.deepEqual(await errorOf(registry, kind.submit(...given)), ['StaleRevision', 0n, 2n])
      assert.deepEqual(await errorOf(registry, kind.submit(...taken)), ['StaleRevision', 1n, 2n])
      assert.deepEqual(await kind.stands(), [false, 2n])
    }
  })

  it('that gives works at no other revision; one that takes at any lower one, and kills what was signed for those', async () => {
    const { registry, kinds } = await deploy()
    for (const kind of kinds) {
      assert.deepEqual(await errorOf(registry, kind.submit(...kind.gives({ revision: 1n }))), [
        'StaleRevision',
        1n,
        0n,
      ])
      await kind.submit(...kind.takes({ revision: 5n }))
      assert.deepEqual(await kind.stands(), [false, 6n])
      for (const revision of [0n, 1n, 5n]) {
        assert.equal((await errorOf(registry, kind.submit(...kind.gives({ revision }))))[0], 'StaleRevision')
      }
      const far = 6n + 2n ** 32n
      assert.deepEqual(await errorOf(registry, kind.submit(...kind.takes({ revision: far }))), [
        'StaleRevision',
        far,
        6n,
      ])
      await kind.submit(...kind.takes({ revision: far - 1n }))
      assert.deepEqual(await kind.stands(), [false, far])
    }
  })

  it("that gives is killed by its owner's transaction, before anything was ever given", async () => {
    const { registry, kinds, ethers, provider } = await deploy()
    await provider.request({ method: 'hardhat_setBalance', params: [alice.address, '0xde0b6b3a7640000'] })
    const own = registry.connect(alice.connect(ethers.provider))
    for (const kind of kinds) {
      const given = kind.gives({})
      await kind.takeBack(own as RemoteLogRegistry)
      assert.deepEqual(await errorOf(registry, kind.submit(...given)), ['StaleRevision', 0n, 1n])
    }
  })

  it('works until the second of its deadline, and not before 30 days ahead of it', async () => {
    const { registry, kinds, setTime } = await deploy()
    for (const [i, kind] of kinds.entries()) {
      const base = NOW + BigInt(i) * 100n
      await setTime(base)
      const early = await errorOf(registry, kind.submit(...kind.gives({ deadline: base + MAX_LEAD + 1n })))
      assert.deepEqual(early, ['StatementTooEarly', base + MAX_LEAD + 1n, base + MAX_LEAD])
      await setTime(base + 10n)
      const late = await errorOf(registry, kind.submit(...kind.gives({ deadline: base + 9n })))
      assert.deepEqual(late, ['StatementExpired', base + 9n, base + 10n])
      await setTime(base + 20n)
      await kind.submit(...kind.gives({ deadline: base + 20n }))
      await setTime(base + 30n)
      await kind.submit(...kind.takes({ deadline: base + 30n + MAX_LEAD, revision: 1n }))
    }
  })

  it('reverts with WrongSigner for another key, chain, registry, name or version, or a changed field', async () => {
    const { registry, kinds, chainId, digestOfGrant, compact, grantOf, laneOf, digestOfLane } = await deploy()
    for (const kind of kinds) {
      assert.deepEqual(await errorOf(registry, kind.submit(...kind.gives({}, bob))), [
        'WrongSigner',
        alice.address,
        bob.address,
      ])
      for (const other of [
        { chainId: chainId + 1n },
        { verifyingContract: bob.address },
        { name: 'RemoteLogRegistry2' },
        { version: '2' },
      ]) {
        const error = await errorOf(registry, kind.submit(...kind.gives({}, alice, other)))
        assert.deepEqual(error.slice(0, 2), ['WrongSigner', alice.address])
      }
    }
    const grant = grantOf()
    const signature = compact(alice, digestOfGrant(grant))
    for (const change of [
      { owner: bob.address },
      { topic: A },
      { writer: alice.address },
      { expiry: LATER + 1n },
      { deadline: grant.deadline + 1n },
    ]) {
      const error = await errorOf(registry, registry.setWriterSigned({ ...grant, ...change }, signature))
      assert.equal(error[0], 'WrongSigner', JSON.stringify(Object.keys(change)))
    }
    const lane = laneOf({ listed: false, cutOff: A })
    const laneSignature = compact(alice, digestOfLane(lane))
    for (const change of [
      { owner: bob.address },
      { group: A },
      { laneOwner: alice.address },
      { laneTopic: A },
      { cutOff: bytes32(0xbb) },
      { revision: 1n },
      { listed: true },
      { deadline: lane.deadline + 1n },
    ]) {
      const error = await errorOf(registry, registry.setLaneSigned({ ...lane, ...change }, laneSignature))
      assert.equal(error[0], 'WrongSigner', JSON.stringify(Object.keys(change)))
    }
  })

  it('reverts for a signature of wrong length, a malleable one, and one of nobody', async () => {
    const { registry, kinds } = await deploy()
    for (const kind of kinds) {
      const [statement, good] = kind.gives({})
      for (const cut of ['0x', good.slice(0, -2), `${good}1b`]) {
        const error = await errorOf(registry, kind.submit(statement, cut))
        assert.deepEqual(error, ['WrongSignatureLength', BigInt(cut.length / 2 - 1)])
      }
      const { r, s, yParity } = Signature.from(good)
      const twin = ORDER - BigInt(s)
      // The twin's s reaches into the bit of the parity: as 64 bytes it is another signature, of another key.
      const high = (twin | (BigInt(1 - yParity) << 255n)).toString(16).padStart(64, '0')
      assert.equal((await errorOf(registry, kind.submit(statement, `${r}${high}`)))[0], 'WrongSigner')
      const upper = (ORDER / 2n + 1n).toString(16).padStart(64, '0')
      const malleable = await errorOf(registry, kind.submit(statement, `${r}${upper}`))
      assert.deepEqual(malleable, ['MalleableSignature', `0x${upper}`])
      const nobody = await errorOf(registry, kind.submit(statement, `0x${'00'.repeat(64)}`))
      assert.deepEqual(nobody, ['WrongSigner', alice.address, `0x${'00'.repeat(20)}`])
      const zero = { ...statement, owner: `0x${'00'.repeat(20)}` }
      assert.equal((await errorOf(registry, kind.submit(zero, `0x${'00'.repeat(64)}`)))[0], 'WrongSigner')
      await kind.submit(statement, good)
    }
  })

  it('is held to the rules of the transaction: ZeroWriter, ExpiryPassed, LaneListed, CutOffOfListedLane', async () => {
    const { registry, compact, digestOfGrant, digestOfLane, grantOf, laneOf, setTime } = await deploy()
    const submitGrant = (changes: Partial<Grant>) => {
      const grant = grantOf(changes)
      return registry.setWriterSigned(grant, compact(alice, digestOfGrant(grant)))
    }
    const submitLane = (changes: Partial<LaneChange>) => {
      const change = laneOf(changes)
      return registry.setLaneSigned(change, compact(alice, digestOfLane(change)))
    }
    const zero = `0x${'00'.repeat(20)}`
    assert.deepEqual(await errorOf(registry, submitGrant({ writer: zero })), [
      'ZeroWriter',
      alice.address,
      TOPIC,
    ])
    await setTime(NOW + 5n)
    assert.deepEqual(await errorOf(registry, submitGrant({ expiry: NOW })), [
      'ExpiryPassed',
      alice.address,
      TOPIC,
      bob.address,
      NOW,
      NOW + 5n,
    ])
    assert.deepEqual(await errorOf(registry, submitLane({ cutOff: A })), [
      'CutOffOfListedLane',
      alice.address,
      GROUP,
      A,
    ])
    await submitLane({})
    assert.deepEqual(await errorOf(registry, submitLane({ revision: 1n })), [
      'LaneListed',
      alice.address,
      GROUP,
      bob.address,
      TOPIC,
    ])
  })
})

describe('a change that a wallet signed (ERC-1271)', () => {
  it('is carried out where the wallet confirms, with a signature of any length', async () => {
    const { registry, ethers, kinds, digestOfGrant, digestOfLane } = await deploy()
    const wallet = await (await ethers.deployContract('KeyWallet', [bob.address])).getAddress()
    for (const [kind, digestOf] of [
      [kinds[0]!, digestOfGrant],
      [kinds[1]!, digestOfLane],
    ] as const) {
      const [statement] = kind.gives({ owner: wallet })
      const { serialized } = bob.signingKey.sign(digestOf(statement as never))
      await kind.submit(statement, serialized)
    }
    assert.equal((await registry.grantOf(wallet, TOPIC, bob)).revision, 1n)
    assert.equal((await registry.laneOf(wallet, GROUP, bob, TOPIC)).listed, true)
  })

  it('reverts with WalletRefused where it does not, in whatever way: it can write nothing meanwhile', async () => {
    const { registry, ethers, kinds } = await deploy()
    for (const way of WAYS.slice(1)) {
      const wallet = await (await ethers.deployContract('MaliciousWallet', [way, registry])).getAddress()
      for (const kind of kinds) {
        const [statement, signature] = kind.gives({ owner: wallet })
        const error = await errorOf(registry, kind.submit(statement, signature))
        assert.deepEqual(error, ['WalletRefused', wallet], `way ${way}`)
      }
      assert.equal(await registry.headOf(wallet, NONE), NONE)
    }
  })

  it('needs no wallet where the key of an account that delegates to code signed (EIP-7702)', async () => {
    const { address, kinds, provider } = await deploy()
    const delegation = `0xef0100${address.slice(2)}`
    await provider.request({ method: 'hardhat_setCode', params: [alice.address, delegation] })
    for (const kind of kinds) {
      await kind.submit(...kind.gives({}))
      assert.deepEqual(await kind.stands(), [true, 1n])
    }
  })
})
