/** Writes docs/cli.md from the command's own help; with `--check` says whether it is fresh. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT_CODES, EXIT_OK, EXIT_UNEXPECTED } from '../packages/cli/src/exit-codes.ts'
import { Output } from '../packages/cli/src/output.ts'
import { createProgram } from '../packages/cli/src/program.ts'
import { REMEDIES } from '../packages/cli/src/remedies.ts'
import { ROOT } from './workspace.ts'

const FILE = join(ROOT, 'docs/cli.md')
const INTRODUCTION = join(ROOT, 'scripts/cli-introduction.md')
/** Columns of the help as it is printed here; on a terminal it follows the terminal. */
const COLUMNS = 100

type Command = ReturnType<typeof createProgram>

function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({
    getOutHelpWidth: () => COLUMNS,
    writeOut: piece => {
      text += piece
    },
  })
  command.outputHelp()
  return text.trimEnd()
}

function document(): string {
  const { env, stdin, stderr } = process
  const runtime = {
    env,
    stdin,
    stderr,
    stdout: new Output(process.stdout),
    signal: new AbortController().signal,
  }
  const program = createProgram(runtime, () => {})
  const sectionsOf = (command: Command, path: string, level: string): string[] => [
    `${level} \`${path}\`\n\n\`\`\`text\n${helpOf(command)}\n\`\`\`\n`,
    ...command.commands.flatMap(sub => sectionsOf(sub, `${path} ${sub.name()}`, `${level}#`)),
  ]
  const sections = program.commands.flatMap(command =>
    sectionsOf(command, `remote-log ${command.name()}`, '##'),
  )
  const codes = Object.entries(EXIT_CODES)
    .sort(([, a], [, b]) => a - b)
    .map(([code, exit]) => `| ${exit} | \`${code}\` | ${REMEDIES[code as keyof typeof REMEDIES]} |\n`)
  return `${readFileSync(INTRODUCTION, 'utf8')}
## Exit codes

| exit code | error | what to do |
|---|---|---|
| ${EXIT_OK} | | it worked |
| ${EXIT_UNEXPECTED} | \`UNEXPECTED\` | A fault of remote-log: REMOTE_LOG_DEBUG=1 shows where it happened. |
${codes.join('')}
What each error means stands in [errors.md](errors.md). A command that was ended by SIGTERM exits with 143.

${sections.join('\n')}`
}

const text = document()
if (!process.argv.includes('--check')) writeFileSync(FILE, text)
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error('docs/cli.md is not what remote-log --help says: node scripts/generate-cli-docs.ts')
  process.exitCode = 1
}
