import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { causalVectors } from './vectors/causal.ts'
import { logVectors } from './vectors/log.ts'
import { pageVectors } from './vectors/page.ts'
import { rfcPageVectors } from './vectors/rfc-page.ts'

/**
 * The vectors under test/vectors that follow from docs/spec.md. A file that exists never changes: where the format
 * changes, it gets a new version and a new file. With `--check` nothing is written.
 */
const VECTORS: Readonly<Record<string, () => unknown>> = {
  'causal-v1.json': causalVectors,
  'log-v1.json': logVectors,
  'page-v1.json': pageVectors,
  'rfc-page-v1.json': rfcPageVectors,
}

const check = process.argv.includes('--check')
for (const [name, make] of Object.entries(VECTORS)) {
  const path = new URL(`../test/vectors/${name}`, import.meta.url)
  const text = `${JSON.stringify(make(), undefined, 1)}\n`
  if (existsSync(path)) {
    if (readFileSync(path, 'utf8') === text) continue
    console.error(
      `test/vectors/${name}: the code gives other vectors. Existing ones stay; a new format is a new file.`,
    )
    process.exitCode = 1
  } else if (check) {
    console.error(`test/vectors/${name}: missing; run npm run generate`)
    process.exitCode = 1
  } else {
    writeFileSync(path, text)
    console.log(`test/vectors/${name}`)
  }
}
