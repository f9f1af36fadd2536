import { writeFile } from 'node:fs/promises'
import { type Arguments, parseArguments, USAGE } from './arguments.ts'
import { measure } from './measure.ts'
import { judge } from './report/row.ts'
import { table } from './report/table.ts'

let wanted: Arguments
try {
  wanted = parseArguments(process.argv.slice(2))
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`)
  process.exit(2)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const start = performance.now()
const rows = (
  await measure(wanted, text => {
    const seconds = ((performance.now() - start) / 1000).toFixed(0)
    console.error(`${seconds.padStart(4)} s  ${text}`)
  })
).map(judge)
console.log(table(rows))
if (wanted.json !== undefined) await writeFile(wanted.json, `${JSON.stringify(rows, null, 2)}\n`)

const missed = rows.filter(row => row.holds === false)
const judged = rows.filter(row => row.holds !== null)
console.log(`\n${judged.length - missed.length} of ${judged.length} bars hold`)
for (const { figure, bar } of missed) console.log(`missed: ${figure} (${bar})`)
process.exitCode = missed.length === 0 ? 0 : 1
