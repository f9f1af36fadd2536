import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** The compiler, loaded once: Hardhat starts it anew for each build, which takes longer than to compile. */
const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }

interface Input {
  readonly language: string
  readonly settings: object
  readonly sources: Readonly<Record<string, { readonly content: string }>>
}

interface Code {
  readonly object: string
  readonly immutableReferences?: object
}

interface Output {
  readonly errors?: readonly { readonly severity: string }[]
  readonly contracts?: Readonly<
    Record<string, Record<string, { evm: { bytecode: Code; deployedBytecode: Code } }>>
  >
}

const SELECTED = [
  'evm.bytecode.object',
  'evm.deployedBytecode.object',
  'evm.deployedBytecode.immutableReferences',
]

/** Compiles a changed source in a folder that Hardhat has built, and puts the code into its artifacts. */
export class Compiler {
  readonly #folder: string
  readonly #input: Input

  /** @param source A source that is in the build wanted; the one with the most sources is taken. */
  constructor(folder: string, source: string) {
    this.#folder = folder
    const inputs = globSync('artifacts/build-info/*.json', { cwd: folder })
      .filter(path => !path.endsWith('.output.json'))
      .map(path => (JSON.parse(readFileSync(join(folder, path), 'utf8')) as { input: Input }).input)
      .filter(({ sources }) => `project/${source}` in sources)
    this.#input = inputs.reduce((a, b) =>
      Object.keys(b.sources).length > Object.keys(a.sources).length ? b : a,
    )
  }

  /** Whether it compiles. */
  compile(path: string, content: string): boolean {
    const input = {
      ...this.#input,
      settings: { ...this.#input.settings, outputSelection: { '*': { '*': SELECTED } } },
      sources: { ...this.#input.sources, [`project/${path}`]: { content } },
    }
    const { errors, contracts } = JSON.parse(solc.compile(JSON.stringify(input))) as Output
    if (contracts === undefined || errors?.some(({ severity }) => severity === 'error')) return false
    for (const [source, ofSource] of Object.entries(contracts)) {
      for (const [name, { evm }] of Object.entries(ofSource)) this.#place(source, name, evm)
    }
    return true
  }

  #place(source: string, name: string, evm: { bytecode: Code; deployedBytecode: Code }): void {
    const file = join(this.#folder, 'artifacts', source.replace(/^project\//, ''), `${name}.json`)
    if (!existsSync(file)) return
    const artifact = JSON.parse(readFileSync(file, 'utf8')) as { bytecode: string }
    const bytecode = `0x${evm.bytecode.object}`
    if (artifact.bytecode === bytecode) return
    const { object, immutableReferences } = evm.deployedBytecode
    const changed = { ...artifact, bytecode, deployedBytecode: `0x${object}`, immutableReferences }
    writeFileSync(file, JSON.stringify(changed, null, 2))
  }
}
