import { InvalidArgumentError } from '@remote-log/core'
import { type Command, Option } from 'commander'
import { addEvidence, type EvidenceOptions } from '../evidence.ts'
import { followProgress } from '../follow-progress.ts'
import { withLog } from '../open-log.ts'
import { parseUrl } from '../parse-option.ts'
import type { GlobalOptions } from '../program.ts'
import type { Runtime } from '../runtime.ts'
import { describePublish, showPublish } from '../show-publish.ts'

interface Options extends GlobalOptions, EvidenceOptions {
  readonly passwordFile?: string
  readonly onConflict: 'rebase' | 'fail'
  readonly anchor?: boolean
  readonly feedOnly?: boolean
  readonly relayer?: string
}

export function addPublish(program: Command, runtime: Runtime): void {
  const command = program
    .command('publish')
    .description('Upload what was appended to Swarm and move the head in the registry.')
    .addOption(onConflictOption())
    .option('--anchor', 'with a feed: move the head in the registry now')
    .option('--feed-only', 'with a feed: spend no gas, or fail')
    .option('--relayer <url>', 'post the signed head there in place of a transaction of your own', parseUrl)
    .option(
      '--password-file <file>',
      'file with the password of the key file (else REMOTE_LOG_PASSWORD or a prompt)',
    )
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const options: Options = command.optsWithGlobals()
      if (options.anchor && options.feedOnly) {
        throw new InvalidArgumentError('--anchor and --feed-only exclude each other', {})
      }
      const anchor = options.anchor ? true : options.feedOnly ? false : undefined
      await withLog(runtime, { ...options, use: 'publish' }, async log => {
        const report = await followProgress(runtime, 'publishing', onProgress =>
          log.publish({ signal: runtime.signal, onProgress, onConflict: options.onConflict, anchor }),
        )
        if (options.json) await runtime.stdout.json(describePublish(report))
        else await showPublish(runtime.stdout, report)
      })
    })
  addEvidence(command)
}

const HELP = `
A publish that is stopped at any point publishes nothing half-way; the next one resumes it.

On a log set up with --feed, entries are announced in a Swarm feed, which costs no gas, and the head moves in the
registry after as many entries as --anchor-every said, or with --anchor. Until then readers see them as provisional.

With --relayer (here or at init) the head is signed and posted as JSON; whoever is there takes it to the registry and pays.
Nothing that it says is believed: the publish ends when the chain has the head, else with exit code 11, and the entries
stay. Then publish again: nothing is published twice.

The head moves once the network has every chunk: by the word of the node's tags, and with --evidence sample (the head page
and 32 random chunks) or all also by that of a second node, which serves them.

Examples:
  $ remote-log publish
  $ remote-log publish --evidence all --read-back http://another.example:1633
  $ remote-log publish --json
  $ remote-log publish --feed-only
  $ remote-log publish --anchor
  $ remote-log publish --relayer https://relayer.example/heads
  $ remote-log publish --on-conflict fail
`

/** `--on-conflict`, for the commands that publish. */
export function onConflictOption(): Option {
  return new Option(
    '--on-conflict <policy>',
    'where another device publishes at the same time: go behind it, or stop',
  )
    .choices(['rebase', 'fail'])
    .default('rebase')
}
