import { existsSync, globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { binary, run } from './tools.ts'
import { ROOT } from './workspace.ts'

/** A file's tests that take longer than this hang. */
const TEST_TIMEOUT_MS = 300_000

interface Step {
  readonly title: string
  /** Returns an exit code. */
  run(): number
}

/** In order; the first that fails ends the run. The tests come last, so that their summary ends the output. */
const STEPS: Readonly<Record<string, Step>> = {
  types: {
    title: 'Types',
    run: () => run(binary('typescript', 'tsc'), ['-b', 'tsconfig.build.json', 'tsconfig.tests.json']),
  },
  lint: {
    title: 'Format and lint',
    run: () => run(binary('@biomejs/biome', 'biome'), ['check', '--error-on-warnings', '.']),
  },
  checks: { title: 'House rules', run: () => run('scripts/check.ts', []) },
  contracts: {
    title: 'Contracts',
    run: () => run(binary('hardhat', 'hardhat'), ['test', '--snapshot-check']),
  },
  coverage: { title: 'Coverage of the contracts', run: () => run('scripts/check-coverage.ts', []) },
  tests: { title: 'Tests', run: () => runTests([]) },
}

function runTests(files: readonly string[]): number {
  return run('--test', [
    '--test-reporter=spec',
    `--test-concurrency=${availableParallelism()}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    ...(files.length > 0 ? files : testFiles()),
  ])
}

/** Unit tests first, what crosses package borders last. Those of the contracts run in Hardhat. */
function testFiles(): string[] {
  const patterns = [
    'packages/*/test/**/*.test.ts',
    'bench/**/*.test.ts',
    'test/!(contracts|e2e)/**/*.test.ts',
    'test/e2e/**/*.test.ts',
  ]
  return patterns.flatMap(pattern => globSync(pattern, { cwd: ROOT, exclude: ['**/node_modules/**'] }).sort())
}

const usage = `npm test                                     everything
npm test -- --only NAME[,NAME]               some steps: ${Object.keys(STEPS).join(', ')}
npm test -- packages/core/test/x.test.ts     some test files`

const { values, positionals } = parseArgs({
  options: { only: { type: 'string' }, help: { type: 'boolean' } },
  allowPositionals: true,
})
const names = values.only?.split(',') ?? Object.keys(STEPS)
const unknown = [
  ...names.filter(name => !(name in STEPS)),
  ...positionals.filter(file => !existsSync(join(ROOT, file))),
]
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`neither a step nor a test file: ${unknown.join(', ')}\n`)
  console.error(usage)
  process.exit(values.help ? 0 : 2)
}
if (positionals.length > 0) process.exit(runTests(positionals))

for (const name of names) {
  const step = STEPS[name]!
  const start = performance.now()
  console.log(`\n=== ${step.title} (${name}) ===\n`)
  const status = step.run()
  if (status !== 0) {
    if (name !== 'tests') console.error(`\n${step.title} failed. Again: npm test -- --only ${name}`)
    process.exit(status)
  }
  if (name !== 'tests')
    console.log(`\n${step.title}: fine after ${((performance.now() - start) / 1000).toFixed(0)} s`)
}
