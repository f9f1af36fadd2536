import { verifyContract } from '@nomicfoundation/hardhat-verify/verify'
import { UnavailableError } from '@remote-log/core'
import type { HardhatRuntimeEnvironment } from 'hardhat/types/hre'
import { sourceOf } from './artifacts.ts'
import type { PlannedContract } from './plan.ts'

/**
 * Sends the sources to Sourcify, and to Etherscan and Blockscout where they know the chain. What has been verified
 * before is left as it is. `hre` is connected to the network by its global options, and has built the contracts.
 * @throws UNAVAILABLE after all were tried, with what those said that did not take them
 */
export async function verifySources(
  hre: HardhatRuntimeEnvironment,
  chainId: number,
  contracts: readonly Pick<PlannedContract, 'name' | 'address' | 'parameters'>[],
): Promise<void> {
  const { blockExplorers } = hre.config.chainDescriptors.get(BigInt(chainId)) ?? {}
  const explorers = [
    ...(['etherscan', 'blockscout'] as const).filter(name => blockExplorers?.[name] !== undefined),
    'sourcify' as const,
  ]
  const failures: string[] = []
  for (const { name, address, parameters } of contracts) {
    const contract = `${sourceOf(name)}:${name}`
    const constructorArgs = Object.values(parameters)
    for (const provider of explorers) {
      await verifyContract({ address, contract, constructorArgs, provider }, hre).catch((error: unknown) => {
        failures.push(`${name}, ${provider}: ${error instanceof Error ? error.message : String(error)}`)
      })
    }
  }
  if (failures.length > 0) {
    throw new UnavailableError(`not verified everywhere:\n${failures.join('\n')}`, {
      failures: failures.length,
    })
  }
}
