import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { contractSandbox } from '../contract-sandbox.ts'
import { binary } from '../tools.ts'
import { Compiler } from './compiler.ts'
import { apply, type Mutant } from './mutants.ts'
import type { Subject } from './subjects.ts'

/** A mutant that runs longer than this never ends. */
const TIMEOUT_MS = 120_000
/** How Hardhat begins the report of a failed test. */
const FAILURE = /^\s+\d+\) /m

/** All test files in one process: Hardhat starts one for each. */
const ALL = 'test/contracts/all.test.ts'
/** These come last. */
const SLOW = /wallets|vectors|bits|differential/

/**
 * Without optimizer and IR a mutant compiles in less than a second. Fewer runs of the fuzz tests: they find a
 * changed rule in the first few.
 */
const SETTINGS = `
solidity: {
  ...base.solidity.profiles.default,
  settings: { ...base.solidity.profiles.default.settings, viaIR: false, optimizer: { enabled: false } },
},
test: {
  solidity: {
    fuzz: { ...base.test.solidity.fuzz, runs: 64 },
    invariant: { ...base.test.solidity.invariant, runs: 8, depth: 32 },
  },
},`

/** `invalid`: the compiler refuses it. `killed`: a test fails. */
export type Outcome = 'killed' | 'survived' | 'invalid'

/** A place where mutants of a subject are tried, one at a time. */
export class Bench {
  readonly #folder: string
  readonly #hasTests: boolean
  #compiler: Compiler | undefined

  constructor(number: number, subject: Subject) {
    this.#folder = contractSandbox(`mutation-${number}`, SETTINGS)
    for (const path of filesIn(this.#folder, 'contracts')) {
      if (!subject.sources.test(path) && !subject.needs.test(path)) rmSync(join(this.#folder, path))
    }
    for (const path of filesIn(this.#folder, 'test/contracts')) {
      if (!subject.tests.test(path)) rmSync(join(this.#folder, path))
    }
    const tests = filesIn(this.#folder, 'test/contracts').filter(path => path.endsWith('.test.ts'))
    this.#hasTests = tests.length > 0
    const imports = tests.sort((a, b) => Number(SLOW.test(a)) - Number(SLOW.test(b)))
    writeFileSync(join(this.#folder, ALL), imports.map(path => `import './${basename(path)}'\n`).join(''))
  }

  /** Whether all tests pass without any mutant; without that nothing is worth a mutant. */
  async isSound(): Promise<boolean> {
    // By force: artifacts may still hold a mutant.
    const build = await this.#hardhat(['build', '--force', '--quiet', '--no-typechain'])
    return build.passed && (await this.#outcome()) === 'survived'
  }

  async try(path: string, source: string, mutant: Mutant): Promise<Outcome> {
    this.#compiler ??= new Compiler(this.#folder, path)
    return this.#compiler.compile(path, apply(source, mutant)) ? await this.#outcome() : 'invalid'
  }

  async #outcome(): Promise<Outcome> {
    if (this.#hasTests && !(await this.#test('nodejs', ALL))) return 'killed'
    return (await this.#test('solidity')) ? 'survived' : 'killed'
  }

  async #test(kind: string, ...files: readonly string[]): Promise<boolean> {
    return (await this.#hardhat(['test', kind, '--no-compile', '--no-typechain', ...files])).passed
  }

  /** Ends with the first failure. */
  async #hardhat(args: readonly string[]): Promise<{ passed: boolean }> {
    const child = spawn(process.execPath, [binary('hardhat', 'hardhat'), ...args], {
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let output = ''
    const collect = (chunk: Buffer): void => {
      output += chunk.toString()
      if (FAILURE.test(output)) end(child)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    const timer = setTimeout(end, TIMEOUT_MS, child)
    const code = await new Promise<number | null>(resolve => child.on('close', resolve))
    clearTimeout(timer)
    return { passed: code === 0 }
  }
}

/** With the processes that it started. */
function end(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It ended by itself meanwhile.
  }
}

function filesIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort()
}
