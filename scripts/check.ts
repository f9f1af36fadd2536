import { checkBrowser } from './check-browser.ts'
import { checkContracts } from './check-contracts.ts'
import { checkDocs } from './check-docs.ts'
import { checkErrors } from './check-errors.ts'
import { checkGenerated } from './check-generated.ts'
import { checkGuarantees } from './check-guarantees.ts'
import { checkLayers } from './check-layers.ts'
import { checkManifests } from './check-manifests.ts'
import { checkMutation } from './check-mutation.ts'
import { checkPromises } from './check-promises.ts'
import { checkSize } from './check-size.ts'
import { checkSolidity } from './check-solidity.ts'
import { checkTests } from './check-tests.ts'
import { checkTrees } from './check-trees.ts'
import { type Finding, ROOT } from './workspace.ts'

/** The house rules that a script can prove. None of them writes to a file that git knows. */
const CHECKS: Readonly<Record<string, (root: string) => Finding[] | Promise<Finding[]>>> = {
  layers: checkLayers,
  manifests: checkManifests,
  size: checkSize,
  contracts: checkContracts,
  solidity: checkSolidity,
  errors: checkErrors,
  tests: checkTests,
  trees: checkTrees,
  mutation: checkMutation,
  promises: checkPromises,
  browser: checkBrowser,
  generated: checkGenerated,
  guarantees: checkGuarantees,
  docs: checkDocs,
}

/** `npm run check`, or `npm run check -- layers size` for some of them. Exit code 1 where a rule is broken. */
const asked = process.argv.slice(2)
const unknown = asked.filter(name => !(name in CHECKS))
if (unknown.length > 0) {
  console.error(`no such check: ${unknown.join(', ')}; there are ${Object.keys(CHECKS).join(', ')}`)
  process.exit(2)
}

let broken = 0
for (const [name, check] of Object.entries(CHECKS)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const start = performance.now()
  const findings = await check(ROOT)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${findings.length === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`)
  for (const finding of findings) console.log(`  ${finding}`)
  broken += findings.length
}
if (broken > 0) {
  console.error(`\n${broken} finding${broken === 1 ? '' : 's'}`)
  process.exitCode = 1
}
