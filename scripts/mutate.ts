import { parseArgs } from 'node:util'
import { Bench } from './mutation/bench.ts'
import { type Mutant, mutantsOf } from './mutation/mutants.ts'
import {
  codeHash,
  RESULTS,
  readResults,
  type Survivor,
  withExplanations,
  writeResults,
} from './mutation/results.ts'
import { subjectOf } from './mutation/subjects.ts'
import { filesBelow, ROOT, readText } from './workspace.ts'

const usage = `npm run mutate                                     the registry's sources
npm run mutate -- --file contracts/SwarmProof.sol  some sources (may be given again)
npm run mutate -- --sample 20                      of each source 20 mutants, evenly spread; writes no results
npm run mutate -- --jobs 1                         how many at a time; 2 without it`

const { values } = parseArgs({
  options: {
    file: { type: 'string', multiple: true },
    sample: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    help: { type: 'boolean' },
  },
})
const files = values.file ?? filesBelow(ROOT, 'contracts', /\.sol$/).filter(path => /\/registry\//.test(path))
const subjects = new Set(files.map(subjectOf))
const [subject] = subjects
if (values.help || subject === undefined || subjects.size > 1) {
  console.error(usage)
  process.exit(values.help ? 0 : 2)
}

const benches = Array.from({ length: Number(values.jobs) }, (_, i) => new Bench(i, subject))
for (const bench of benches) {
  if (await bench.isSound()) continue
  console.error('tests fail without any mutant')
  process.exit(1)
}

for (const path of files) {
  const source = readText(ROOT, path)
  const mutants = sampled(mutantsOf(source))
  const counts = { killed: 0, invalid: 0 }
  const survivors: (Survivor & { offset: number })[] = []
  const queue = [...mutants]
  await Promise.all(
    benches.map(async bench => {
      for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
        const outcome = await bench.try(path, source, mutant)
        const { line, offset, original, replacement } = mutant
        if (outcome !== 'survived') counts[outcome] += 1
        else {
          survivors.push({ line, offset, original, replacement, why: '' })
          console.log(`${path}:${line}: survives: ${original} -> ${replacement}`)
        }
      }
    }),
  )
  console.log(
    `${path}: ${mutants.length} mutants, ${counts.killed} killed, ${counts.invalid} do not compile, ${survivors.length} survive`,
  )
  if (values.sample !== undefined) continue
  const sorted = survivors.sort((a, b) => a.offset - b.offset).map(({ offset: _, ...survivor }) => survivor)
  const result = { code: codeHash(source), mutants: mutants.length, ...counts, survivors: sorted }
  const standing = readResults(ROOT)
  writeResults(ROOT, { ...standing, [path]: withExplanations(result, standing[path]) })
}
if (values.sample === undefined)
  console.log(`written: ${RESULTS}; npm run check -- mutation asks for what is missing`)

function sampled(mutants: readonly Mutant[]): readonly Mutant[] {
  const count = Math.min(Number(values.sample ?? mutants.length), mutants.length)
  return Array.from({ length: count }, (_, i) => mutants[Math.floor((i * mutants.length) / count)]!)
}
