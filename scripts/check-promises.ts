import { join } from 'node:path'
import {
  type CallExpression,
  type Expression,
  isCallExpression,
  isExpressionStatement,
} from 'typescript/unstable/ast'
import { isIdentifier, isPropertyAccessExpression } from 'typescript/unstable/ast/is'
import { API, type Checker, type Program } from 'typescript/unstable/sync'
import { type Finding, filesBelow, lineAt, packagesOf } from './workspace.ts'

/**
 * The runner awaits what these return; in the body of another test they are methods of `t` and are not exempt.
 * `void promise` stays allowed: it says that nobody waits.
 */
const AWAITED_BY_RUNNER = new Set([
  'test',
  'it',
  'describe',
  'suite',
  'before',
  'after',
  'beforeEach',
  'afterEach',
])

/**
 * No promise is dropped. Biome's noFloatingPromises resolves no types of node's own modules (it passes an
 * `assert.rejects` that nobody awaits), so this asks the compiler. Thenables without `catch` (Fastify's) don't count.
 */
export function checkPromises(root: string): Finding[] {
  const projects = [
    'tsconfig.tests.json',
    ...packagesOf(root).map(({ folder }) => `packages/${folder}/tsconfig.json`),
  ]
  const sources = new Set(
    ['packages', 'scripts', 'test', 'bench'].flatMap(folder => filesBelow(root, folder, /\.ts$/)),
  )
  const seen = new Set<string>()
  const api = new API({ cwd: root })
  try {
    return projects.flatMap(config => {
      const path = join(root, config)
      const snapshot = api.updateSnapshot({ openProjects: [path] })
      const project = snapshot.getProject(path)
      if (project === undefined) return [`${config}: the compiler does not open it`]
      return [...sources]
        .filter(source => !seen.has(source))
        .flatMap(source => {
          const findings = dropped(project.program, project.checker, root, source)
          if (findings !== undefined) seen.add(source)
          return findings ?? []
        })
    })
  } finally {
    api.close()
  }
}

function dropped(program: Program, checker: Checker, root: string, source: string): Finding[] | undefined {
  const file = program.getSourceFile(join(root, source))
  if (file === undefined) return undefined
  const statements: Expression[] = []
  const collect = (node: Parameters<typeof isExpressionStatement>[0]): void => {
    if (isExpressionStatement(node)) statements.push(node.expression)
    node.forEachChild(child => {
      collect(child)
      return undefined
    })
  }
  collect(file)
  const calls = statements.filter(isCallExpression).filter(call => !handled(call))
  const types = checker.getTypeAtLocation(calls)
  return calls
    .filter((_, i) => {
      const type = types[i]
      return type !== undefined && ['then', 'catch'].every(name => checker.getPropertyOfType(type, name))
    })
    .map(call => `${source}:${lineAt(file.text, call.getStart(file))}: nobody awaits this promise`)
}

function handled(call: CallExpression): boolean {
  const callee = call.expression
  if (isIdentifier(callee)) return AWAITED_BY_RUNNER.has(callee.text)
  if (!isPropertyAccessExpression(callee)) return false
  return callee.name.text === 'catch' || (callee.name.text === 'then' && call.arguments.length === 2)
}
