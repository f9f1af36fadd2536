import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { proofVectors } from './vectors/proof.ts'

/**
 * test/vectors/proof-v1.json: proofs that hold and proofs that do not, for TypeScript and Solidity. A file that exists
 * never changes: where the format changes, it gets a new version and a new file. With `--check` nothing is written.
 */
const TARGET = new URL('../test/vectors/proof-v1.json', import.meta.url)

const text = `${JSON.stringify(proofVectors(), undefined, 1)}\n`
if (existsSync(TARGET)) {
  if (readFileSync(TARGET, 'utf8') !== text) {
    console.error('test/vectors/proof-v1.json: the code gives other vectors. A new format is a new file.')
    process.exitCode = 1
  }
} else if (process.argv.includes('--check')) {
  console.error('test/vectors/proof-v1.json: missing; run npm run generate')
  process.exitCode = 1
} else {
  writeFileSync(TARGET, text)
}
