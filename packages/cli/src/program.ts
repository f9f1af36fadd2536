import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addAppend } from './commands/append.ts'
import { addAudit } from './commands/audit.ts'
import { addCat } from './commands/cat.ts'
import { addContacts } from './commands/contacts.ts'
import { addDevnet } from './commands/devnet.ts'
import { addExport } from './commands/export.ts'
import { addForget } from './commands/forget.ts'
import { addGateways } from './commands/gateways.ts'
import { addGroup } from './commands/group.ts'
import { addHead } from './commands/head.ts'
import { addImport } from './commands/import.ts'
import { addInit } from './commands/init.ts'
import { addLane } from './commands/lane.ts'
import { addPostage } from './commands/postage.ts'
import { addPublish } from './commands/publish.ts'
import { addRenew } from './commands/renew.ts'
import { addRepair } from './commands/repair.ts'
import { addStatus } from './commands/status.ts'
import { addSync } from './commands/sync.ts'
import { addTail } from './commands/tail.ts'
import { addVerify } from './commands/verify.ts'
import { addWriter } from './commands/writer.ts'
import { EXIT_CODES, EXIT_OK, EXIT_UNEXPECTED } from './exit-codes.ts'
import { parseDuration } from './parse-option.ts'
import type { Runtime } from './runtime.ts'

/** Options that every command takes. */
export interface GlobalOptions {
  readonly home?: string
  readonly json?: boolean
  /** How long to wait for another process that uses the home folder, in milliseconds. */
  readonly lockTimeout?: number
  /** How long a request that a node refused is made again, in milliseconds. */
  readonly retryFor?: number
  /** The command that runs. */
  readonly command?: string
}

/** Sets the process's exit code where a command did its work and the result is not all good. */
export type SetExitCode = (code: number) => void

/** The command `remote-log` with all its subcommands. Parsing throws instead of ending the process. */
export function createProgram(runtime: Runtime, setExitCode: SetExitCode): Command {
  const program = new Command('remote-log')
    .description('Append-only logs on Swarm whose newest page is named in an Ethereum registry.')
    .version(version(), '-V, --version', 'print the version')
    .option(
      '--home <dir>',
      'folder of the log: configuration, key, local database (REMOTE_LOG_HOME; default ~/.remote-log)',
    )
    .option('--json', 'print JSON: one value, or one a line for streams')
    .option(
      '--lock-timeout <time>',
      'how long to wait for another remote-log that uses the folder (default 30s; 0s: not at all)',
      parseDuration,
    )
    .option(
      '--retry-for <time>',
      'how long a request that a Bee node refused is made again (default 20s; 70s outlasts its blindest minute)',
      parseDuration,
    )
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => {} })
    .showHelpAfterError(false)
    .exitOverride()
    .addHelpText('after', HELP_FOOTER)
    .hook('preAction', (_, command) => {
      command.setOptionValue('command', command.name())
    })
  for (const add of [
    addDevnet,
    addInit,
    addAppend,
    addPublish,
    addPostage,
    addSync,
    addCat,
    addTail,
    addLane,
    addWriter,
    addContacts,
    addGroup,
    addHead,
    addStatus,
    addGateways,
    addVerify,
    addAudit,
    addRepair,
    addRenew,
    addExport,
    addImport,
    addForget,
  ]) {
    add(program, runtime, setExitCode)
  }
  return program
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

const HELP_FOOTER = `
Environment:
  REMOTE_LOG_HOME      the folder that --home names
  REMOTE_LOG_PASSWORD  password of the key file
  REMOTE_LOG_KEY       a private key (0x and 64 hex digits), used instead of the key file
  REMOTE_LOG_MNEMONIC  a seed phrase (BIP-39), used instead of the key file
  REMOTE_LOG_DEBUG     any value: errors come with their stack trace

Exit codes:
${exitCodeTable()}
Examples:
  $ remote-log devnet --folder ./net
  $ remote-log init --devnet ./net --devnet-account 0 --topic notes
  $ echo hello | remote-log append --publish
  $ remote-log --home ./bob init --devnet ./net --log remotelog:31337/0x…/0x…/0x…
  $ remote-log --home ./bob cat
`

function exitCodeTable(): string {
  const rows: [number, string][] = [
    [EXIT_OK, 'it worked'],
    [EXIT_UNEXPECTED, 'an unforeseen fault'],
    ...Object.entries(EXIT_CODES).map(([code, exit]): [number, string] => [exit, code]),
  ]
  return rows.map(([exit, name]) => `  ${String(exit).padStart(3)}  ${name}\n`).join('')
}
