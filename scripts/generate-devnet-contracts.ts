/** Compiles packages/devnet/contracts for the development network; with `--check` says whether that is fresh. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ROOT } from './workspace.ts'

const NAMES = ['Bzz', 'Postage']
const SOURCES = join(ROOT, 'packages/devnet/contracts')
const TARGET = join(ROOT, 'packages/devnet/src/generated/postage-contracts.ts')

interface Output {
  readonly errors?: { readonly formattedMessage: string }[]
  readonly contracts: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>
}

const require = createRequire(import.meta.url)
const { compile } = require('solc') as {
  compile(input: string, callbacks: { import: (path: string) => { contents: string } }): string
}
const input = {
  language: 'Solidity',
  sources: Object.fromEntries(
    NAMES.map(name => [`${name}.sol`, { content: readFileSync(join(SOURCES, `${name}.sol`), 'utf8') }]),
  ),
  settings: {
    evmVersion: 'cancun',
    optimizer: { enabled: true, runs: 200 },
    metadata: { bytecodeHash: 'none', appendCBOR: false },
    outputSelection: { '*': { '*': ['evm.bytecode.object'] } },
  },
}
const output = JSON.parse(
  compile(JSON.stringify(input), {
    import: path => ({ contents: readFileSync(require.resolve(path), 'utf8') }),
  }),
) as Output
const said = output.errors?.map(({ formattedMessage }) => formattedMessage).join('\n')
if (said) throw new TypeError(said)

const constants = NAMES.map(name => {
  const code = output.contracts[`${name}.sol`]![name]!.evm.bytecode.object
  return `/** Creation code of packages/devnet/contracts/${name}.sol, \`0x\` hex. */\nexport const ${name.toUpperCase()}_CODE =\n  '0x${code}'\n`
})
const text = `// Written by scripts/generate-devnet-contracts.ts.\n\n${constants.join('\n')}`
if (!process.argv.includes('--check')) {
  mkdirSync(dirname(TARGET), { recursive: true })
  writeFileSync(TARGET, text)
} else if (!existsSync(TARGET) || readFileSync(TARGET, 'utf8') !== text) {
  console.error('packages/devnet/src/generated is not what the contracts say')
  process.exitCode = 1
}
