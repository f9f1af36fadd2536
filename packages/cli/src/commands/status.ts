import { formatLogId, UnavailableError } from '@remote-log/core'
import type { Command } from 'commander'
import { askBatch, type BatchStatus, describeBatch } from '../batch-status.ts'
import type { Network } from '../config.ts'
import { counted } from '../counted.ts'
import { withLog } from '../open-log.ts'
import type { GlobalOptions } from '../program.ts'
import type { Runtime } from '../runtime.ts'

export function addStatus(program: Command, runtime: Runtime): void {
  program
    .command('status')
    .description(
      'Say what this device has: entries not yet published, the head it trusts, its postage batch.',
    )
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const options: GlobalOptions = command.optsWithGlobals()
      const { stdout } = runtime
      await withLog(runtime, options, async (log, { role, network }) => {
        const { id, head, block, published, unsent, publishing, sealedPages, keptPages } = log.status()
        const batch = role === 'writer' ? await batchStatus(runtime, network) : undefined
        const status = {
          log: formatLogId(id),
          role,
          unsent,
          publishing,
          published,
          head: head ?? null,
          block: block ?? null,
          sealedPages,
          keptPages,
          batch,
        }
        if (options.json) return stdout.json(status)
        await stdout.line(`${status.log} (${role})`)
        if (role === 'writer') {
          await stdout.line(
            `  only here    ${counted(unsent, 'entry', 'entries')}${unsent > 0 ? ': publish them' : ''}`,
          )
          if (publishing)
            await stdout.line('  a publish was begun and its end is not known: publish again settles it')
        }
        if (batch) {
          await stdout.line(`  batch        ${'error' in batch ? batch.error : describeBatch(batch)}`)
        }
        if (head === undefined || block === undefined)
          return stdout.line('  published    nothing seen yet: sync')
        await stdout.line(
          `  published    ${counted(published, 'entry', 'entries')}, as of block ${block.number}`,
        )
        await stdout.line(`  head         ${head}`)
        await stdout.line(
          `  kept here    ${keptPages} of ${counted(sealedPages, 'sealed page')}, and the head page`,
        )
      })
    })
}

/** What can't be found out about the batch is said, and is no reason to say nothing about the rest. */
async function batchStatus(
  { signal }: Runtime,
  { bee, batch: id }: Network,
): Promise<BatchStatus | { readonly id: string; readonly error: string } | undefined> {
  if (id === undefined) return undefined
  try {
    return await askBatch(bee, id, signal)
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error
    return { id, error: error.message }
  }
}

const HELP = `
Asks nobody but the Bee node for its batch. For what is new in the world: remote-log sync, or head.

Examples:
  $ remote-log status
  $ remote-log status --json
`
