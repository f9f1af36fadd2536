import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import {
  type BytesLike,
  Contract,
  type ContractTransactionReceipt,
  dnsEncode,
  id,
  namehash,
  ZeroHash,
} from 'ethers'
import hre from 'hardhat'
import type { RemoteLogRegistry } from '../../../packages/ethereum/src/generated/RemoteLogRegistry.ts'
import type { RemoteLogResolver } from '../../../packages/ethereum/src/generated/RemoteLogResolver.ts'
import { bytes32, NOW } from '../support/registry.ts'

/** ENS's registry as its authors published it (npm `@ensdomains/ens` 0.6.2, a truffle artifact). */
const ARTIFACT = createRequire(import.meta.url).resolve('@ensdomains/ens/build/contracts/ENSRegistry.json')
const ENS_REGISTRY = JSON.parse(readFileSync(ARTIFACT, 'utf8')) as {
  readonly abi: object[]
  readonly bytecode: string
}

/** Ethereum's number in SLIP-44. */
export const ETH = 60n
/** Namehash, of the root too, which ethers takes for a mistake. */
export const nodeOf = (name: string) => (name === '' ? ZeroHash : namehash(name))

export const ALICE_ETH = namehash('alice.eth')
export const CHAT = namehash('chat.alice.eth')
export const TOPIC = bytes32(0x70)
export const URL = 'https://alice.example'

/** A name as ENSIP-10 wants it: DNS wire format, labels of up to 255 bytes. */
export const wire = (name: string) => dnsEncode(name, 255)

/**
 * A chain with ENS's registry, a name wrapper, a registry of logs and the resolver; `alice.eth` is Alice's and resolved
 * by it. The next block is at NOW.
 */
export async function startNames() {
  const connection = await hre.network.create()
  const { ethers, provider } = connection
  const [deployer, alice, bob, operator, writer] = (await ethers.getSigners()) as [
    Signer,
    Signer,
    Signer,
    Signer,
    Signer,
  ]
  const registry = (await ethers.deployContract('RemoteLogRegistry')) as unknown as RemoteLogRegistry
  const factory = await ethers.getContractFactory(ENS_REGISTRY.abi, ENS_REGISTRY.bytecode)
  const ens = new Contract(await (await factory.deploy()).getAddress(), ENS_REGISTRY.abi, deployer)
  const wrapper = await ethers.deployContract('NameWrapperDouble', [ens])
  const resolver = (await ethers.deployContract('RemoteLogResolver', [
    registry,
    ens,
    wrapper,
  ])) as unknown as RemoteLogResolver

  /** Gives `label.parent` to an account, as the parent's owner. */
  const give = async (parent: string, label: string, to: Signer, as: Signer = deployer) => {
    await call(ens, as, 'setSubnodeOwner', nodeOf(parent), id(label), to.address)
  }
  /** Hands a name over to the wrapper, which then says that it is `owner`'s. */
  const wrap = async (node: string, from: Signer, owner: Signer, emancipated = false, expiry = 0n) => {
    await call(ens, from, 'setApprovalForAll', wrapper, true)
    await call(wrapper as unknown as Contract, from, 'wrap', node, owner, emancipated, expiry)
  }
  await give('', 'eth', deployer)
  await give('eth', 'alice', alice)
  await call(ens, alice, 'setResolver', ALICE_ETH, resolver)
  const setTime = (seconds: bigint) =>
    provider.request({ method: 'evm_setNextBlockTimestamp', params: [Number(seconds)] })
  await setTime(NOW)

  return {
    connection,
    ethers,
    provider,
    registry,
    ens,
    wrapper: wrapper as unknown as Contract,
    resolver,
    deployer,
    alice,
    bob,
    operator,
    writer,
    give,
    wrap,
    setTime,
    /** The resolver as this account calls it. */
    as: (account: Signer) => resolver.connect(account),
    /** Publishes the first head of a log of `writer`. */
    publish: async (topic: string, head: string) => registry.connect(writer).publish(topic, bytes32(0), head),
    /** What `resolve` answers to the call of a function of the resolver. */
    resolve: async (name: BytesLike, method: string, ...values: unknown[]): Promise<unknown> => {
      const data = resolver.interface.encodeFunctionData(method as 'text', values as never)
      const answer = await resolver.resolve(name, data)
      return resolver.interface.decodeFunctionResult(method as 'text', answer)[0]
    },
  }
}

export type Names = Awaited<ReturnType<typeof startNames>>
export type Signer = Awaited<
  ReturnType<Awaited<ReturnType<typeof hre.network.create>>['ethers']['getSigners']>
>[number]

/** Calls a contract whose types nobody generated. */
export async function call(
  contract: Contract,
  as: Signer,
  method: string,
  ...values: unknown[]
): Promise<void> {
  await (contract.connect(as) as Contract).getFunction(method)(...values)
}

/** The resolver's events of a transaction, in order, as `[name, ...arguments]`. */
export function eventsOf(
  resolver: RemoteLogResolver,
  receipt: ContractTransactionReceipt | null,
): unknown[][] {
  return receipt!.logs.map(log => {
    const event = resolver.interface.parseLog(log)!
    return [event.name, ...event.args]
  })
}

/** The resolver's error that a transaction or call reverts with, as `[name, ...arguments]`. */
export async function errorOf(resolver: RemoteLogResolver, work: Promise<unknown>): Promise<unknown[]> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error as { data?: unknown },
  )
  const data = thrown?.data
  const error = typeof data === 'string' ? resolver.interface.parseError(data) : null
  return error === null ? ['no error of the resolver', thrown] : [error.name, ...error.args]
}
