import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import type { Contacts, ContactsStatement, SyncAllOptions } from '@remote-log/client'
import { formatLogId, InvalidArgumentError, parseLogId } from '@remote-log/core'
import type { Command } from 'commander'
import { addBlockTag, type BlockTagOptions } from '../block-tag.ts'
import { counted } from '../counted.ts'
import { contactMeant, parseContactLines, withContacts } from '../open-contacts.ts'
import { parseBytes, parseCount, parseDuration } from '../parse-option.ts'
import type { GlobalOptions, SetExitCode } from '../program.ts'
import type { Runtime } from '../runtime.ts'
import { describeContact, describeContacts, exitCodeOfContacts, showContacts } from '../show-contacts.ts'
import { showEntry } from '../show-entry.ts'
import { syncingAll } from '../syncing-all.ts'

interface AddOptions extends GlobalOptions {
  readonly name?: string
  readonly file?: string
}

interface RemoveOptions extends GlobalOptions {
  readonly forget?: boolean
}

interface SyncOptions extends GlobalOptions, BlockTagOptions {
  readonly byteBudget?: number
  readonly timeBudget?: number
}

interface CatOptions extends GlobalOptions {
  readonly from?: number
  readonly to?: number
  readonly reverse?: boolean
  readonly jsonl?: boolean
}

export function addContacts(program: Command, runtime: Runtime, setExitCode: SetExitCode): void {
  const { signal, stdout } = runtime
  const contacts = program
    .command('contacts')
    .description('The logs of others that this device follows: one list, kept up to date together.')
    .addHelpText('after', HELP)
  const add = (usage: string, description: string) => contacts.command(usage).description(description)
  add('add [log]', 'Follow a log, or with --file many; one that is followed gets the new name.')
    .option('--name <name>', 'what you call it')
    .option('--file <file>', 'a list: log id and name, one a line; - is standard input')
    .action(async (named: string | undefined, _own: unknown, command: Command) => {
      const options: AddOptions = command.optsWithGlobals()
      const items = await itemsOf(runtime, named, options)
      await withContacts(runtime, options, async list => {
        const added = await list.addMany(items)
        if (options.json) return stdout.json(added.map(describeContact))
        await stdout.line(
          `${counted(added.length, 'log')} followed; remote-log contacts sync reads what is new`,
        )
      })
    })
  add('remove <contact>', 'Stop following a log, by its id or name.')
    .option('--forget', 'also delete what this device has of it')
    .action(async (named: string, _own: unknown, command: Command) => {
      const options: RemoveOptions = command.optsWithGlobals()
      await withContacts(runtime, options, async list => {
        const contact = await contactMeant(list, named)
        await list.remove(contact.id, { forget: options.forget })
        if (options.json) return stdout.json({ ...describeContact(contact), removed: true })
        await stdout.line(`${contact.name ?? formatLogId(contact.id)} is not followed any more`)
      })
    })
  add('list', 'Show the logs that are followed.').action(async (_own: unknown, command: Command) => {
    const options: GlobalOptions = command.optsWithGlobals()
    await withContacts(runtime, options, async list => {
      const all = await list.list()
      if (options.json) return stdout.json(all.map(describeContact))
      for (const { id, name } of all) await stdout.line(`${formatLogId(id)}${name ? `  ${name}` : ''}`)
    })
  })
  addBlockTag(add('sync', 'Ask for all heads at once, and read what is new.'))
    .option('--byte-budget <size>', 'stop before more than this is read, e.g. 500kB', parseBytes)
    .option('--time-budget <time>', 'stop before more time than this has passed, e.g. 30s', parseDuration)
    .action(async (_own: unknown, command: Command) => {
      const options: SyncOptions = command.optsWithGlobals()
      const { byteBudget, timeBudget: timeBudgetMs, blockTag: at } = options
      await withContacts(runtime, options, async list => {
        const statement = await syncing(runtime, list, { byteBudget, timeBudgetMs, at })
        if (options.json) await stdout.json(describeContacts(statement))
        else await showContacts(stdout, statement)
        setExitCode(exitCodeOfContacts(statement) ?? 0)
      })
    })
  add('cat <contact>', 'Print the entries of one of them, as of the last sync.')
    .option('--from <seq>', 'first entry (default 0)', parseCount)
    .option('--to <seq>', 'the entry after the last one (default: the end)', parseCount)
    .option('--reverse', 'newest first')
    .option('--jsonl', 'a line of JSON for each entry (the same as --json)')
    .action(async (named: string, _own: unknown, command: Command) => {
      const { from, to, reverse, jsonl, ...options }: CatOptions = command.optsWithGlobals()
      await withContacts(runtime, options, async list => {
        const log = await list.open((await contactMeant(list, named)).id)
        const format = options.json || jsonl ? 'json' : 'lines'
        try {
          for await (const entry of log.read({ from, to, reverse, signal }))
            await showEntry(stdout, entry, format, signal)
        } finally {
          await log.close()
        }
      })
    })
}

async function itemsOf(
  { stdin }: Runtime,
  named: string | undefined,
  { name, file }: AddOptions,
): Promise<ReturnType<typeof parseContactLines>> {
  if ((named === undefined) === (file === undefined) || (file !== undefined && name !== undefined))
    throw new InvalidArgumentError('give a log id (and --name), or --file', {})
  if (named !== undefined) return [{ log: parseLogId(named), name }]
  try {
    return parseContactLines((file === '-' ? await buffer(stdin) : await readFile(file!)).toString())
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error
    throw new InvalidArgumentError(`cannot read ${file}: ${(error as Error).message}`, { file }, error)
  }
}

function syncing(runtime: Runtime, contacts: Contacts, options: SyncAllOptions): Promise<ContactsStatement> {
  return syncingAll(runtime, 'logs', shared => contacts.syncAll({ ...options, ...shared }))
}

const HELP = `
All are in the registry that the log of this home is in, and are read through its network. The heads of 1,000 logs are
asked for in a few calls; what did not change costs nothing more. What is wrong with one of them stops none of the others:
it is shown, and the exit code is that of the first. With budgets the newest entries of all come first, and the next sync
goes on from there.

Examples:
  $ remote-log contacts add remotelog:31337/0x…/0x…/0x… --name Bob
  $ remote-log contacts add --file friends.txt
  $ remote-log contacts sync --time-budget 30s --byte-budget 5MB
  $ remote-log contacts cat Bob --reverse | head
`
