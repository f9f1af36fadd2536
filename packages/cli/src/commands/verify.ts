import type { Command } from 'commander'
import { counted } from '../counted.ts'
import { followProgress } from '../follow-progress.ts'
import { withLog } from '../open-log.ts'
import type { GlobalOptions } from '../program.ts'
import type { Runtime } from '../runtime.ts'

export function addVerify(program: Command, runtime: Runtime): void {
  program
    .command('verify')
    .description('Read the whole published log again and check all of it, payloads included.')
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const options: GlobalOptions = command.optsWithGlobals()
      const { stdout, signal } = runtime
      await withLog(runtime, options, async log => {
        const report = await followProgress(runtime, 'verifying', onProgress =>
          log.verify({ signal, onProgress }),
        )
        if (options.json) return stdout.json({ ...report, head: report.head ?? null })
        const { head, block, entries, pages, payloadBytes, byReference, ownIds, costs } = report
        if (head === undefined) return stdout.line(`nothing is published yet (block ${block.number})`)
        await stdout.write(`all is right: ${counted(entries, 'entry', 'entries')} from 0 to ${entries - 1}, ${payloadBytes} bytes of payload
  head ${head}, block ${block.number}
  ${counted(pages, 'page')}, each with its own hash, its place in the log and its link to the one before
  history and directory computed anew from the pages: the roots in the head page are right
  ${counted(byReference, 'payload')} by reference read to their end; ${counted(ownIds, 'entry', 'entries')} with an id of their application's
  read ${counted(costs.chunks, 'chunk')} (${costs.bytes} bytes) in ${counted(costs.rounds, 'round')} of requests
`)
      })
    })
}

const HELP = `
What this device keeps is not believed: everything is fetched again. Anything wrong ends with its error and exit code.

Examples:
  $ remote-log verify
  $ remote-log verify --json
`
