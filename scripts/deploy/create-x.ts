import { type Address, NoContractError, parseAddress, RefusedError } from '@remote-log/core'
import { AbiCoder, getCreate2Address, Interface, keccak256 } from 'ethers'
import type { HardhatRuntimeEnvironment } from 'hardhat/types/hre'
import registryModule from './modules/registry.ts'
import { ask, codeAt, type Node } from './node.ts'

/** The factory through which Ignition deploys by CREATE2; on over a hundred chains at this address (createx.rocks). */
export const CREATE_X = parseAddress('0xba5Ed099633D3B313e4D5F7bdc1305d3c28ba5Ed')
/** keccak256 of its code, by which Ignition knows it as well. */
export const CREATE_X_CODE_HASH = '0xbd8a7ea8cfca7b4e5f5041d7d4b17bc317c5ce42cfbc42066a00cf26b43eb53f'

const createX = new Interface(['function deployCreate2(bytes32 salt, bytes initCode) returns (address)'])

/** The call of the factory that deploys `initCode`. */
export function encodeDeployment(salt: string, initCode: string): string {
  return createX.encodeFunctionData('deployCreate2', [salt, initCode])
}

/**
 * Where `initCode` comes to stand, whoever deploys it: the factory hashes a salt that names no sender (the first 20
 * bytes are neither the sender's address nor zeros).
 */
export function addressOf(salt: string, initCode: string): Address {
  const guarded = keccak256(AbiCoder.defaultAbiCoder().encode(['bytes32'], [salt]))
  return parseAddress(getCreate2Address(CREATE_X, guarded, keccak256(initCode)))
}

/** @throws NO_CONTRACT (no factory, or something else in its place), UNAVAILABLE */
export async function demandCreateX(node: Node, chainId: number): Promise<void> {
  const code = await codeAt(node, CREATE_X)
  if (code !== '0x' && keccak256(code) === CREATE_X_CODE_HASH) return
  const what = code === '0x' ? 'no CreateX, the factory for CREATE2,' : 'something else than CreateX'
  throw new NoContractError(
    `chain ${chainId} has ${what} at ${CREATE_X}. On a chain for tests (anvil, Hardhat) add --place-createx; ` +
      'on a public one ask for it at https://createx.rocks.',
    { chainId, address: CREATE_X },
  )
}

/**
 * Puts the factory on a chain for tests. Its code comes from a chain in this process, on which Ignition deploys it.
 * @throws REFUSED (the node lets nobody place code: no chain for tests), UNAVAILABLE
 */
export async function placeCreateX(node: Node, hre: HardhatRuntimeEnvironment): Promise<void> {
  if ((await codeAt(node, CREATE_X)) !== '0x') return
  const own = await hre.network.create({ network: 'default' })
  try {
    await own.ignition.deploy(registryModule, { strategy: 'create2' })
    const code = await codeAt(own.provider, CREATE_X)
    await ask(node, 'hardhat_setCode', CREATE_X, code)
  } catch (cause) {
    throw new RefusedError(
      'CreateX can be placed on chains for tests alone',
      { reason: 'not a chain for tests' },
      cause,
    )
  } finally {
    await own.close()
  }
}
