import { createRequire } from 'node:module'
import { join } from 'node:path'
import * as parser from '@solidity-parser/parser'
import type { ASTNode, ContractDefinition } from '@solidity-parser/parser/dist/src/ast-types.js'
import { type Finding, filesBelow, readText } from './workspace.ts'

/** As much of solhint as is used; it has no types. */
interface Solhint {
  processFile(
    path: string,
    config: undefined,
    root: string,
  ): { reports: { line: number; ruleId: string; message: string }[] }
}

interface Located {
  readonly loc?: { readonly start: { readonly line: number } } | undefined
}

const solhint = createRequire(import.meta.url)('solhint') as Solhint

/**
 * Solidity by solhint's rules (`.solhint.json`, those of the folders below counting more), and for contracts/ by those
 * that it does not have. No comment switches a rule off.
 */
export function checkSolidity(root: string): Finding[] {
  const contracts = filesBelow(root, 'contracts', /\.sol$/)
  const tests = ['test/contracts', 'packages/devnet/contracts'].flatMap(folder =>
    filesBelow(root, folder, /\.sol$/),
  )
  return [
    ...[...contracts, ...tests].flatMap(path => linted(root, path)),
    ...contracts.flatMap(path => houseRules(path, readText(root, path))),
  ]
}

function linted(root: string, path: string): Finding[] {
  const { reports } = solhint.processFile(join(root, path), undefined, root)
  const switches = [...readText(root, path).matchAll(/solhint-(?:disable|enable)\S*/g)]
  return [
    ...reports.map(({ line, ruleId, message }) => `${path}:${line}: ${message} (${ruleId ?? 'syntax'})`),
    ...switches.map(([comment]) => `${path}: ${comment}: rules are not switched off in sources`),
  ]
}

function houseRules(path: string, text: string): Finding[] {
  const findings: Finding[] = []
  const find = (node: Located, what: string) => findings.push(`${path}:${node.loc?.start.line}: ${what}`)
  const source = parser.parse(text, { loc: true })
  parser.visit(source, {
    StateVariableDeclaration: node => {
      for (const { isDeclaredConst, isImmutable, visibility, name } of node.variables) {
        if (!isDeclaredConst && !isImmutable && visibility !== 'private')
          find(node, `${name}: state is private; the interface says how it is read`)
      }
    },
    InlineAssemblyStatement: node => {
      if (!node.flags.includes('memory-safe')) find(node, 'assembly that does not promise to be memory-safe')
    },
    FunctionDefinition: node => {
      if (node.body?.statements.length === 0 && !node.isConstructor) find(node, `${node.name} does nothing`)
    },
    ContractDefinition: contract => {
      if (!titled(text, contract)) find(contract, `${contract.name} has no title`)
      const state = stateOf(contract)
      parser.visit(contract, {
        Block: block => {
          const event = block.statements.findIndex(({ type }) => type === 'EmitStatement')
          if (event < 0) return
          const late = block.statements.slice(event).find(statement => writes(statement as ASTNode, state))
          if (late !== undefined) find(late, 'a write behind the event that tells of it')
        },
      })
    },
  })
  return findings
}

function titled(text: string, { name }: ContractDefinition): boolean {
  const declaration = new RegExp(
    `^((?:///[^\\n]*\\n)*)(?:abstract )?(?:contract|library|interface) ${name}\\b`,
    'm',
  )
  return declaration.exec(text)?.[1]?.includes('/// @title ') ?? false
}

/** Names that stand for storage in a contract: its state, and whatever is declared as a storage pointer. */
function stateOf(contract: ContractDefinition): ReadonlySet<string> {
  const names = new Set<string>()
  parser.visit(contract, {
    StateVariableDeclaration: ({ variables }) => {
      for (const { name } of variables) if (name !== null) names.add(name)
    },
    VariableDeclaration: ({ name, storageLocation }) => {
      if (storageLocation === 'storage' && name !== null) names.add(name)
    },
  })
  return names
}

function writes(statement: ASTNode, state: ReadonlySet<string>): boolean {
  let found = false
  parser.visit(statement, {
    BinaryOperation: ({ operator, left }) => {
      if (/^(?:[^=!<>]|<<|>>|>>>)?=$/.test(operator)) found ||= namesOf(left).some(name => state.has(name))
    },
    UnaryOperation: ({ operator, subExpression }) => {
      if (/delete|\+\+|--/.test(operator)) found ||= namesOf(subExpression).some(name => state.has(name))
    },
  })
  return found
}

function namesOf(node: ASTNode): string[] {
  const names: string[] = []
  parser.visit(node, { Identifier: ({ name }) => names.push(name) })
  return names
}
