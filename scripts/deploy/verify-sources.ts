import { verifyContract } from '@nomicfoundation/hardhat-verify/verify'
import { UnavailableError } from '@remote-log/core'
import { createHardhatRuntimeEnvironment, importUserConfig, resolveHardhatConfigPath } from 'hardhat/hre'
import { sourceOf } from './artifacts.ts'
import type { PlannedContract } from './plan.ts'

const EXPLORERS = ['etherscan', 'blockscout', 'sourcify'] as const

/**
 * Sends the sources to each explorer that knows the chain. What has been verified before is left as it is.
 * @throws UNAVAILABLE after all were tried, with what those said that did not take them
 */
export async function verifySources(network: string, contracts: readonly PlannedContract[]): Promise<void> {
  const path = await resolveHardhatConfigPath()
  const hre = await createHardhatRuntimeEnvironment(await importUserConfig(path), { network, config: path })
  await hre.tasks.getTask('build').run({ quiet: true, noTests: true })
  const failures: string[] = []
  for (const { name, address, parameters } of contracts) {
    for (const provider of EXPLORERS) {
      const contract = `${sourceOf(name)}:${name}`
      const constructorArgs = Object.values(parameters)
      await verifyContract({ address, contract, constructorArgs, provider }, hre).catch((error: unknown) => {
        failures.push(`${name}, ${provider}: ${error instanceof Error ? error.message : String(error)}`)
      })
    }
  }
  if (failures.length > 0) throw new UnavailableError(`not verified everywhere:\n${failures.join('\n')}`)
}
