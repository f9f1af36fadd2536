import { throwIfAborted } from '@remote-log/core'
import type { Command } from 'commander'
import { withLog } from '../open-log.ts'
import { parseCount } from '../parse-option.ts'
import type { GlobalOptions } from '../program.ts'
import { refresh } from '../refresh.ts'
import type { Runtime } from '../runtime.ts'
import { showEntry } from '../show-entry.ts'

interface Options extends GlobalOptions {
  readonly provisional?: boolean
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
    .option('--provisional', 'also entries that are announced in the feed and not anchored')
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const { entries: count, follow, interval, provisional, ...options }: Options = command.optsWithGlobals()
      const format = options.json ? 'json' : 'lines'
      const { signal, stdout } = runtime
      await withLog(runtime, options, async log => {
        const { published, unsent, provisional: ahead } = await refresh(runtime, log)
        const announced = provisional && ahead ? Math.max(unsent, ahead.entries - published) : unsent
        let next = Math.max(0, published + announced - count)
        for await (const entry of log.read({ from: next, signal, provisional })) {
          await showEntry(stdout, entry, format, signal)
          next = entry.seq + 1
        }
        if (!follow) return
        for await (const entry of log.watch({ from: next, intervalMs: interval, signal, provisional })) {
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
