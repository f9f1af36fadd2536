import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import type { InterfaceAbi } from 'ethers'
import { ROOT } from './cli-process.ts'

export interface CompiledContract {
  readonly abi: InterfaceAbi
  /** Creation code, hex without `0x`. */
  readonly bytecode: string
}

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts: Record<
    string,
    Record<string, { abi: InterfaceAbi; evm: { bytecode: { object: string } } }>
  >
}

/**
 * Compiles the contract that a file of the repository is named after, in this process: Hardhat's builds share a folder,
 * and tests that run side by side would take it from each other.
 */
export function compileContract(path: string): CompiledContract {
  const solc = createRequire(import.meta.url)('solc') as {
    compile(input: string, callbacks: { import(path: string): { contents: string } }): string
  }
  const folderOf = (file: string) => (file.startsWith('@') ? join(ROOT, 'node_modules') : ROOT)
  const read = (file: string) => readFileSync(join(folderOf(file), file), 'utf8')
  const name = basename(path, '.sol')
  const input = {
    language: 'Solidity',
    sources: { [path]: { content: read(path) } },
    settings: {
      evmVersion: 'cancun',
      outputSelection: { [path]: { [name]: ['abi', 'evm.bytecode.object'] } },
    },
  }
  const answer = solc.compile(JSON.stringify(input), { import: file => ({ contents: read(file) }) })
  const { errors = [], contracts } = JSON.parse(answer) as CompilerOutput
  const fatal = errors.filter(({ severity }) => severity === 'error')
  if (fatal.length > 0) throw new Error(fatal.map(({ formattedMessage }) => formattedMessage).join('\n'))
  const { abi, evm } = contracts[path]![name]!
  return { abi, bytecode: evm.bytecode.object }
}
