import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AbiCoder, keccak256 } from 'ethers'
import { compilerOutputOf } from './support/compiler-output.ts'
import { A, B, deployRegistry, TOPIC } from './support/registry.ts'

/** Slot of the mapping, behind two of EIP712 that stay empty. Frozen: readers ask for proofs of what lies there. */
const HEADS_SLOT = 2n
/** The last mapping's. */
const LAST_SLOT = 5n

const encode = (types: string[], values: unknown[]) =>
  keccak256(AbiCoder.defaultAbiCoder().encode(types, values))

interface AccountProof {
  readonly codeHash: string
  readonly storageProof: readonly {
    readonly key: string
    readonly value: string
    readonly proof: readonly string[]
  }[]
}

async function deployPublished() {
  const deployed = await deployRegistry()
  await deployed.registry.publish(TOPIC, `0x${'00'.repeat(32)}`, A)
  const log = encode(['address', 'bytes32'], [deployed.caller.address, TOPIC])
  return { ...deployed, slot: encode(['bytes32', 'uint256'], [log, HEADS_SLOT]) }
}

describe('the storage layout', () => {
  it('keeps a head in the slot keccak256(abi.encode(keccak256(abi.encode(owner, topic)), 2))', async () => {
    const { ethers, registry, address, slot } = await deployPublished()
    assert.equal(await ethers.provider.getStorage(address, slot), A)
    await registry.publish(TOPIC, A, B)
    assert.equal(await ethers.provider.getStorage(address, slot), B)
  })

  it('is what the compiler says: two slots of EIP712, the heads, and behind them writers and lanes', async () => {
    const output = await compilerOutputOf('contracts/RemoteLogRegistry.sol', 'RemoteLogRegistry')
    const { storage } = (
      output as { storageLayout: { storage: { label: string; slot: string; type: string }[] } }
    ).storageLayout
    assert.deepEqual(
      storage.map(({ label, slot, type }) => [label, slot, type.replace(/\)\d+_storage/g, ')N_storage')]),
      [
        ['_nameFallback', '0', 't_string_storage'],
        ['_versionFallback', '1', 't_string_storage'],
        ['_heads', '2', 't_mapping(t_bytes32,t_struct(Head)N_storage)'],
        ['_grants', '3', 't_mapping(t_bytes32,t_struct(Grant)N_storage)'],
        ['_writers', '4', 't_mapping(t_address,t_array(t_struct(WriterKey)N_storage)dyn_storage)'],
        ['_lists', '5', 't_mapping(t_bytes32,t_struct(LaneList)N_storage)'],
      ],
    )
  })

  it('keeps nothing in the slots of the mappings themselves, nor in those before', async () => {
    const { ethers, address } = await deployPublished()
    for (let slot = 0n; slot <= LAST_SLOT; slot++) {
      assert.equal(BigInt(await ethers.provider.getStorage(address, slot)), 0n, `slot ${slot}`)
    }
  })

  it('lets a head be proven by one storage proof (EIP-1186)', async () => {
    const { provider, address, slot } = await deployPublished()
    const answer = await provider.request({ method: 'eth_getProof', params: [address, [slot], 'latest'] })
    const { storageProof } = answer as AccountProof
    assert.equal(storageProof.length, 1)
    assert.equal(BigInt(storageProof[0]!.value), BigInt(A))
    assert.ok(storageProof[0]!.proof.length > 0)
  })
})
