import type { Command } from 'commander'
import { counted } from '../counted.ts'
import { addEvidence, type EvidenceOptions } from '../evidence.ts'
import { followProgress } from '../follow-progress.ts'
import { withLog } from '../open-log.ts'
import { parseBatch, parseUrl } from '../parse-option.ts'
import { payloadFolder } from '../payload-folder.ts'
import type { GlobalOptions, SetExitCode } from '../program.ts'
import type { Runtime } from '../runtime.ts'
import { auditExitCode, showAudit } from '../show-audit.ts'

interface Options extends GlobalOptions, EvidenceOptions {
  readonly bee?: string
  readonly batch?: string
  readonly payloads?: string
  readonly everything?: boolean
}

export function addRepair(program: Command, runtime: Runtime, setExitCode: SetExitCode): void {
  const command = program
    .command('repair')
    .description('Put back what is lost of the published log, from the copy on this device; needs no key.')
    .option('--bee <url>', 'ask and write to this Bee node instead of the configured one', parseUrl)
    .option('--batch <id>', 'postage batch of that node which pays', parseBatch)
    .option('--payloads <folder>', 'files that are payloads by reference: devices do not keep these')
    .option('--everything', 'upload all of it, without asking what is lost (another batch, another network)')
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const options: Options = command.optsWithGlobals()
      const { stdout, signal } = runtime
      await withLog(runtime, { ...options, uploads: true }, async log => {
        const payloads =
          options.payloads === undefined ? undefined : await payloadFolder(options.payloads, signal)
        const report = await followProgress(runtime, 'repairing', onProgress =>
          log.repair({ signal, onProgress, payloads, everything: options.everything }),
        )
        if (options.json) await stdout.json({ ...report, head: report.head ?? null })
        else {
          if (!options.everything) await showAudit(stdout, report)
          await stdout.line(
            `put back ${counted(report.restored, 'chunk')}${report.repaired ? '' : '; what is marked above is still lost'}`,
          )
        }
        const code = report.repaired ? undefined : auditExitCode(stillLost(report))
        if (code !== undefined) setExitCode(code)
      })
    })
  addEvidence(command)
}

function stillLost({
  lost,
  unknown,
}: Parameters<typeof auditExitCode>[0]): Parameters<typeof auditExitCode>[0] {
  return { lost: lost.filter(({ restorable }) => !restorable), unknown }
}

const HELP = `
Run remote-log sync first: what this device keeps can be put back. Pages that are lost here too come from whoever has
them. A node that was asked for a chunk in vain says for another minute that it has none: audit again after that.

Examples:
  $ remote-log repair
  $ remote-log repair --payloads ./photos
  $ remote-log repair --bee http://127.0.0.1:1633 --batch 0x… --everything
`
