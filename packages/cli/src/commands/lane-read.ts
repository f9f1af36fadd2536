import type { LaneEntry, Lanes, LanesStatement, SyncLanesOptions } from '@remote-log/client'
import {
  formatLogId,
  InvalidArgumentError,
  parseLogId,
  type RemoteLogError,
  throwIfAborted,
} from '@remote-log/core'
import type { Command } from 'commander'
import { addBlockTag, type BlockTagOptions } from '../block-tag.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { type LanesOptions, withLanes } from '../open-lanes.ts'
import { parseBytes, parseCount, parseDuration, parseTime } from '../parse-option.ts'
import type { SetExitCode } from '../program.ts'
import type { Runtime } from '../runtime.ts'
import { describeLanes, exitCodeOf, showLaneEntry, showLanes } from '../show-lanes.ts'
import { syncingAll } from '../syncing-all.ts'

interface SyncOptions extends LanesOptions, BlockTagOptions {
  readonly byteBudget?: number
  readonly timeBudget?: number
}

interface CatOptions extends LanesOptions, BlockTagOptions {
  readonly since?: number
  readonly until?: number
  readonly reverse?: boolean
  readonly jsonl?: boolean
  readonly offline?: boolean
}

interface TailOptions extends LanesOptions {
  readonly entries: number
  readonly follow?: boolean
  readonly interval: number
}

type Add = (usage: string, description: string) => Command

/** The commands that read all lanes of a list. */
export function addLaneReading(add: Add, runtime: Runtime, setExitCode: SetExitCode): void {
  const { signal, stdout } = runtime
  addBlockTag(add('sync', 'Read and verify what is new in all lanes, and keep it on this device.'))
    .option('--byte-budget <size>', 'stop before more than this is read, e.g. 500kB', parseBytes)
    .option('--time-budget <time>', 'stop before more time than this has passed, e.g. 30s', parseDuration)
    .action(async (_own: unknown, command: Command) => {
      const {
        byteBudget,
        timeBudget: timeBudgetMs,
        blockTag: at,
        ...options
      }: SyncOptions = command.optsWithGlobals()
      await withLanes(runtime, options, async lanes => {
        const statement = await syncing(runtime, lanes, { byteBudget, timeBudgetMs, at })
        if (options.json) await stdout.json(describeLanes(lanes.list, statement))
        else await showLanes(stdout, statement)
        setExitCode(exitCodeOf(statement) ?? 0)
      })
    })
  addBlockTag(add('cat', 'Print the entries of all lanes in one order.'))
    .option('--since <time>', 'only entries from this moment on (Unix ms or ISO 8601)', parseTime)
    .option('--until <time>', 'only entries before this moment', parseTime)
    .option('--reverse', 'newest first')
    .option('--jsonl', 'a line of JSON for each entry, with its lane (the same as --json)')
    .option('--offline', 'print what was synced to this device, ask nobody')
    .action(async (_own: unknown, command: Command) => {
      const {
        since,
        until,
        reverse,
        jsonl,
        offline,
        blockTag: at,
        ...options
      }: CatOptions = command.optsWithGlobals()
      await withLanes(runtime, options, async lanes => {
        if (!offline) telling(runtime, setExitCode, await syncing(runtime, lanes, { at }))
        else if (!(await lanes.known()))
          throw new InvalidArgumentError('nothing was synced yet: leave out --offline', {})
        const format = options.json || jsonl ? 'json' : 'lines'
        const onTrouble = trouble(runtime, setExitCode, offline === true)
        for await (const item of lanes.read({ since, until, reverse, signal, onTrouble }))
          await showLaneEntry(stdout, item, format, signal)
      })
    })
  add('tail', 'Print the newest entries of all lanes, and with -f those to come.')
    .option('-n, --entries <count>', 'how many entries', parseCount, 10)
    .option('-f, --follow', 'go on with new entries as they are published, until Ctrl-C')
    .option('--interval <ms>', 'with -f: how often the registry is asked, in milliseconds', parseCount, 2000)
    .action(async (_own: unknown, command: Command) => {
      const { entries: count, follow, interval, ...options }: TailOptions = command.optsWithGlobals()
      const format = options.json ? 'json' : 'lines'
      await withLanes(runtime, options, async lanes => {
        telling(runtime, setExitCode, await syncing(runtime, lanes, {}))
        const after = await lanes.cursor()
        for (const item of await newest(lanes, count, runtime, setExitCode))
          await showLaneEntry(stdout, item, format, signal)
        if (!follow) return
        const onTrouble = trouble(runtime, setExitCode, true)
        for await (const item of lanes.watch({ after, intervalMs: interval, signal, onTrouble }))
          await showLaneEntry(stdout, item, format, signal)
        throwIfAborted(signal, 'lane tail')
      })
    })
  add(
    'forget [log]',
    'Forget what is kept of one lane, or which lanes there are: the next sync trusts what it finds.',
  ).action(async (named: string | undefined, _own: unknown, command: Command) => {
    const options: LanesOptions = command.optsWithGlobals()
    await withLanes(runtime, options, async lanes => {
      await lanes.forget(named === undefined ? undefined : parseLogId(named), { signal })
      await (options.json
        ? stdout.json({ forgotten: true })
        : stdout.line('forgotten; the next sync trusts what it finds'))
    })
  })
}

function syncing(runtime: Runtime, lanes: Lanes, options: SyncLanesOptions): Promise<LanesStatement> {
  return syncingAll(runtime, 'lanes', shared => lanes.sync({ ...options, ...shared }))
}

/** Says on standard error what is wrong with which lane; the exit code is that of the first. */
function telling(runtime: Runtime, setExitCode: SetExitCode, statement: LanesStatement): void {
  for (const { id, error } of statement.lanes)
    if (error) runtime.stderr.write(`${formatLogId(id)}\n  ${error.code}: ${error.message}\n`)
  const code = exitCodeOf(statement)
  if (code !== undefined) setExitCode(code)
}

/** Lanes of which nothing can be read. Where a sync went before, it told already. */
function trouble(
  { stderr }: Runtime,
  setExitCode: SetExitCode,
  tell: boolean,
): (error: RemoteLogError, lane: Parameters<typeof formatLogId>[0] | undefined) => void {
  return (error, lane) => {
    if (!tell) return
    stderr.write(`${lane ? `${formatLogId(lane)}\n  ` : ''}${error.code}: ${error.message}\n`)
    setExitCode(EXIT_CODES[error.code])
  }
}

async function newest(
  lanes: Lanes,
  count: number,
  runtime: Runtime,
  setExitCode: SetExitCode,
): Promise<readonly LaneEntry[]> {
  const found: LaneEntry[] = []
  const onTrouble = trouble(runtime, setExitCode, false)
  if (count > 0)
    for await (const item of lanes.read({ reverse: true, signal: runtime.signal, onTrouble }))
      if (found.push(item) === count) break
  return found.reverse()
}
