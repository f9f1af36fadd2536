import { setTimeout as pause } from 'node:timers/promises'
import { type ErrorCode, RemoteLogError, throwIfAborted } from '@remote-log/core'
import type { Command } from 'commander'
import { withSharedLog } from '../open-log.ts'
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
      await withSharedLog(runtime, options, async shared => {
        const position = { from: 0, provisional }
        await shared.use(async log => {
          const { published, unsent, provisional: ahead } = await refresh(runtime, log)
          const announced = provisional && ahead ? Math.max(unsent, ahead.entries - published) : unsent
          position.from = Math.max(0, published + announced - count)
          for await (const entry of log.read({ from: position.from, signal, provisional })) {
            await showEntry(stdout, entry, format, signal)
            position.from = entry.seq + 1
          }
        })
        while (follow) {
          await pause(interval, undefined, { signal }).catch(() => throwIfAborted(signal, 'tail'))
          await shared
            .use(async log => {
              for await (const entry of log.look(position, { signal }))
                await showEntry(stdout, entry, format, signal)
            })
            .catch(throwUnlessPassing)
        }
      })
    })
}

/** The next look may have another answer; so long, whoever has the folder may keep it. */
const PASSING: readonly ErrorCode[] = ['UNAVAILABLE', 'NOT_FOUND', 'STALE', 'LOCKED']

function throwUnlessPassing(error: unknown): void {
  if (!(error instanceof RemoteLogError && PASSING.includes(error.code))) throw error
}

const HELP = `
With -f the home folder is in use during each look alone: other commands have their turn in between.

Examples:
  $ remote-log tail
  $ remote-log tail -n 100
  $ remote-log tail -n 0 -f
  $ remote-log tail -f --json | jq -r .text
`
