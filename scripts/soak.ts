import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { step } from '../packages/client/test/model/steps.ts'
import { type Counts, Universe } from '../packages/client/test/model/universe.ts'
import { ROOT } from './workspace.ts'

/** Universes of one seed: a failure is found again, and made smaller, within so many. */
const TOGETHER = 20

const usage = `npm run soak                                  ten minutes of the model test with other seeds and longer stories
npm run soak -- --minutes 60 --json FILE      longer; the result goes into a file (docs/soak.json)
npm run soak -- --from 17 --seeds 1           one seed again, smaller

Two writing devices, a reader, a network and a chain in memory: appends, publishes, syncs, kills at any call, stores that
are cut, silent, lie or deny, a chain that is cut, silent, lags, lies or loses receipts, reorganisations, wiped devices.
After every step the devices and a new reader must agree with a plain list. Exit code 1 where they do not.`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    from: { type: 'string' },
    seeds: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
})
const minutes = Number(values.minutes)
const from = values.from === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.from)
const seeds = values.seeds === undefined ? Number.POSITIVE_INFINITY : Number(values.seeds)
if (values.help || !(minutes > 0) || !Number.isInteger(from) || !(seeds > 0)) {
  console.error(usage)
  process.exit(values.help ? 0 : 2)
}

let stopped = false
process.once('SIGINT', () => {
  stopped = true
})
const begun = new Date()
const commit = git('rev-parse', 'HEAD') + (git('status', '--porcelain') === '' ? '' : ' and changes')
const counts: Counts = {}
const failures: { readonly seed: number; readonly steps: string; readonly error: string }[] = []
let seed = from
let told = Date.now()
for (; seed < from + seeds && Date.now() - begun.getTime() < minutes * 60_000 && !stopped; seed++) {
  const story = fc.array(step, { minLength: 10, maxLength: 120, size: 'max' })
  const property = fc.asyncProperty(story, steps => Universe.live(steps, counts))
  const { failed, counterexample, errorInstance } = await fc.check(property, { seed, numRuns: TOGETHER })
  if (failed) {
    const failure = { seed, steps: JSON.stringify(counterexample?.[0]), error: String(errorInstance) }
    failures.push(failure)
    console.error(`seed ${seed} FAILS: ${failure.error}\n${failure.steps}`)
  }
  if (Date.now() - told < 30_000) continue
  told = Date.now()
  console.log(`${counts.universes ?? 0} universes, ${failures.length} failures`)
}

const result = {
  command: `npm run soak -- --minutes ${minutes}`,
  commit,
  node: process.version,
  begun: begun.toISOString(),
  seconds: Math.round((Date.now() - begun.getTime()) / 1000),
  seeds: { from, to: seed - 1, universesOfEach: TOGETHER },
  /** How often each step was taken, each fault was set, and each error came. */
  counts: Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1))),
  failures,
}
const text = `${JSON.stringify(result, null, 2)}\n`
console.log(text)
if (values.json !== undefined) writeFileSync(values.json, text)
process.exitCode = failures.length > 0 ? 1 : stopped ? 130 : 0

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
}
