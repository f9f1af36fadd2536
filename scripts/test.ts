import { existsSync, globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { binary, run, runKept } from './tools.ts'
import { ROOT } from './workspace.ts'

/** A file's tests that take longer than this hang. */
const TEST_TIMEOUT_MS = 300_000

interface Step {
  readonly title: string
  /** Script and arguments. */
  command(): readonly string[]
}

const STEPS: Readonly<Record<string, Step>> = {
  types: {
    title: 'Types',
    command: () => [binary('typescript', 'tsc'), '-b', 'tsconfig.build.json', 'tsconfig.tests.json'],
  },
  lint: {
    title: 'Format and lint',
    command: () => [binary('@biomejs/biome', 'biome'), 'check', '--error-on-warnings', '.'],
  },
  checks: { title: 'House rules', command: () => ['scripts/check.ts'] },
  contracts: {
    title: 'Contracts',
    command: () => [binary('hardhat', 'hardhat'), 'test', '--snapshot-check'],
  },
  coverage: { title: 'Coverage of the contracts', command: () => ['scripts/check-coverage.ts'] },
  tests: { title: 'Tests', command: () => testCommand(testFiles()) },
}

/**
 * Each of these uses one core, so they run side by side: in a lane one after the other, as those do which build the
 * contracts in the same folder, or look at what the compiler made. The tests use all cores, and come last.
 */
const LANES: readonly (readonly string[])[] = [
  ['types', 'checks', 'contracts'],
  ['lint', 'coverage'],
]
const LAST = 'tests'

function testCommand(files: readonly string[]): readonly string[] {
  return [
    '--test',
    '--test-reporter=spec',
    // One more than there are cores: many a test waits for a while.
    `--test-concurrency=${availableParallelism() + 1}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    ...files,
  ]
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
if (positionals.length > 0) process.exit(await run(testCommand(positionals)))

const summary: string[] = []
const lanes = LANES.map(lane => lane.filter(name => names.includes(name))).filter(lane => lane.length > 0)
const failed = (await Promise.all(lanes.map(runLane))).filter(failure => failure !== undefined)
for (const { name, said } of failed) {
  console.error(`${said}\n${STEPS[name]!.title} failed. Again: npm test -- --only ${name}`)
}
if (failed.length === 0 && names.includes(LAST)) {
  const { title, command } = STEPS[LAST]!
  console.log(`${summary.join('\n')}\n\n=== ${title} (${LAST}) ===\n`)
  process.exitCode = await run(command(), await fasterStart())
} else {
  console.log(`\n${summary.join('\n')}`)
  process.exitCode = failed.length > 0 ? 1 : 0
}

/** The environment of processes that, like those which they start, find TypeScript without its types. */
async function fasterStart(): Promise<NodeJS.ProcessEnv> {
  const script = join(ROOT, 'scripts/stripped-types.mjs')
  const { NODE_OPTIONS = '', ...env } = process.env
  const status = await run(['--disable-warning=ExperimentalWarning', script])
  return status === 0
    ? { ...env, NODE_OPTIONS: `${NODE_OPTIONS} --import=${pathToFileURL(script)}` }
    : process.env
}

/**
 * Runs steps until one fails. Beside another lane, what each says is shown when it ends, so that no two are mixed, and
 * failures at the very end.
 */
async function runLane(lane: readonly string[]): Promise<{ name: string; said: string } | undefined> {
  for (const name of lane) {
    const { title, command } = STEPS[name]!
    const start = performance.now()
    const heading = `\n=== ${title} (${name}) ===\n`
    const alone = lanes.length === 1
    console.log(alone ? heading : `${title} (${name}) ...`)
    const { status, output } = alone ? { status: await run(command()), output: '' } : await runKept(command())
    const seconds = ((performance.now() - start) / 1000).toFixed(0)
    const said = alone ? '' : `${heading}\n${output}`
    summary.push(`${title}: ${status === 0 ? 'fine' : 'FAILED'} after ${seconds} s`)
    if (status !== 0) return { name, said }
    console.log(`${said}\n${title}: fine after ${seconds} s\n`)
  }
  return undefined
}
