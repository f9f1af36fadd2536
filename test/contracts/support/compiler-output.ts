import { readFile } from 'node:fs/promises'
import hre from 'hardhat'

interface BuildOutput {
  readonly output: { readonly contracts: Record<string, Record<string, unknown>> }
}

/** What the compiler says of a contract, as far as hardhat.config.ts selects it. */
export async function compilerOutputOf(source: string, contract: string): Promise<unknown> {
  const name = `${source}:${contract}`
  const id = await hre.artifacts.getBuildInfoId(name)
  const path = await hre.artifacts.getBuildInfoOutputPath(id!)
  const { output } = JSON.parse(await readFile(path!, 'utf8')) as BuildOutput
  return output.contracts[`project/${source}`]![contract]
}
