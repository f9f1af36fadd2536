import type { Command } from 'commander'
import { withLog } from '../open-log.ts'
import type { GlobalOptions } from '../program.ts'
import type { Runtime } from '../runtime.ts'

interface Options extends GlobalOptions {
  readonly dropDamaged?: boolean
  readonly evenUnsettled?: boolean
}

export function addForget(program: Command, runtime: Runtime): void {
  program
    .command('forget')
    .description('Forget the trusted head and all that is kept of the published log; unsent entries stay.')
    .option(
      '--drop-damaged',
      'also drop unsent entries that can no longer be read, and go on with what is left',
    )
    .option('--even-unsettled', 'also while it is not known what becomes of a publication or announcement')
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const { json, dropDamaged, evenUnsettled, ...options }: Options = command.optsWithGlobals()
      await withLog(runtime, { ...options, acceptLoss: dropDamaged }, async log => {
        await log.forget({ signal: runtime.signal, dropDamaged, evenUnsettled })
        const { unsent } = log.status()
        if (json) await runtime.stdout.json({ forgotten: true, unsent })
        else
          await runtime.stdout.line(
            `forgotten; ${unsent} unsent entries stay. The next sync trusts what it finds.`,
          )
      })
    })
}

const HELP = `
The way on after REORG, REWRITTEN, ROLLBACK or LOCAL_DAMAGED, once you have looked at the evidence: the next command
trusts what the registry states then. What was published and is still stored is read again.

Examples:
  $ remote-log forget && remote-log sync
  $ remote-log forget --drop-damaged
`
