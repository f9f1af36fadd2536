import type { Command } from 'commander'
import { counted } from '../counted.ts'
import { withLog } from '../open-log.ts'
import type { GlobalOptions } from '../program.ts'
import { refresh } from '../refresh.ts'
import type { Runtime } from '../runtime.ts'

export function addHead(program: Command, runtime: Runtime): void {
  program
    .command('head')
    .description('Ask the registry for the head of the log and check its page, nothing else.')
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const options: GlobalOptions = command.optsWithGlobals()
      const { stdout } = runtime
      await withLog(runtime, options, async log => {
        const { head, block, published } = await refresh(runtime, log)
        if (options.json) {
          await stdout.json({ head: head ?? null, entries: published, block: block ?? null })
        } else if (head === undefined || block === undefined) {
          await stdout.line('nothing is published yet')
        } else {
          await stdout.line(head)
          await stdout.line(
            `  ${counted(published, 'entry', 'entries')}, as of block ${block.number} (${isoSeconds(block.timestamp)})`,
          )
        }
      })
    })
}

function isoSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

const HELP = `
Examples:
  $ remote-log head
  $ remote-log head --json
`
