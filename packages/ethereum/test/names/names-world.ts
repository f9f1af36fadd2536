import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { TestContext } from 'node:test'
import { type Address, parseAddress, topicOf } from '@remote-log/core'
import { concat, Interface, type InterfaceAbi, id, namehash, ZeroAddress, ZeroHash } from 'ethers'
import { RemoteLogResolver__factory } from '../../src/generated/RemoteLogResolver__factory.ts'
import type { NameOptions, ResolverOptions } from '../../src/index.ts'
import { CHAIN_ID } from '../chain.ts'
import { startWorld } from '../world.ts'

/** ENS's registry as its authors published it (npm `@ensdomains/ens` 0.6.2, a truffle artifact). */
const ARTIFACT = createRequire(import.meta.url).resolve('@ensdomains/ens/build/contracts/ENSRegistry.json')
const ENS = JSON.parse(readFileSync(ARTIFACT, 'utf8')) as {
  readonly abi: InterfaceAbi
  readonly bytecode: string
}
export const ensInterface = new Interface(ENS.abi)

export const ALICE_ETH = namehash('alice.eth')
export const CHAT = topicOf('chat')

/** ENS on the chain of {@link startWorld}, with `alice.eth` for Alice, and a resolver of logs that the name uses. */
export async function startNames(t: TestContext) {
  const world = await startWorld(t)
  const { chain, node, alice, bob, registry } = world
  const send = async (from: string, to: string | undefined, data: string): Promise<Address> => {
    const hash = await chain.ask('eth_sendTransaction', { from, ...(to === undefined ? {} : { to }), data })
    const receipt = (await chain.ask('eth_getTransactionReceipt', hash)) as { contractAddress: string | null }
    return parseAddress((receipt.contractAddress ?? ZeroAddress).toLowerCase())
  }
  /** Calls ENS's registry, or a contract with the same functions. */
  const inEns = (from: { address: string }, method: string, values: unknown[], at: string = ens) =>
    send(from.address, at, ensInterface.encodeFunctionData(method, values))
  const deployEns = () => send(bob.address, undefined, ENS.bytecode)
  const deployResolver = (nameWrapper: string = ZeroAddress) => {
    const values = RemoteLogResolver__factory.createInterface().encodeDeploy([registry, ens, nameWrapper])
    return send(bob.address, undefined, concat([RemoteLogResolver__factory.bytecode, values]))
  }
  const ens = await deployEns()
  const resolver = await deployResolver()
  await inEns(bob, 'setSubnodeOwner', [ZeroHash, id('eth'), bob.address])
  await inEns(bob, 'setSubnodeOwner', [namehash('eth'), id('alice'), alice.address])
  await inEns(alice, 'setResolver', [ALICE_ETH, resolver])
  const reading: NameOptions = { provider: node, chainId: CHAIN_ID, ens }
  const writing: ResolverOptions = { provider: node, chainId: CHAIN_ID, resolver, signer: alice, pollMs: 5 }
  return { ...world, ens, resolver, send, inEns, deployEns, deployResolver, reading, writing }
}
