/** Writes where the contracts stand, for packages/ethereum; with `--check` says whether that is fresh. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAddress } from '@remote-log/core'
import { RECORDS, type Records, readRecords } from './deploy/records.ts'
import { ROOT } from './workspace.ts'

const FILE = join(ROOT, 'packages/ethereum/src/generated/deployments.ts')

/** The module that says where the contracts stand, chains in order of their ids. */
export function deploymentsModule(records: Records): string {
  const chains = Object.entries(records).sort(([a], [b]) => Number(a) - Number(b))
  const entries = chains.map(([chainId, contracts]) => {
    const lines = Object.entries(contracts).map(([role, { address, block }]) => {
      const since = block === undefined ? '' : `, block: ${block}`
      return `    ${role}: { address: parseAddress('${parseAddress(address)}')${since} },\n`
    })
    return `  ${chainId}: {\n${lines.join('')}  },\n`
  })
  const body = entries.length === 0 ? '{}' : `{\n${entries.join('')}}`
  const imports = entries.length === 0 ? '' : "import { parseAddress } from '@remote-log/core'\n"
  return `// Written by scripts/generate-deployments.ts from scripts/deploy/records.json.
${imports}import type { ChainDeployment } from '../deployments.ts'

export const deployments: Readonly<Record<number, ChainDeployment>> = ${body}
`
}

export function writeDeployments(): void {
  writeFileSync(FILE, deploymentsModule(readRecords(RECORDS)))
}

if (import.meta.main) {
  if (!process.argv.includes('--check')) writeDeployments()
  else if (readFileSync(FILE, 'utf8') !== deploymentsModule(readRecords(RECORDS))) {
    console.error(
      'packages/ethereum/src/generated/deployments.ts is not what scripts/deploy/records.json says',
    )
    process.exitCode = 1
  }
}
