import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './workspace.ts'

/** Where Hardhat's typechain plugin writes (hardhat.config.ts); not committed. */
const SOURCE = join(ROOT, 'types/contracts')
const TARGET = join(ROOT, 'packages/ethereum/src/generated')

/** What the package needs of it: the contracts' types, and their factories with ABI and bytecode. */
const FILES: Readonly<Record<string, string>> = {
  'common.ts': 'common.ts',
  'RemoteLogRegistry.ts': 'RemoteLogRegistry.ts',
  'factories/RemoteLogRegistry__factory.ts': 'RemoteLogRegistry__factory.ts',
  'RemoteLogResolver.ts': 'RemoteLogResolver.ts',
  'factories/RemoteLogResolver__factory.ts': 'RemoteLogResolver__factory.ts',
  'RemoteLogVerifier.ts': 'RemoteLogVerifier.ts',
  'factories/RemoteLogVerifier__factory.ts': 'RemoteLogVerifier__factory.ts',
}

/** What another generator writes there. */
const OTHERS = ['deployments.ts']

/** Makes a file importable where types are only stripped: imports name `.ts` files, and stand side by side. */
function adapt(text: string): string {
  return `${text
    .replace(/^\/\* tslint:disable \*\/\n/m, '')
    .replace(/(from\s+["'])\.{1,2}\/(\w+)\.js(["'])/g, '$1./$2.ts$3')
    .replace(/^(\s*export interface OutputObject \{.*\});$/gm, '$1')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`
}

process.chdir(ROOT)
const { default: hre } = await import('hardhat')
await hre.tasks.getTask('build').run({ quiet: true, force: !existsSync(SOURCE) })

const fresh = new Map(
  Object.entries(FILES).map(([from, to]) => [to, adapt(readFileSync(join(SOURCE, from), 'utf8'))]),
)
const standing = existsSync(TARGET) ? readdirSync(TARGET).filter(name => !OTHERS.includes(name)) : []
if (process.argv.includes('--check')) {
  const wrong = [...new Set([...fresh.keys(), ...standing])].filter(
    name => !standing.includes(name) || readFileSync(join(TARGET, name), 'utf8') !== fresh.get(name),
  )
  if (wrong.length > 0) {
    console.error(`packages/ethereum/src/generated is not what the contracts say: ${wrong.join(', ')}`)
    process.exitCode = 1
  }
} else {
  for (const name of standing) rmSync(join(TARGET, name))
  mkdirSync(TARGET, { recursive: true })
  for (const [name, text] of fresh) writeFileSync(join(TARGET, name), text)
}
