import { globSync } from 'node:fs'
import { contractSandbox, hardhatIn } from './contract-sandbox.ts'
import { type Finding, filesBelow, ROOT, readText } from './workspace.ts'

/** Fewer runs than in the tests proper: lines that only rare input reaches have a test of their own. */
const BUDGET = `test: {
  solidity: {
    fuzz: { ...base.test.solidity.fuzz, runs: 16 },
    invariant: { ...base.test.solidity.invariant, runs: 4, depth: 32 },
  },
},`

/** These hold figures that code which counts its lines can't have. */
const SNAPSHOTS = /gas\.test\.ts$/

/**
 * Every line and statement in contracts/ runs in a test, as Hardhat counts them.
 *
 * @param table What Hardhat prints.
 * @param config Text of Hardhat's configuration.
 */
export function checkCoverage(root: string, table: string, config: string): Finding[] {
  const rows = [...table.matchAll(/^║ (contracts\/\S+\.sol)\s*│ ([\d.]+)\s*│ ([\d.]+)\s*│ (.*?)\s*║$/gm)]
  return [
    ...rows
      .filter(([, , lines, statements]) => lines !== '100.00' || statements !== '100.00')
      .map(
        ([, path, lines, statements, uncovered]) =>
          `${path}: ${lines} % of the lines and ${statements} % of the statements run in tests; not those at ${uncovered}`,
      ),
    ...filesBelow(root, 'contracts', /\.sol$/)
      .filter(path => hasStatements(readText(root, path)) && !rows.some(([, row]) => row === path))
      .map(path => `${path}: not in the coverage report`),
    ...(/skipFiles/.test(config)
      ? ['hardhat.config.ts: no contract is left out of the coverage report']
      : []),
  ]
}

/** Interfaces have none, nor has a contract that only puts others together. */
function hasStatements(text: string): boolean {
  return /^ {8,}\S.*;$/m.test(text.replace(/^ *\/\/.*$/gm, '')) && !/^interface /m.test(text)
}

/** `npm run coverage`. Exit code 1 where a test fails or a line does not run. */
if (import.meta.main) {
  const folder = contractSandbox('coverage', BUDGET)
  const tests = globSync('test/contracts/**/*.{test.ts,t.sol}', { cwd: folder }).filter(
    path => !SNAPSHOTS.test(path),
  )
  const { status, output } = hardhatIn(folder, ['--coverage', '--no-typechain', 'test', ...tests.sort()])
  const report = output.slice(output.indexOf('╔'))
  const findings = checkCoverage(ROOT, report, readText(ROOT, 'hardhat.config.ts'))
  console.log(status === 0 ? report : output)
  for (const finding of findings) console.error(finding)
  if (status !== 0 || findings.length > 0) process.exitCode = 1
}
