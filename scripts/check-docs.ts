import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { anchorsOf, type Fence, fencesOf, linksOf } from './markdown.ts'
import { binary } from './tools.ts'
import { type Finding, filesBelow, readText } from './workspace.ts'

/** Ignored by git and the formatter; below the root, so that examples find the workspace packages. */
const EXAMPLES = 'cache/docs-examples'
const RUN_TIMEOUT_MS = 120_000

interface Example {
  readonly document: string
  /** Of the extracted file, below {@link EXAMPLES}. */
  readonly file: string
  readonly fence: Fence
  /** What the run has to print: the ```text block marked `output` that follows. */
  readonly output: string | undefined
}

/**
 * Documents keep their word: ```ts blocks compile, those marked `run` run to the end and print what the following
 * block marked `output` says, and links to files and headings lead somewhere.
 */
export function checkDocs(root: string): Finding[] {
  const documents = filesBelow(root, '.', /\.md$/)
  const examples = documents.flatMap(document => examplesOf(root, document))
  const wrong = compile(root, examples)
  return [
    ...documents.flatMap(document => deadLinks(root, document)),
    ...wrong,
    ...(wrong.length === 0 ? examples.flatMap(example => execute(root, example)) : []),
  ]
}

function examplesOf(root: string, document: string): Example[] {
  const fences = fencesOf(readText(root, document))
  return fences.flatMap((fence, i) => {
    if (fence.language !== 'ts') return []
    const next = fences[i + 1]
    return [
      {
        document,
        file: `${document.replace(/[^\w]+/g, '-')}-${fence.line}.ts`,
        fence,
        output: next?.marks.includes('output') ? next.text : undefined,
      },
    ]
  })
}

/** Each block becomes a module whose lines stand where they stand in the document. */
function compile(root: string, examples: readonly Example[]): Finding[] {
  const folder = join(root, EXAMPLES)
  rmSync(folder, { recursive: true, force: true })
  if (examples.length === 0) return []
  mkdirSync(folder, { recursive: true })
  for (const { file, fence } of examples) {
    writeFileSync(join(folder, file), `${'\n'.repeat(fence.line - 1)}${fence.text}\nexport {}\n`)
  }
  const config = {
    extends: '../../tsconfig.tests.json',
    compilerOptions: { incremental: false, noUnusedLocals: false },
    include: ['.'],
    exclude: [],
    references: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const { stdout, status } = spawnSync(process.execPath, [binary('typescript', 'tsc'), '-p', folder], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status === 0) return []
  return stdout
    .trim()
    .split('\n')
    .map(line =>
      line.replace(/^([^(\s]+)\((\d+),\d+\):/, (whole, file: string, row: string) => {
        const example = examples.find(candidate => candidate.file === file)
        return example === undefined ? whole : `${example.document}:${row}:`
      }),
    )
}

function execute(root: string, { document, file, fence, output }: Example): Finding[] {
  if (!fence.marks.includes('run')) return []
  const run = spawnSync(process.execPath, [join(EXAMPLES, file)], {
    cwd: root,
    encoding: 'utf8',
    timeout: RUN_TIMEOUT_MS,
  })
  const where = `${document}:${fence.line}`
  if (run.status !== 0) {
    return [
      `${where}: the example ends with ${run.signal ?? run.status}:\n${`${run.stdout}${run.stderr}`.trimEnd()}`,
    ]
  }
  if (output === undefined || run.stdout === output) return []
  return [
    `${where}: the example prints\n${run.stdout.trimEnd()}\n  where the document says\n${output.trimEnd()}`,
  ]
}

function deadLinks(root: string, document: string): Finding[] {
  return linksOf(readText(root, document)).flatMap(({ target, line }) => {
    if (/^[a-z]+:/.test(target)) return []
    const [path = '', anchor] = target.split('#')
    const file = path === '' ? document : normalize(join(dirname(document), path))
    const where = `${document}:${line}`
    if (!existsSync(join(root, file))) return [`${where}: ${target} leads nowhere`]
    if (anchor === undefined || !file.endsWith('.md')) return []
    return anchorsOf(readText(root, file)).includes(anchor)
      ? []
      : [`${where}: ${file} has no heading #${anchor}`]
  })
}
