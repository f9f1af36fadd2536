import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { KillField, type Outcome } from '../test/kills/field.ts'
import { ROOT } from './workspace.ts'

const usage = `npm run kills                                 20 seeds, each a writer that is killed once to three times
npm run kills -- --seeds 300 --json FILE      more of them; the result goes into a file (docs/kills.json)
npm run kills -- --from 17 --seeds 1          one again: a seed always kills at the same place

A writer process appends and publishes over a devnet in this process, and is killed by SIGKILL: at the n-th line that it
prints, the n-th request to the Bee node or to the chain, or when so many milliseconds have passed. After each kill a
reader has to find a first part of the log, and the folder whatever was acknowledged; the next run has to complete the
log, each entry once and in order, and no chunk may be paid for twice. Exit code 1 where one of it does not hold.`

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    from: { type: 'string', default: '0' },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
})
const [count, from] = [Number(values.seeds), Number(values.from)]
if (values.help || !Number.isInteger(count) || count < 1 || !Number.isInteger(from) || from < 0) {
  console.error(usage)
  process.exit(values.help ? 0 : 2)
}

let stopped = false
process.once('SIGINT', () => {
  stopped = true
})
mkdirSync(`${ROOT}/cache`, { recursive: true })
const begun = new Date()
const commit = git('rev-parse', 'HEAD') + (git('status', '--porcelain') === '' ? '' : ' and changes')
const field = await KillField.start()
const outcomes: Outcome[] = []
const failures: { readonly seed: number; readonly error: string }[] = []
let seed = from
for (; seed < from + count && !stopped; seed++) {
  try {
    outcomes.push(...(await field.run(seed)))
  } catch (error) {
    failures.push({ seed, error: String(error) })
    console.error(`seed ${seed} FAILS: ${error instanceof Error ? error.stack : error}`)
    console.error(`Again: npm run kills -- --from ${seed} --seeds 1`)
  }
  if ((seed - from) % 10 === 9)
    console.log(`${seed - from + 1} of ${count} seeds, ${failures.length} failures`)
}
await field.stop()

const kills = outcomes.filter(({ phase }) => phase !== 'finished')
const result = {
  command: `npm run kills -- --from ${from} --seeds ${seed - from}`,
  commit,
  node: process.version,
  begun: begun.toISOString(),
  seconds: Math.round((Date.now() - begun.getTime()) / 1000),
  seeds: { from, to: seed - 1 },
  kills: kills.length,
  /** Writers that came to their end before they were to be killed. */
  notKilled: outcomes.length - kills.length,
  byPlace: countBy(kills, ({ place }) => place),
  byPhase: countBy(kills, ({ phase }) => phase),
  /** Kills after which the reader found nothing, a part, or all of the log. */
  foundByReader: countBy(kills, ({ published, acknowledged }) =>
    published === 0 ? 'nothing yet' : published < acknowledged ? 'a part' : 'all that was acknowledged',
  ),
  failures,
}
const text = `${JSON.stringify(result, null, 2)}\n`
console.log(text)
if (values.json !== undefined) writeFileSync(values.json, text)
process.exitCode = failures.length > 0 ? 1 : stopped ? 130 : 0

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
}

function countBy<T>(items: readonly T[], name: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[name(item)] = (counts[name(item)] ?? 0) + 1
  return counts
}
