import type { Command } from 'commander'
import { EXIT_CODES } from '../exit-codes.ts'
import { followProgress } from '../follow-progress.ts'
import { withLog } from '../open-log.ts'
import { parseUrl } from '../parse-option.ts'
import type { GlobalOptions, SetExitCode } from '../program.ts'
import type { Runtime } from '../runtime.ts'
import { auditExitCode, showAudit } from '../show-audit.ts'

interface Options extends GlobalOptions {
  readonly bee?: string
}

export function addAudit(program: Command, runtime: Runtime, setExitCode: SetExitCode): void {
  program
    .command('audit')
    .description('Fetch every chunk of the published log and list those that are lost.')
    .option('--bee <url>', 'ask this Bee node or gateway instead of the configured one', parseUrl)
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const options: Options = command.optsWithGlobals()
      const { stdout, signal } = runtime
      await withLog(runtime, options, async log => {
        const report = await followProgress(runtime, 'auditing', onProgress =>
          log.audit({ signal, onProgress }),
        )
        if (options.json) await stdout.json({ ...report, head: report.head ?? null })
        else await showAudit(stdout, report)
        const code = auditExitCode(report)
        if (code !== undefined) setExitCode(code)
      })
    })
}

const HELP = `
What this device keeps is not believed: every chunk is fetched. Ask a node that did not take the upload (--bee): one
that did may still have chunks which the network has lost. "lost" chunks are put back by remote-log repair.

The exit code is ${EXIT_CODES.NOT_FOUND} where a chunk is lost, ${EXIT_CODES.UNAVAILABLE} where the node could not tell (a node with few peers answers so
for what nobody has), ${EXIT_CODES.CORRUPT} where it lied.

Examples:
  $ remote-log audit
  $ remote-log audit --bee https://gateway.example --json
`
