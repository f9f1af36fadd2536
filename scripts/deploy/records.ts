import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../workspace.ts'
import type { Role } from './contracts.ts'

/** What was deployed to public chains, committed; `scripts/generate-deployments.ts` makes code of it. */
export const RECORDS = join(ROOT, 'scripts/deploy/records.json')

/** A contract on a chain. */
export interface DeploymentRecord {
  /** With its checksum (EIP-55). */
  readonly address: string
  /** Where it was deployed; left out where somebody else did. */
  readonly block?: number
  readonly transaction?: string
}

/** By chain id, then by role. */
export type Records = Readonly<Record<string, Partial<Record<Role, DeploymentRecord>>>>

export function readRecords(file: string): Records {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Records) : {}
}

/** Adds a chain's contracts. What is known of one that stood already is kept. */
export function record(
  file: string,
  chainId: number,
  contracts: readonly (DeploymentRecord & { readonly role: Role })[],
): void {
  const records = readRecords(file)
  const known = records[chainId] ?? {}
  const merged = Object.fromEntries(
    contracts.map(({ role, address, block, transaction }) => {
      const before = known[role]?.address === address ? known[role] : undefined
      return [role, { ...before, address, ...(block !== undefined && { block, transaction }) }]
    }),
  )
  writeFileSync(file, `${JSON.stringify({ ...records, [chainId]: { ...known, ...merged } }, null, 2)}\n`)
}
