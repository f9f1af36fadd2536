import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { addAbortSignal } from 'node:stream'
import type { PublishReport, RemoteLog } from '@remote-log/client'
import { InvalidArgumentError, NotFoundError, throwIfAborted } from '@remote-log/core'
import type { Command } from 'commander'
import { addEvidence, type EvidenceOptions } from '../evidence.ts'
import { followProgress } from '../follow-progress.ts'
import { type EntryToAppend, parseJsonEntry } from '../json-entry.ts'
import { lineBatches } from '../lines.ts'
import { withSharedLog } from '../open-log.ts'
import type { GlobalOptions } from '../program.ts'
import { type Progress, startProgress } from '../progress.ts'
import type { Runtime } from '../runtime.ts'
import type { SharedLog } from '../shared-log.ts'
import { describePublish, showPublish } from '../show-publish.ts'
import { onConflictOption } from './publish.ts'

interface Options extends GlobalOptions, EvidenceOptions {
  readonly jsonl?: boolean
  readonly whole?: boolean
  readonly publish?: boolean
  readonly onConflict: 'rebase' | 'fail'
  readonly passwordFile?: string
}

export function addAppend(program: Command, runtime: Runtime): void {
  const command = program
    .command('append')
    .description('Append entries to the log on this device: each line of the input is one.')
    .argument('[file...]', 'files to read; - or none: standard input')
    .option(
      '--jsonl',
      'each line is JSON: a string, or an object with text, base64 or json (and timestamp, id)',
    )
    .option('--whole', 'each file is one entry, up to 4 GiB, streamed')
    .option('--publish', 'publish afterwards')
    .addOption(onConflictOption())
    .option(
      '--password-file <file>',
      'file with the password of the key file (else REMOTE_LOG_PASSWORD or a prompt)',
    )
    .addHelpText('after', HELP)
    .action(async (files: string[], _own: unknown, command: Command) => {
      const options: Options = command.optsWithGlobals()
      if (options.jsonl && options.whole) {
        throw new InvalidArgumentError('--jsonl and --whole exclude each other', {})
      }
      const sources = await openSources(runtime, files)
      const use = options.publish ? 'publish' : 'append'
      await withSharedLog(runtime, { ...options, use, lingerMs: LINGER_MS }, shared =>
        appendAll(runtime, shared, sources, options),
      )
    })
  addEvidence(command)
}

/** Opens nothing yet, but finds out before the first append whether every file is there. */
async function openSources(runtime: Runtime, files: readonly string[]): Promise<Source[]> {
  const sources: Source[] = []
  for (const name of files.length === 0 ? ['-'] : files) {
    if (name === '-') {
      if (runtime.stdin.isTTY)
        runtime.stderr.write('Reading entries from the terminal, one a line; Ctrl-D ends.\n')
      sources.push({ name: 'standard input', open: () => addAbortSignal(runtime.signal, runtime.stdin) })
      continue
    }
    const found = await stat(name).catch((error: unknown) => {
      throw new NotFoundError(`cannot read ${name}: there is no such file`, { file: name }, error)
    })
    if (found.isDirectory()) throw new InvalidArgumentError(`${name} is a folder, not a file`, { file: name })
    sources.push({ name, open: () => createReadStream(name, { highWaterMark: READ_BYTES }) })
  }
  return sources
}

/** Behind a pipe in which nothing comes for so long, others get the log. */
const LINGER_MS = 200

/** Bytes read from a file at once: the lines in them are one durable write. */
const READ_BYTES = 2 ** 20

interface Source {
  readonly name: string
  open(): AsyncIterable<Uint8Array>
}

async function appendAll(
  runtime: Runtime,
  shared: SharedLog,
  sources: readonly Source[],
  options: Options,
): Promise<void> {
  const done: Done = { first: undefined, last: undefined, ids: [] }
  const progress = startProgress(runtime, 'appending')
  const take: Take = appended => {
    done.first ??= appended[0]?.seq
    done.last = appended.at(-1)?.seq ?? done.last
    for (const { id } of appended) done.ids.push(id)
    progress.update(`appending: ${done.ids.length} entries`)
  }
  try {
    for (const source of sources) {
      if (options.whole) take([await shared.use(log => appendWhole(runtime, log, source, progress))])
      else await appendLines(runtime, shared, source, options.jsonl ?? false, take)
    }
  } catch (error) {
    progress.stop()
    // What was appended before stays appended: it must not go unsaid.
    if (done.ids.length > 0) await showAppended(runtime, done, options)
    throw error
  }
  progress.stop()
  if (!options.publish) return showAppended(runtime, done, options)
  if (!options.json) await showAppended(runtime, done, options)
  const report = await shared
    .use(log => publishAppended(runtime, log, options))
    .catch(async (error: unknown) => {
      if (options.json) await showAppended(runtime, done, options)
      throw error
    })
  if (options.json) await runtime.stdout.json({ ...describeAppended(done), publish: describePublish(report) })
  else await showPublish(runtime.stdout, report)
}

function publishAppended(runtime: Runtime, log: RemoteLog, { onConflict }: Options): Promise<PublishReport> {
  const { signal } = runtime
  return followProgress(runtime, 'publishing', onProgress => log.publish({ signal, onProgress, onConflict }))
}

interface Done {
  first: number | undefined
  last: number | undefined
  readonly ids: string[]
}

type Take = (appended: readonly { readonly seq: number; readonly id: string }[]) => void

function describeAppended({ first, last, ids }: Done): object {
  return { entries: ids.length, ...(first !== undefined && { first, last }), ids }
}

async function showAppended({ stdout }: Runtime, done: Done, { json }: Options): Promise<void> {
  if (json) return stdout.json(describeAppended(done))
  const { first, last, ids } = done
  if (first === undefined) return stdout.line('nothing to append: the input was empty')
  if (ids.length === 1) return stdout.line(`appended entry ${first}, id ${ids[0]}`)
  await stdout.line(`appended ${ids.length} entries, ${first} (id ${ids[0]}) to ${last} (id ${ids.at(-1)})`)
}

async function appendLines(
  runtime: Runtime,
  shared: SharedLog,
  source: Source,
  jsonl: boolean,
  take: Take,
): Promise<void> {
  let lineNumber = 0
  for await (const lines of lineBatches(source.open())) {
    throwIfAborted(runtime.signal, 'append')
    const entries: EntryToAppend[] = []
    for (const line of lines) {
      lineNumber++
      if (!jsonl) entries.push({ payload: line })
      else if (line.length > 0) entries.push(parseJsonEntry(line, lineNumber))
    }
    if (entries.length === 0) continue
    take(await shared.use(log => log.appendMany(entries, { signal: runtime.signal })))
  }
}

async function appendWhole(runtime: Runtime, log: RemoteLog, source: Source, progress: Progress) {
  let bytes = 0
  async function* counted() {
    for await (const piece of source.open()) {
      bytes += piece.length
      progress.update(`appending ${source.name}: ${(bytes / 1e6).toFixed(1)} MB`)
      yield piece
    }
  }
  return log.append(counted(), { signal: runtime.signal })
}

const HELP = `
Nothing leaves this device before a publish. Behind a pipe that stays open, other commands may use the log between the
lines. Bytes are kept as they are; a line's end is not part of its entry.

Examples:
  $ echo "first entry" | remote-log append
  $ remote-log append /var/log/dpkg.log --publish
  $ journalctl -o json | remote-log append
  $ remote-log append --whole photo.jpg film.mp4
  $ echo '{"text":"late","timestamp":"2026-01-31T12:00:00Z"}' | remote-log append --jsonl
`
