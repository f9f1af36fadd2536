import type { Abi, Artifact } from '@nomicfoundation/ignition-core'
import { RemoteLogRegistry__factory } from '../../packages/ethereum/src/generated/RemoteLogRegistry__factory.ts'
import { RemoteLogResolver__factory } from '../../packages/ethereum/src/generated/RemoteLogResolver__factory.ts'
import { RemoteLogVerifier__factory } from '../../packages/ethereum/src/generated/RemoteLogVerifier__factory.ts'

/** The bytecode that packages/ethereum ships, and no other, is deployed; `npm test` proves that it is the contracts'. */
export const registry = artifactOf('RemoteLogRegistry', RemoteLogRegistry__factory)
export const verifier = artifactOf('RemoteLogVerifier', RemoteLogVerifier__factory)
export const resolver = artifactOf('RemoteLogResolver', RemoteLogResolver__factory)

function artifactOf(
  contractName: string,
  { abi, bytecode }: { readonly abi: readonly unknown[]; readonly bytecode: string },
): Artifact {
  const sourceName = sourceOf(contractName)
  return {
    _format: 'hh3-artifact-1',
    contractName,
    sourceName,
    abi: abi as Abi,
    bytecode,
    linkReferences: {},
    // Nobody asks for these two in a deployment.
    deployedBytecode: '0x',
    deployedLinkReferences: {},
  }
}

/** The file that a contract is in. */
export function sourceOf(contractName: string): string {
  return `contracts/${contractName}.sol`
}
