import { createReadStream } from 'node:fs'
import { InvalidArgumentError, parseReference } from '@remote-log/core'
import type { Command } from 'commander'
import { counted } from '../counted.ts'
import { followProgress } from '../follow-progress.ts'
import { withLog } from '../open-log.ts'
import type { GlobalOptions } from '../program.ts'
import type { Runtime } from '../runtime.ts'

interface Options extends GlobalOptions {
  readonly head?: string
  readonly block?: string
  readonly stateRoot?: string
}

export function addImport(program: Command, runtime: Runtime): void {
  program
    .command('import <file>')
    .description('Read what export wrote, and check every byte of it. Needs no network.')
    .option(
      '--head <reference>',
      'the head that the log has, as its writer or a friend told it',
      parseReference,
    )
    .option('--block <hash>', 'a block that you trust: the file must prove that its head stood at it')
    .option('--state-root <hash>', 'the same, by the state root of a block')
    .addHelpText('after', HELP)
    .action(async (file: string, _own: unknown, command: Command) => {
      const options: Options = command.optsWithGlobals()
      const head = options.head === undefined ? undefined : parseReference(options.head)
      const { block, stateRoot } = options
      await withLog(runtime, options, async log => {
        const report = await followProgress(runtime, 'importing', onProgress =>
          log.import(readFile(file), { head, block, stateRoot, signal: runtime.signal, onProgress }),
        )
        if (options.json) return runtime.stdout.json(report)
        const { entries, fresh, pages, payloads, trust } = report
        await runtime.stdout.line(
          `${counted(entries, 'entry', 'entries')}, ${fresh} of them new, ${counted(pages, 'page')}${payloads > 0 ? ` and ${counted(payloads, 'payload')}` : ''} kept, at head ${report.head} (trusted by: ${trust})`,
        )
      })
    })
}

async function* readFile(file: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* createReadStream(file) as AsyncIterable<Buffer>
  } catch (error) {
    throw new InvalidArgumentError(`cannot read ${file}: ${(error as Error).message}`, { file }, error)
  }
}

const HELP = `
The head has to be vouched for: by --head, by --block or --state-root and a proof in the file, by the owner’s signature in
the file, or by being the one trusted here. That
a file extends what is here proves nothing about who wrote the rest. The chain is asked at the next sync.

Examples:
  $ remote-log import diary.rlb --head 1f3a…
  $ remote-log import signed.rlb
  $ remote-log import all.rlb --block 0x5b1c…
`
