import type { Group, GroupStatement, SyncAllOptions } from '@remote-log/client'
import { throwIfAborted } from '@remote-log/core'
import type { Command } from 'commander'
import { addBlockTag, type BlockTagOptions } from '../block-tag.ts'
import { counted } from '../counted.ts'
import { lineBatches } from '../lines.ts'
import { withGroup } from '../open-group.ts'
import { parseBytes, parseCount, parseDuration } from '../parse-option.ts'
import type { GlobalOptions, SetExitCode } from '../program.ts'
import type { Runtime } from '../runtime.ts'
import {
  describeGroup,
  describeGroupEntry,
  exitCodeOfGroup,
  showGroup,
  showGroupEntry,
} from '../show-group.ts'
import { syncingAll } from '../syncing-all.ts'

interface SyncOptions extends GlobalOptions, BlockTagOptions {
  readonly byteBudget?: number
  readonly timeBudget?: number
}

interface CatOptions extends GlobalOptions {
  readonly offline?: boolean
}

interface TailOptions extends GlobalOptions {
  readonly entries: number
  readonly follow?: boolean
  readonly interval: number
}

export function addGroup(program: Command, runtime: Runtime, setExitCode: SetExitCode): void {
  const { signal, stdin, stdout, stderr } = runtime
  const parent = program
    .command('group')
    .description('The log of this home and those of all contacts, read as one in causal order.')
    .addHelpText('after', HELP)
  const add = (usage: string, description: string) => parent.command(usage).description(description)
  add(
    'send [text...]',
    'Append an entry that stands behind all that was read here; without text each line of the input.',
  ).action(async (words: string[], _own: unknown, command: Command) => {
    const options: GlobalOptions = command.optsWithGlobals()
    await withGroup(runtime, options, async ({ group }) => {
      let count = 0
      const batches = words.length > 0 ? [[Buffer.from(words.join(' '))]] : lineBatches(stdin)
      for await (const batch of batches) {
        const sent = await group.sendMany(batch, { signal })
        count += sent.length
        if (options.json) for (const entry of sent) await stdout.json(entry)
      }
      if (!options.json)
        await stdout.line(
          `${counted(count, 'entry', 'entries')} appended; remote-log publish brings them to the others`,
        )
    })
  })
  addBlockTag(add('sync', 'Read what is new in all logs, and say what is missing for whom.'))
    .option('--byte-budget <size>', 'stop before more than this is read, e.g. 500kB', parseBytes)
    .option('--time-budget <time>', 'stop before more time than this has passed, e.g. 30s', parseDuration)
    .action(async (_own: unknown, command: Command) => {
      const options: SyncOptions = command.optsWithGlobals()
      const { byteBudget, timeBudget: timeBudgetMs, blockTag: at } = options
      await withGroup(runtime, options, async ({ group, nameOf }) => {
        const statement = await syncing(runtime, group, { byteBudget, timeBudgetMs, at })
        if (options.json) await stdout.json(describeGroup(statement))
        else await showGroup(stdout, statement, nameOf)
        setExitCode(exitCodeOfGroup(statement) ?? 0)
      })
    })
  add('cat', 'Print all entries that have their place, in order: whose, and what.')
    .option('--offline', 'print what was synced to this device, ask nobody')
    .action(async (_own: unknown, command: Command) => {
      const options: CatOptions = command.optsWithGlobals()
      await withGroup(runtime, options, async ({ group, nameOf }) => {
        if (!options.offline) setExitCode(exitCodeOfGroup(await syncing(runtime, group, {})) ?? 0)
        for await (const entry of group.entries({ signal }))
          if (options.json) await stdout.json(await describeGroupEntry(entry, signal))
          else await showGroupEntry(stdout, entry, nameOf, signal)
      })
    })
  add('tail', 'Print the newest entries, and with -f those to come.')
    .option('-n, --entries <count>', 'how many entries', parseCount, 10)
    .option('-f, --follow', 'go on with new entries as they get their place, until Ctrl-C')
    .option('--interval <ms>', 'with -f: how often the registry is asked, in milliseconds', parseCount, 2000)
    .action(async (_own: unknown, command: Command) => {
      const options: TailOptions = command.optsWithGlobals()
      await withGroup(runtime, options, async ({ group, nameOf }) => {
        const show = async (entry: Awaited<ReturnType<Group['newest']>>[number]) =>
          options.json
            ? stdout.json(await describeGroupEntry(entry, signal))
            : showGroupEntry(stdout, entry, nameOf, signal)
        await syncing(runtime, group, {})
        const after = group.position()
        for (const entry of await group.newest(options.entries, { signal })) await show(entry)
        if (!options.follow) return
        const onTrouble = ({ code, message }: Error & { code: string }) =>
          void stderr.write(`${code}: ${message}\n`)
        const watched = { after, intervalMs: options.interval, signal, onTrouble }
        for await (const entry of group.watch(watched)) await show(entry)
        throwIfAborted(signal, 'group tail')
      })
    })
}

function syncing(runtime: Runtime, group: Group, options: SyncAllOptions): Promise<GroupStatement> {
  return syncingAll(runtime, 'logs', shared => group.sync({ ...options, ...shared }))
}

const HELP = `
Members are the log of this home and all contacts (remote-log contacts add). A reply stands behind what it replies to, on
every device. An entry for which something is missing waits, and sync says for what, and why; its exit code is then that
of the first reason.

Examples:
  $ remote-log contacts add remotelog:31337/0x…/0x…/0x… --name Bob
  $ remote-log group sync
  $ remote-log group send I bring wine
  $ remote-log publish
  $ remote-log group tail -f
`
