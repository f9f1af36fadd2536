import type { LogEntry, LogStatus, RemoteLog } from '@remote-log/client'
import { InvalidArgumentError, NotFoundError, UnavailableError } from '@remote-log/core'
import type { Command } from 'commander'
import { withLog } from '../open-log.ts'
import { parseCount, parseTime } from '../parse-option.ts'
import type { GlobalOptions } from '../program.ts'
import { refresh } from '../refresh.ts'
import type { Runtime } from '../runtime.ts'
import { type EntryFormat, showEntry } from '../show-entry.ts'

interface Options extends GlobalOptions {
  readonly provisional?: boolean
  readonly from?: number
  readonly to?: number
  readonly reverse?: boolean
  readonly entry?: number
  readonly at?: number
  readonly jsonl?: boolean
  readonly raw?: boolean
  readonly offline?: boolean
}

export function addCat(program: Command, runtime: Runtime): void {
  program
    .command('cat')
    .description('Print entries, oldest first: each payload and a line feed.')
    .option('--from <seq>', 'first entry (default 0)', parseCount)
    .option('--to <seq>', 'the entry after the last one (default: the end)', parseCount)
    .option('--reverse', 'newest first')
    .option('--entry <seq>', 'only this entry', parseCount)
    .option('--at <time>', 'only the first entry from this moment on (Unix ms or ISO 8601)', parseTime)
    .option('--jsonl', 'a line of JSON for each entry, as append --jsonl reads them (the same as --json)')
    .option('--raw', 'the bytes of the payloads and nothing else')
    .option('--offline', 'print what was synced to this device, ask nobody')
    .option('--provisional', 'also entries that are announced in the feed and not anchored')
    .addHelpText('after', HELP)
    .action(async (_own: unknown, command: Command) => {
      const options: Options = command.optsWithGlobals()
      const format = formatOf(options)
      checkSelection(options)
      await withLog(runtime, options, async log => {
        if (options.offline) demandKept(log.status())
        // An entry by its number is the same under every head that has it.
        else if (options.entry === undefined) await refresh(runtime, log)
        for await (const entry of selected(runtime, log, options)) {
          if (options.offline) await demandHere(entry)
          await showEntry(runtime.stdout, entry, format, runtime.signal)
        }
      })
    })
}

function demandKept({ head, unsent, keptPages, sealedPages }: LogStatus): void {
  if (keptPages === sealedPages && (head !== undefined || unsent > 0)) return
  const have = head === undefined ? 'nothing' : `${keptPages} of ${sealedPages} sealed pages`
  throw new UnavailableError(`this device has ${have} of the log: remote-log sync fetches the rest`, {
    keptPages,
    sealedPages,
  })
}

async function demandHere(entry: LogEntry): Promise<void> {
  const { seq, content } = entry
  if (content.kind === 'embedded' || (await entry.isHere())) return
  throw new UnavailableError(
    `the payload of entry ${seq} is not kept on this device: it is read from Swarm`,
    {
      seq,
      reference: content.reference,
    },
  )
}

function formatOf({ json, jsonl, raw }: Options): EntryFormat {
  if (!(json || jsonl)) return raw ? 'raw' : 'lines'
  if (raw) throw new InvalidArgumentError('--raw and --json exclude each other', {})
  return 'json'
}

function checkSelection({ entry, at, from, to, reverse }: Options): void {
  const range = from !== undefined || to !== undefined || reverse !== undefined
  if ([entry !== undefined, at !== undefined, range].filter(Boolean).length > 1) {
    throw new InvalidArgumentError(
      '--entry, --at and a range (--from, --to, --reverse) exclude each other',
      {},
    )
  }
}

async function* selected({ signal }: Runtime, log: RemoteLog, options: Options) {
  const { entry, at, from, to, reverse, provisional } = options
  if (entry !== undefined) {
    yield await log.entry(entry, { signal })
  } else if (at !== undefined) {
    const found = await log.at(at, { signal })
    if (!found)
      throw new NotFoundError(`no entry is from ${new Date(at).toISOString()} or later`, { time: at })
    yield found
  } else {
    yield* log.read({
      signal,
      provisional,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(reverse && { reverse }),
    })
  }
}

const HELP = `
Everything printed has been verified. Entries of this device that are not published yet stand at the end.

Examples:
  $ remote-log cat
  $ remote-log cat --from 100 --to 110
  $ remote-log cat --reverse | head
  $ remote-log cat --at 2026-01-31T12:00:00Z
  $ remote-log cat --entry 7 --raw > photo.jpg
  $ remote-log cat --json | jq -r .text
`
