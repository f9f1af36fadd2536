import * as parser from '@solidity-parser/parser'
import type { ASTNode, BinaryOperation, Statement } from '@solidity-parser/parser/dist/src/ast-types.js'

/** A source with one small change. */
export interface Mutant {
  /** 1-based. */
  readonly line: number
  /** Of the first character that is changed, counted from 0. */
  readonly offset: number
  readonly original: string
  readonly replacement: string
}

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  '==': ['!='],
  '!=': ['=='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '&&': ['||'],
  '||': ['&&'],
  '&': ['|'],
  '|': ['&'],
  '^': ['&'],
  '<<': ['>>'],
  '>>': ['<<'],
  '+=': ['-='],
  '-=': ['+='],
  '|=': ['&='],
  '<<=': ['>>='],
  '>>=': ['<<='],
}

const INSTRUCTIONS: Readonly<Record<string, string>> = {
  add: 'sub',
  sub: 'add',
  and: 'or',
  or: 'and',
  xor: 'and',
  gt: 'lt',
  lt: 'gt',
  eq: 'lt',
  shl: 'shr',
  shr: 'shl',
  mload: 'sload',
}

type Ranged = ASTNode & { readonly range?: [number, number] }

/**
 * Every mutant of a Solidity source, in the order of their places: each operator flipped (comparisons also moved by
 * one), each number raised by one, each truth value, string and condition that is no comparison turned around, the
 * branches of each choice swapped, and each statement deleted that declares nothing. The same with the instructions,
 * numbers and statements of assembly.
 */
export function mutantsOf(source: string): Mutant[] {
  const found: Mutant[] = []
  const replace = (start: number, end: number, replacement: string): void => {
    const original = source.slice(start, end)
    const line = source.slice(0, start).split('\n').length
    if (original !== replacement) found.push({ line, offset: start, original, replacement })
  }
  const whole = (node: Ranged, replacement: (text: string) => string): void => {
    // The last part of a `for` is a statement for the parser alone.
    if (node.range === undefined) return
    const [start, last] = node.range
    replace(start, last + 1, replacement(source.slice(start, last + 1)))
  }
  const remove = (node: Statement): void => whole(node, () => '{}')

  const imported = new Set<ASTNode>()
  parser.visit(parser.parse(source, { range: true }), {
    ImportDirective: ({ pathLiteral }) => imported.add(pathLiteral),
    BinaryOperation: node => flip(node, source, replace),
    UnaryOperation: node => {
      if (node.operator === '!') whole(node, text => text.slice(1).trimStart())
      if (node.operator === '++' || node.operator === '--')
        whole(node, text => text.replace(node.operator, node.operator === '++' ? '--' : '++'))
    },
    NumberLiteral: node => whole(node, raised),
    HexLiteral: node => whole(node, text => text.replace(/.(?="$)/, digit => (digit === '0' ? '1' : '0'))),
    BooleanLiteral: node => whole(node, text => (text === 'true' ? 'false' : 'true')),
    StringLiteral: node => {
      if (!imported.has(node)) whole(node, text => text.replace(/^"/, '"!'))
    },
    Conditional: node => {
      const [then, otherwise] = [node.trueExpression, node.falseExpression] as [Ranged, Ranged]
      const text = ({ range }: Ranged) => source.slice(range![0], range![1] + 1)
      replace(
        then.range![0],
        otherwise.range![1] + 1,
        `${text(otherwise)}${source.slice(then.range![1] + 1, otherwise.range![0])}${text(then)}`,
      )
    },
    IfStatement: node => {
      if (!/^(?:Binary|Unary)Operation$/.test(node.condition.type))
        whole(node.condition, text => `!(${text})`)
      if (node.falseBody === null) remove(node)
    },
    ExpressionStatement: remove,
    EmitStatement: remove,
    ContinueStatement: remove,
    AssemblyCall: node => {
      const other = INSTRUCTIONS[node.functionName]
      if (other !== undefined && node.arguments.length > 0)
        whole(node, text => text.replace(node.functionName, other))
      if (node.functionName === 'iszero') whole(node, text => text.replace('iszero', ''))
    },
    DecimalNumber: node => whole(node, raised),
    HexNumber: node => whole(node, raised),
    AssemblyBlock: node => {
      for (const operation of node.operations as Ranged[]) {
        if (operation.type === 'AssemblyCall' || operation.type === 'AssemblyAssignment')
          whole(operation, () => '{}')
      }
    },
  })
  return unique(found).sort((a, b) => a.offset - b.offset || (a.replacement < b.replacement ? -1 : 1))
}

/** The source with the change. */
export function apply(source: string, { offset, original, replacement }: Mutant): string {
  return source.slice(0, offset) + replacement + source.slice(offset + original.length)
}

function flip(
  node: BinaryOperation,
  source: string,
  replace: (start: number, end: number, text: string) => void,
): void {
  const after = (node.left as Ranged).range![1] + 1
  const start = source.indexOf(node.operator, after)
  for (const other of OPERATORS[node.operator] ?? []) replace(start, start + node.operator.length, other)
}

function raised(number: string): string {
  const [, digits = '', unit = ''] = /^(\S+)(.*)$/s.exec(number)!
  const value = BigInt(digits.replaceAll('_', '')) + 1n
  return `${digits.startsWith('0x') ? `0x${value.toString(16).padStart(digits.length - 2, '0')}` : value}${unit}`
}

function unique(mutants: readonly Mutant[]): Mutant[] {
  const key = ({ offset, original, replacement }: Mutant) => `${offset} ${original} ${replacement}`
  return [...new Map(mutants.map(mutant => [key(mutant), mutant])).values()]
}
