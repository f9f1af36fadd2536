import { throwIfAborted } from '@remote-log/core'
import type { Command } from 'commander'
import { withLog } from '../open-log.ts'
import { parseCount } from '../parse-option.ts'
import type { GlobalOptions } from '../program.ts'
import { refresh } from '../refresh.ts'
import type { Runtime } from '../runtime.ts'
import { showEntry } from '../show-entry.ts'

interface Options extends GlobalOptions {
  readonly entries: number
  readonly follow?: boolean
  readonly interval: number
}

export function addTail(program: Command, runtime: Runtime): void {
  program
    .command('tail')
    .description('Print the newest entries, and with -f those to come.')
    .option('-n, --entries <count>', 'how many entries', parseCount, 10)
    .option('-f, --follow', 'go on with new entries as they are published, until Ctrl-C')
    .option('--interval <ms>', 'with -f: how often the registry is asked, in milliseconds', parseCount, 2000)
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const { entries: count, follow, interval, ...options }: Options = command.optsWithGlobals()
      const format = options.json ? 'json' : 'lines'
      const { signal, stdout } = runtime
      await withLog(runtime, options, async log => {
        const { published, unsent } = await refresh(runtime, log)
        let next = Math.max(0, published + unsent - count)
        for await (const entry of log.read({ from: next, signal })) {
          await showEntry(stdout, entry, format, signal)
          next = entry.seq + 1
        }
        if (!follow) return
        for await (const entry of log.watch({ from: next, intervalMs: interval, signal })) {
          await showEntry(stdout, entry, format, signal)
        }
        throwIfAborted(signal, 'tail')
      })
    })
}

const HELP = `
Examples:
  $ remote-log tail
  $ remote-log tail -n 100
  $ remote-log tail -n 0 -f
  $ remote-log tail -f --json | jq -r .text
`
