import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UnavailableError } from '@remote-log/core'
import type { Command } from 'commander'
import { followProgress } from '../follow-progress.ts'
import { readJsonFile } from '../json-file.ts'
import { withLog } from '../open-log.ts'
import { parseCount } from '../parse-option.ts'
import type { GlobalOptions } from '../program.ts'
import type { Runtime } from '../runtime.ts'

interface Options extends GlobalOptions {
  readonly since?: number
  readonly signed?: string
  readonly proof?: boolean | string
  readonly payloads?: boolean
}

export function addExport(program: Command, runtime: Runtime): void {
  program
    .command('export <file>')
    .description('Write the published log as one verifiable file, for a device without network.')
    .option('--since <entries>', 'leave out what a device with so many entries has', parseCount)
    .option('--signed <file>', 'put this signed head (JSON) in, so that the owner’s signature is enough')
    .option(
      '--proof [block]',
      'put in a proof that the head stood at this block (its hash; default: the newest)',
    )
    .option('--payloads', 'put in the payloads by reference, too; those not here are read from Swarm')
    .addHelpText('after', HELP)
    .action(async (file: string, _own: unknown, command: Command) => {
      const options: Options = command.optsWithGlobals()
      const signed =
        options.signed === undefined ? undefined : await readJsonFile(options.signed, 'signed head')
      await withLog(runtime, options, async log => {
        const { since, proof, payloads } = options
        const bytes = await followProgress(runtime, 'exporting', onProgress =>
          writeWhole(
            file,
            log.export({ since, signed, proof, payloads, signal: runtime.signal, onProgress }),
          ),
        )
        const { head, published } = log.status()
        if (options.json) return runtime.stdout.json({ file, bytes, head, entries: published })
        await runtime.stdout.line(`${file}: ${published} entries in ${bytes} bytes, head ${head}`)
      })
    })
}

/** Under another name until it is whole. */
async function writeWhole(file: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  const part = `${file}.part`
  const stream = createWriteStream(part)
  try {
    await pipeline(Readable.from(pieces, { objectMode: false }), stream)
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw new UnavailableError(`cannot write ${file}: ${(error as Error).message}`, { file }, error)
  }
  return stream.bytesWritten
}

const HELP = `
Needs no network, but for --proof and --payloads: sync first. Tell the other device the head that is shown, by a way that
it trusts; or with --proof a block, e.g. a finalized one that it knows from elsewhere.

Examples:
  $ remote-log export diary.rlb
  $ remote-log export news.rlb --since 5000
  $ remote-log export all.rlb --payloads --proof
`
