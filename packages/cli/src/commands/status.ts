import type { Lifetime, RemoteLog } from '@remote-log/client'
import { formatLogId, UnavailableError } from '@remote-log/core'
import type { Command } from 'commander'
import { askBatch, type BatchStatus, describeBatch } from '../batch-status.ts'
import type { Network } from '../config.ts'
import { counted } from '../counted.ts'
import { withLog } from '../open-log.ts'
import { patientExpiry } from '../patient-expiry.ts'
import type { GlobalOptions } from '../program.ts'
import type { Runtime } from '../runtime.ts'
import { lifetimeJson, showLifetimes } from '../show-lifetimes.ts'

export function addStatus(program: Command, runtime: Runtime): void {
  program
    .command('status')
    .description('Say what this device has, and until when each part of the log lives that it uploaded.')
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const options: GlobalOptions = command.optsWithGlobals()
      const { stdout } = runtime
      await withLog(runtime, options, async (log, { role, network }) => {
        const { id, head, block, published, unsent, publishing, sealedPages, keptPages, provisional } =
          log.status()
        const announced = role === 'writer' && provisional ? provisional.entries - published : 0
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
          provisional: provisional ?? null,
          batch,
        }
        const parts = await lifetimesOf(runtime, log, network)
        if (options.json) return stdout.json({ ...status, parts: parts.map(lifetimeJson) })
        await stdout.line(`${status.log} (${role})`)
        if (role === 'writer') {
          await stdout.line(
            `  only here    ${counted(unsent - announced, 'entry', 'entries')}${unsent > announced ? ': publish them' : ''}`,
          )
          if (announced > 0)
            await stdout.line(
              `  announced    ${counted(announced, 'entry', 'entries')}, not anchored: publish --anchor`,
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
        await showLifetimes(stdout, parts, Date.now())
      })
    })
}

/** Until when its parts live, where this device uploaded any. */
async function lifetimesOf(
  { signal }: Runtime,
  log: RemoteLog,
  { bee }: Network,
): Promise<readonly Lifetime[]> {
  const { pages, entries } = log.status().paid
  if (pages.length === 0 && entries.length === 0) return []
  const { BeePostage } = await import('@remote-log/client')
  return log.lifetimes(patientExpiry(new BeePostage({ url: bee }), bee), { signal })
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
Asks nobody but the Bee node for its batches. For what is new in the world: remote-log sync, or head.

Examples:
  $ remote-log status
  $ remote-log status --json
`
