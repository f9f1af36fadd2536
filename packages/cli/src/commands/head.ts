import type { RemoteLog } from '@remote-log/client'
import { type BlockTag, NotFoundError, UnavailableError } from '@remote-log/core'
import type { Command } from 'commander'
import { addBlockTag, type BlockTagOptions } from '../block-tag.ts'
import { counted } from '../counted.ts'
import { withLog } from '../open-log.ts'
import type { GlobalOptions } from '../program.ts'
import { refresh } from '../refresh.ts'
import type { Runtime } from '../runtime.ts'

export function addHead(program: Command, runtime: Runtime): void {
  const command = program
    .command('head')
    .description('Ask the registry for the head of the log and check its page, nothing else.')
  addBlockTag(command)
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const { blockTag: at, ...options }: GlobalOptions & BlockTagOptions = command.optsWithGlobals()
      const { stdout } = runtime
      await withLog(runtime, options, async log => {
        const { head, block } = await log.head({ signal: runtime.signal, at })
        const entries = await countEntries(runtime, log, at)
        if (options.json) {
          await stdout.json({ head: head ?? null, entries: entries ?? null, block })
        } else if (head === undefined) {
          await stdout.line(`nothing is published yet (block ${block.number})`)
        } else {
          const count =
            entries === undefined ? "its page can't be read now" : counted(entries, 'entry', 'entries')
          await stdout.line(head)
          await stdout.line(`  ${count}, as of block ${block.number} (${isoSeconds(block.timestamp)})`)
        }
      })
    })
}

/** The registry's word stands even where the store can't be reached: then undefined. */
async function countEntries(
  runtime: Runtime,
  log: RemoteLog,
  at: BlockTag | undefined,
): Promise<number | undefined> {
  try {
    return (await refresh(runtime, log, at)).published
  } catch (error) {
    if (error instanceof UnavailableError || error instanceof NotFoundError) return undefined
    throw error
  }
}

function isoSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

const HELP = `
Examples:
  $ remote-log head
  $ remote-log head --block-tag finalized
  $ remote-log head --json
`
